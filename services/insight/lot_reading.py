"""Questions to the read model about lots: what each site has of them."""

from collections import Counter, defaultdict
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from schemas.stock import Bucket
from services.insight.reading import Fields
from services.insight.stock_tables import LOT_MOVES

_BUCKETS = tuple(bucket.value for bucket in Bucket if bucket is not Bucket.OUTSIDE)


class _At(NamedTuple):
    site: str
    lot: str


def lots_of(connection: Connection, sku: str) -> list[Fields]:
    """The named lots of a sku that sites have, what expires first before the others."""
    moves = LOT_MOVES.c
    wanted = (moves.sku == sku) & (moves.lot != "")
    sums = (
        select(moves.site, moves.lot, moves.source, moves.target, func.sum(moves.quantity).label("units"))
        .where(wanted)
        .group_by(moves.site, moves.lot, moves.source, moves.target)
    )
    days = select(moves.lot, func.min(moves.expires_on).label("day")).where(wanted).group_by(moves.lot)
    expiries = {row.lot: row.day for row in connection.execute(days)}
    found: dict[_At, Counter[str]] = defaultdict(Counter)
    for row in connection.execute(sums):
        units = found[_At(row.site, row.lot)]
        units[row.source] -= int(row.units)
        units[row.target] += int(row.units)
    rows = [_fields(at, units, expiries[at.lot]) for at, units in found.items()]
    return sorted((row for row in rows if row["on_hand"]), key=_turn)


def _fields(at: _At, units: Counter[str], expires_on: object) -> Fields:
    counted = {bucket: units[bucket] for bucket in _BUCKETS}
    return {"site": at.site, "lot": at.lot, "expires_on": expires_on, "on_hand": sum(counted.values()), **counted}


def _turn(row: Fields) -> tuple[str, str, str]:
    return str(row["expires_on"] or "9999"), row["lot"], row["site"]
