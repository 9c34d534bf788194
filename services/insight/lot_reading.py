"""Questions to the read model about lots: what each site has, and where every unit of one came from and went."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from schemas.stock import Bucket, Move
from services.insight.reading import Fields
from services.insight.stock_tables import LOT_MOVES, LOT_RECALLS
from services.insight.tables import ORDERS

_BUCKETS = tuple(bucket.value for bucket in Bucket if bucket is not Bucket.OUTSIDE)
_PROMISED = {Bucket.RESERVED.value, Bucket.PICKED.value, Bucket.PACKED.value}


class _At(NamedTuple):
    site: str
    lot: str


class LotTrace(NamedTuple):
    """A lot: what sites have of it, the orders it was promised or sent to, and every entry of the ledger, in order.

    `recall` is None for one that was never recalled.
    """

    sku: str
    lot: str
    expires_on: date | None
    recall: Fields | None
    sites: list[Fields]
    orders: list[Fields]
    moves: list[Fields]


def lots_of(connection: Connection, sku: str, lot: str = "") -> list[Fields]:
    """The named lots of a sku that sites have, what expires first before the others; of all of them, or of one."""
    moves = LOT_MOVES.c
    wanted = (moves.sku == sku) & ((moves.lot == lot) if lot else (moves.lot != ""))
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


def _fields(at: _At, units: Counter[str], expires_on: date | None) -> Fields:
    counted = {bucket: units[bucket] for bucket in _BUCKETS}
    return {"site": at.site, "lot": at.lot, "expires_on": expires_on, "on_hand": sum(counted.values()), **counted}


def _turn(row: Fields) -> tuple[str, str, str]:
    return str(row["expires_on"] or "9999"), row["lot"], row["site"]


def trace_of(connection: Connection, sku: str, lot: str) -> LotTrace:
    """Everything that is known of a lot; it has no moves where nobody ever had a unit of it."""
    wanted = (LOT_MOVES.c.sku == sku) & (LOT_MOVES.c.lot == lot)
    entries = select(LOT_MOVES).where(wanted).order_by(LOT_MOVES.c.sequence, LOT_MOVES.c.event_id)
    moves = [row._asdict() for row in connection.execute(entries)]
    recalls = select(LOT_RECALLS).where((LOT_RECALLS.c.sku == sku) & (LOT_RECALLS.c.lot == lot))
    recall = connection.execute(recalls).first()
    days = [move["expires_on"] for move in moves if move["expires_on"]]
    return LotTrace(
        sku,
        lot,
        min(days, default=None),
        recall._asdict() if recall else None,
        lots_of(connection, sku, lot),
        _orders(connection, moves),
        moves,
    )


def _orders(connection: Connection, moves: Iterable[Fields]) -> list[Fields]:
    """Units by order: promised and still with us, sent, and back again; with the order's customer."""
    units: dict[str, Counter[str]] = {}
    for move in moves:
        if move["order_id"]:
            count = units.setdefault(move["order_id"], Counter())
            count["promised"] += move["quantity"] * (move["target"] in _PROMISED)
            count["promised"] -= move["quantity"] * (move["source"] in _PROMISED)
            count["sent"] += move["quantity"] * (move["move"] == Move.SHIPPED)
            count["back"] += move["quantity"] * (move["move"] == Move.RESTOCKED)
    names = select(ORDERS.c.order_id, ORDERS.c.order_number, ORDERS.c.person_id).where(ORDERS.c.order_id.in_(units))
    known = {row.order_id: row for row in connection.execute(names)}
    return [
        {
            "order_id": order_id,
            "order_number": known[order_id].order_number if order_id in known else None,
            "customer": known[order_id].person_id if order_id in known else None,
            **{name: count[name] for name in ("promised", "sent", "back")},
        }
        for order_id, count in units.items()
    ]
