"""Questions to the read model about stock: a sku at its sites, and the counts of shelves."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, select

from services.insight.lot_reading import lots_of
from services.insight.reading import Fields
from services.insight.site_reading import closures_standing
from services.insight.stock_tables import ALERTS, COUNT_LINES, COUNTS, INBOUND, LEVELS, POSITIONS, TRANSFERS


class SkuStory(NamedTuple):
    """All about a sku: its positions, its counts and transfers, newest first, what is to come, what is closed."""

    sku: str
    positions: list[Fields]
    counts: list[Fields]
    transfers: list[Fields]
    inbound: list[Fields]
    levels: list[Fields]
    alerts: list[Fields]
    lots: list[Fields]
    closed: list[Fields]


def sku_story(connection: Connection, sku: str, *, limit: int) -> SkuStory:
    """The sku as the facts have it so far, with at most `limit` of what there is no end of."""
    positions = select(POSITIONS).where(POSITIONS.c.sku == sku).order_by(POSITIONS.c.site)
    sent = TRANSFERS.c.sent_at.desc()
    transfers = select(TRANSFERS).where(TRANSFERS.c.sku == sku).order_by(sent, TRANSFERS.c.transfer_id).limit(limit)
    at_sites = _fields(connection, positions)
    sites = {one["site"] for one in at_sites}
    return SkuStory(
        sku,
        at_sites,
        _fields(connection, _counts_of(sku).limit(limit)),
        _fields(connection, transfers),
        _fields(connection, _inbound_of(sku).limit(limit)),
        _fields(connection, _levels_of(sku)),
        _fields(connection, select(ALERTS).where(ALERTS.c.sku == sku).order_by(ALERTS.c.sequence.desc()).limit(limit)),
        lots_of(connection, sku),
        [one for one in closures_standing(connection) if one["closed"] and one["site"] in sites],
    )


def _counts_of(sku: str) -> Select[Any]:
    joined = (COUNTS.c.site == COUNT_LINES.c.site) & (COUNTS.c.count_id == COUNT_LINES.c.count_id)
    return (
        select(COUNTS, *(COUNT_LINES.c[name] for name in ("book", "counted", "missing")))
        .join(COUNT_LINES, joined)
        .where(COUNT_LINES.c.sku == sku)
        .order_by(COUNTS.c.opened_at.desc(), COUNTS.c.count_id)
    )


def _inbound_of(sku: str) -> Select[Any]:
    """What is still to come, by day: of every purchase its last version."""
    later = INBOUND.alias()
    last = (
        select(func.max(later.c.version))
        .where((later.c.site == INBOUND.c.site) & (later.c.purchase_id == INBOUND.c.purchase_id))
        .scalar_subquery()
    )
    still = (INBOUND.c.sku == sku) & (INBOUND.c.version == last) & (INBOUND.c.quantity > 0)
    return select(INBOUND).where(still).order_by(INBOUND.c.due_on, INBOUND.c.purchase_id)


def _levels_of(sku: str) -> Select[Any]:
    """What each channel may sell, as it was told last."""
    last = select(func.max(LEVELS.c.number)).where(LEVELS.c.sku == sku).scalar_subquery()
    return select(LEVELS).where((LEVELS.c.sku == sku) & (LEVELS.c.number == last)).order_by(LEVELS.c.channel)


def count_named(connection: Connection, count_id: str) -> list[tuple[Fields, list[Fields]]]:
    """The counts of this name, one a site at most, each with its lines."""
    counts = _fields(connection, select(COUNTS).where(COUNTS.c.count_id == count_id).order_by(COUNTS.c.site))
    lines = _fields(connection, select(COUNT_LINES).where(COUNT_LINES.c.count_id == count_id).order_by("sku"))
    return [(count, [line for line in lines if line["site"] == count["site"]]) for count in counts]


def counts_open(connection: Connection, *, limit: int) -> list[Fields]:
    """Counts that are not done, the oldest first."""
    reported = COUNTS.c.reported_at.is_not(None) & COUNTS.c.waits.is_(False)
    done = reported | COUNTS.c.approved_at.is_not(None) | COUNTS.c.refused_at.is_not(None)
    query = select(COUNTS).where(~done).order_by(COUNTS.c.opened_at, COUNTS.c.count_id).limit(limit)
    return _fields(connection, query)


def _fields(connection: Connection, query: Select[Any]) -> list[Fields]:
    return [row._asdict() for row in connection.execute(query)]
