"""Questions to the read model: an order by any of its names, everything about it, and orders by state."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Select, Table, false, func, inspect, or_, select
from sqlalchemy.exc import DBAPIError

from cauce.runtime.database import engine_of, unreachable
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import Settings
from schemas.envelope import instant_text
from services.insight.stock_tables import POSITIONS
from services.insight.tables import (
    CHANGES,
    DECISIONS,
    EXCEPTIONS,
    HOLDS,
    KITS,
    LINES,
    NOTICES,
    ORDERS,
    PAYMENTS,
    REDIRECTIONS,
    REFUND_PAYMENTS,
    REFUNDS,
    RELEASES,
    RETURN_LINES,
    RETURNS,
    SHIPMENT_LINES,
    SHIPMENTS,
    TIMELINE,
)

Fields = dict[str, Any]

_NAMES = (ORDERS.c.order_id, ORDERS.c.order_number, ORDERS.c.channel_order)
_CAME = func.coalesce(ORDERS.c.placed_at, ORDERS.c.refused_at, ORDERS.c.changed_at)
_NEWEST = (_CAME.desc(), ORDERS.c.order_number, ORDERS.c.order_id)


class OrderStory(NamedTuple):
    """Everything the read model knows of an order."""

    order: Fields
    lines: list[Fields]
    kits: list[Fields]
    shipments: list[Fields]
    decisions: list[Fields]
    payments: list[Fields]
    refunds: list[Fields]
    returns: list[Fields]
    changes: list[Fields]
    holds: list[Fields]
    notices: list[Fields]
    exceptions: list[Fields]
    timeline: list[Fields]


@contextmanager
def reading(settings: Settings) -> Iterator[Connection]:
    """A connection to the read model of the settings. Raises Unavailable where there is none."""
    engine = engine_of(settings)
    try:
        if not _exists(engine):
            raise Unavailable(
                f"there is no read model in {engine.url.render_as_string(hide_password=True)}: name the deployment in "
                "CAUCE_PREFIX and its CAUCE_HOME (or CAUCE_DATABASE_URL), or make one: `cauce run insight`"
            )
        with engine.connect() as connection:
            yield connection
    except DBAPIError as fault:
        raise unreachable(engine, fault) from fault
    finally:
        engine.dispose()


def _exists(engine: Engine) -> bool:
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    if file is not None and not Path(file).exists():
        return False  # asking SQLite would make the file
    return inspect(engine).has_table(ORDERS.name)


def orders_named(connection: Connection, name: str, *, limit: int) -> list[Fields]:
    """The orders whose id, number or channel's number is `name`; where there is none, those with it in other capitals;
    where there is none either, those of which one begins so. At most `limit`, the newest first.
    """
    folded = name.lower()
    for meant in (
        [column == name for column in _NAMES],
        [func.lower(column) == folded for column in _NAMES],
        [func.lower(column).startswith(folded, autoescape=True) for column in _NAMES] if name else [],
    ):
        query = select(ORDERS).where(or_(false(), *meant)).order_by(*_NEWEST).limit(limit)
        if found := _fields(connection, query):
            return found
    return []


def orders_in(connection: Connection, *, states: tuple[str, ...], limit: int) -> list[Fields]:
    """Orders in any of the states (in every one when none is named), the newest first, with their units and goods."""
    units = (
        select(
            LINES.c.order_id,
            func.count().label("lines"),
            func.sum(LINES.c.ordered).label("units"),
            func.sum(LINES.c.backordered).label("waiting"),
        )
        .group_by(LINES.c.order_id)
        .subquery()
    )
    query = select(ORDERS, units.c.lines, units.c.units, units.c.waiting).outerjoin(
        units, units.c.order_id == ORDERS.c.order_id
    )
    if states:
        query = query.where(ORDERS.c.state.in_(states))
    return _fields(connection, query.order_by(*_NEWEST).limit(limit))


def counts_by_state(connection: Connection) -> dict[str, int]:
    """How many orders are in each state."""
    query = select(ORDERS.c.state, func.count()).group_by(ORDERS.c.state)
    return {row[0]: row[1] for row in connection.execute(query)}


def positions_of(connection: Connection, *, sku: str = "", site: str = "") -> list[Fields]:
    """Positions of a sku, at a site, or all of them where none is named, by sku and site."""
    wanted = [column == name for column, name in ((POSITIONS.c.sku, sku), (POSITIONS.c.site, site)) if name]
    return _fields(connection, select(POSITIONS).where(*wanted).order_by(POSITIONS.c.sku, POSITIONS.c.site))


def story_of(connection: Connection, order: Fields) -> OrderStory:
    """Everything about an order, each list in the order it came about."""

    def of(table: Table, *by: Any) -> list[Fields]:
        query = select(table).where(table.c.order_id == order["order_id"])
        return _fields(connection, query.order_by(*by, *table.primary_key))

    parcels = [_parsed(row, "losers") for row in of(SHIPMENTS, SHIPMENTS.c.decision, SHIPMENTS.c.shipment_id)]
    promised = _still_promised(of(SHIPMENT_LINES, SHIPMENT_LINES.c.line_id), of(RELEASES))
    redirected = of(REDIRECTIONS, REDIRECTIONS.c.version)[-1:]
    return OrderStory(
        order=order | {name: row[name] for row in redirected for name in ("country", "ship_option", "deliver_by")},
        lines=sorted(of(LINES), key=lambda line: (len(line["line_id"]), line["line_id"])),
        kits=_nested(_sold_kits(parts := of(KITS)), parts, by="kit_line", name="parts"),
        shipments=_nested(parcels, promised, by="shipment_id", name="lines"),
        decisions=[_parsed(row, "candidates") for row in of(DECISIONS, DECISIONS.c.at, DECISIONS.c.rule)],
        payments=of(PAYMENTS, PAYMENTS.c.captured_at),
        refunds=_nested(of(REFUNDS, REFUNDS.c.owed_at), of(REFUND_PAYMENTS), by="refund_id", name="parts"),
        returns=_nested(of(RETURNS, RETURNS.c.authorized_at), of(RETURN_LINES), by="return_id", name="lines"),
        changes=of(CHANGES, CHANGES.c.requested_at),
        holds=[_parsed(row, "release_by") for row in of(HOLDS, HOLDS.c.held_at)],
        notices=of(NOTICES, NOTICES.c.told_at),
        exceptions=of(EXCEPTIONS, EXCEPTIONS.c.at),
        timeline=of(TIMELINE, TIMELINE.c.at, TIMELINE.c.rank, TIMELINE.c.topic, TIMELINE.c.sequence),
    )


def to_json(value: Any) -> Any:
    """What `json.dumps` cannot write by itself: instants as RFC 3339, dates as ISO 8601."""
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")


def _nested(parents: list[Fields], children: list[Fields], *, by: str, name: str) -> list[Fields]:
    return [parent | {name: [child for child in children if child[by] == parent[by]]} for parent in parents]


def _sold_kits(parts: list[Fields]) -> list[Fields]:
    """Each kit once, by its line."""
    names = ("kit_line", "kit", "description", "kits", "amount")
    found = {part["kit_line"]: {name: part[name] for name in names} for part in parts}
    return [found[line] for line in sorted(found, key=int)]


def _still_promised(lines: list[Fields], releases: list[Fields]) -> list[Fields]:
    """The lines of shipments as they now are: less what was released of them."""
    released: Counter[tuple[str, str]] = Counter()
    for row in releases:
        released[row["shipment_id"], row["line_id"]] += row["quantity"]
    left = (line | {"quantity": line["quantity"] - released[line["shipment_id"], line["line_id"]]} for line in lines)
    return [line for line in left if line["quantity"] > 0]


def _parsed(row: Fields, name: str) -> Fields:
    return row | {name: json.loads(row[name] or "[]")}


def _fields(connection: Connection, query: Select[Any]) -> list[Fields]:
    return [row._asdict() for row in connection.execute(query)]
