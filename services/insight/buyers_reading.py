"""Questions of buyers to the read model: which alerts stand, and how long the stock of each sku lasts."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select

from schemas.buying import WINDOW_DAYS, demand_days
from services.insight.reading import Fields
from services.insight.stock_tables import ALERTS, DEMAND, INBOUND, POSITIONS, WATCHED

_ENDS = ("recovered", "enough", "moving")


def alerts_standing(connection: Connection, *, kinds: Iterable[str], limit: int) -> list[Fields]:
    """The last alert of each sku and kind that has not ended, the latest first; all where no kinds are named.

    A purchase stands until one of the sku is entered, or answered, or comes.
    """
    later = ALERTS.alias()
    same = and_(later.c.sku == ALERTS.c.sku, later.c.kind == ALERTS.c.kind)
    last = select(func.max(later.c.sequence)).where(same).scalar_subquery()
    supplied = select(INBOUND.c.sku).where(and_(INBOUND.c.sku == ALERTS.c.sku, INBOUND.c.at > ALERTS.c.at)).exists()
    standing = [ALERTS.c.sequence == last, ALERTS.c.alert.not_in(_ENDS), or_(ALERTS.c.kind != "purchase", ~supplied)]
    if wanted := list(kinds):
        standing.append(ALERTS.c.alert.in_(wanted))
    query = select(ALERTS).where(*standing).order_by(ALERTS.c.sequence.desc(), ALERTS.c.kind).limit(limit)
    return [row._asdict() for row in connection.execute(query)]


def cover(connection: Connection, *, skus: Iterable[str], limit: int) -> list[Fields]:
    """How long what is free lasts, the shortest first and what nobody orders last; of the skus that are watched.

    Empty where no day was watched. Days of which nothing is left to say (`cover_days` None) have no demand.
    """
    day: date | None = connection.execute(select(func.max(WATCHED.c.on))).scalar_one()
    if day is None:
        return []
    rows = [_covered(row._asdict(), day) for row in connection.execute(_cover_of(day, list(skus)))]
    return sorted(rows, key=lambda row: (row["cover_days"] is None, row["cover_days"] or 0, row["sku"]))[:limit]


def _cover_of(day: date, skus: list[str]) -> Select[Any]:
    recent = DEMAND.c.on > day - timedelta(days=WINDOW_DAYS)
    demand = select(
        DEMAND.c.sku,
        func.min(DEMAND.c.on).label("seen_on"),
        func.max(case((DEMAND.c.ordered > 0, DEMAND.c.on))).label("last_on"),
        _sum(case((recent, DEMAND.c.ordered - DEMAND.c.canceled))).label("demand"),
    )
    demand = demand.where(DEMAND.c.sku.in_(skus)) if skus else demand
    table = demand.group_by(DEMAND.c.sku).subquery()
    free = select(POSITIONS.c.sku, _sum(POSITIONS.c.free).label("free")).group_by(POSITIONS.c.sku).subquery()
    coming = _to_come().subquery()
    return (
        select(table, func.coalesce(free.c.free, 0).label("free"), func.coalesce(coming.c.units, 0).label("to_come"))
        .outerjoin(free, free.c.sku == table.c.sku)
        .outerjoin(coming, coming.c.sku == table.c.sku)
    )


def _to_come() -> Select[Any]:
    """Of every purchase its last version."""
    later = INBOUND.alias()
    same = and_(later.c.site == INBOUND.c.site, later.c.purchase_id == INBOUND.c.purchase_id)
    last = select(func.max(later.c.version)).where(same).scalar_subquery()
    units = select(INBOUND.c.sku, _sum(INBOUND.c.quantity).label("units"))
    return units.where(INBOUND.c.version == last).group_by(INBOUND.c.sku)


def _sum(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(column), 0)


def _covered(row: Fields, day: date) -> Fields:
    demand, days = max(0, int(row["demand"])), demand_days(row["seen_on"], day)
    free = int(row["free"])
    lasts = free * days // demand if demand else None
    return {
        "sku": row["sku"],
        "on": day,
        "free": free,
        "to_come": int(row["to_come"]),
        "demand": demand,
        "demand_days": days,
        "cover_days": lasts,
        "last_on": row["last_on"],
    }
