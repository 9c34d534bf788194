"""What entries of the ledger change in a pool's lots: where units are, what shipment lines hold, and what has left.

A named lot with units on its shelf is found by its last day in `expiries`. Units without a lot are in no row: they are
what the named lots leave.
"""

from collections.abc import Sequence

from cauce.decider import Rows
from schemas.stock import Bucket, LotUnits, Move, StockMoved
from services.allocation.domain import lot_rows
from services.allocation.domain.lot_draft import held_after
from services.allocation.domain.lots import NO_LOT, Lot, SkuLots, moved, units_of
from services.allocation.domain.rows import SEEN_MARK, Spread

_NO_LOTS = SkuLots()
_NONE = Lot()
_SIGNS = {
    (Move.SHIPPED, Bucket.PACKED): 1,
    (Move.TRANSFERRED, Bucket.FREE): 1,
    (Move.RESTOCKED, Bucket.OUTSIDE): -1,
}
Gone = dict[str, dict[str, tuple[str, int]]]  # day of expiry and units, by sku and lot


def fold_lots(rows: Rows, event: StockMoved, spread: Spread) -> Spread:
    """The sku with the entry's lots moved; an entry that names none moved units of no lot."""
    lots = spread.lots or _NO_LOTS
    units = event.lots or (units_of(NO_LOT, event.quantity),)
    before = after = lots.sites.get(event.site, {})
    for one in units:
        if one.lot:
            after = moved(after, one, event.source, event.target)
            _watch(rows, event, one.lot, before.get(one.lot, _NONE), after.get(one.lot, _NONE))
    if event.order_id and event.line_id:
        _hold(rows, event, units)
    if event.lots:
        _leave(rows, event, event.lots)
    return spread._replace(lots=lots._replace(sites={**lots.sites, event.site: after}))


def _watch(rows: Rows, event: StockMoved, lot: str, before: Lot, after: Lot) -> None:
    days = before.expires_on if _stays(before) else "", after.expires_on if _stays(after) else ""
    if days[0] != days[1]:
        for day, mark in zip(days, (None, SEEN_MARK), strict=True):
            if day:
                rows.put(lot_rows.EXPIRIES, lot_rows.expiry_key(day, event.sku, event.site, lot), mark)


def _stays(lot: Lot) -> bool:
    """Whether any of its units has still to be sold or packed."""
    return bool(lot.free or lot.reserved or lot.picked)


def _hold(rows: Rows, event: StockMoved, units: Sequence[LotUnits]) -> None:
    key = lot_rows.held_key(event.reference, event.line_id)
    before = rows.get(lot_rows.HELD, key)
    if before is not None or event.lots is not None:
        after = held_after(before or (), units, event.source, event.target)
        if after or before is not None:
            rows.put(lot_rows.HELD, key, after or None)


def _leave(rows: Rows, event: StockMoved, units: Sequence[LotUnits]) -> None:
    """Sent to a customer or to another site, or back from a customer."""
    sign = _SIGNS.get((event.move, event.source), 0)
    if not sign:
        return
    key = event.order_id or lot_rows.transfer_key(event.site, event.reference)
    gone: Gone = {sku: dict(lots) for sku, lots in (rows.get(lot_rows.GONE, key) or {}).items()}
    of_sku = gone.setdefault(event.sku, {})
    for one in units:
        left = of_sku.get(one.lot, ("", 0))[1] + sign * one.quantity
        of_sku[one.lot] = one.expires_on or "", max(0, left)
    rows.put(lot_rows.GONE, key, gone)
