"""Lots that may be sold no more: once a day those that expired, and any that is recalled.

What is free of them goes into quarantine; what is promised and not packed is called back, and promised anew once the
crew's work on it has been stopped. Both come over and over for the same units as long as there are any: the second word
finds nothing left to do.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from schemas.closures import UnitsRecalled
from schemas.failures import Failing
from schemas.light import light
from schemas.lots import LotRecalled, LotsTurned, RecallLot
from schemas.orders import LineQuantity
from schemas.stock import Bucket
from services.allocation.domain import lot_rows
from services.allocation.domain import rows as kinds
from services.allocation.domain.draft import Draft
from services.allocation.domain.lot_rows import HeldLot
from services.allocation.domain.lots import SkuLots, units_of
from services.allocation.domain.pools import FIRST_POOL
from services.allocation.domain.promises import shipment_id
from services.allocation.domain.rows import OpenShipment, Spread
from services.allocation.domain.steps import SET_ASIDE
from services.allocation.domain.stock import Stock, StockEvent

_LAST = "\x7f"  # after any order's id
_recalls, _units = light(UnitsRecalled), light(LineQuantity)
IsMeant = Callable[[str, HeldLot], bool]  # of a sku and a lot that a shipment line holds


def turn_of_day(stock: Stock) -> tuple[StockEvent, ...]:
    """With the first tick of a day: what has expired by then, and of which skus less may be promised."""
    life, begun = stock.shelf_life, stock.rows.get(lot_rows.TURNED, lot_rows.TODAY) or ""
    if life is None or begun == life.day:
        return ()
    draft, day = Draft(stock, FIRST_POOL), life.day
    last = (date.fromisoformat(day) + timedelta(days=life.rules.longest)).isoformat()
    turning = [lot_rows.expiry_of(key) for key, _ in stock.rows.scan(lot_rows.EXPIRIES, "", last)]
    draft.say(LotsTurned(pool=FIRST_POOL, on=day, skus=tuple(dict.fromkeys(sku for _, sku, _, _ in turning))))
    for expires_on, sku, site, lot in turning:
        if expires_on < day:
            _set_aside(draft, sku, site, lot, reference=f"expired/{day}")
    if any(expires_on < day for expires_on, *_ in turning):
        for event in _called_back(stock, lambda _, one: "" < one.expires_on < day, Failing.EXPIRED):
            draft.say(event)
    return tuple(draft.events)


def _set_aside(draft: Draft, sku: str, site: str, lot: str, *, reference: str) -> None:
    if free := draft.of_lot(sku, site, Bucket.FREE, lot):
        draft.move_lots(SET_ASIDE, sku, site, [units_of(lot, free)], reference=reference)


def recall(stock: Stock, command: RecallLot) -> tuple[StockEvent, ...]:
    """The recall of a lot at all sites; nothing for one that was recalled before."""
    sku, lot = command.sku, command.lot
    lots = stock.spread(sku).lots or SkuLots()
    if lot in lots.recalled:
        return ()
    draft = Draft(stock, command.pool)
    about = {"pool": command.pool, "recall_id": command.recall_id, "sku": sku, "lot": lot}
    draft.say(LotRecalled(**about, reason=command.reason))
    for site in sorted(lots.sites):
        _set_aside(draft, sku, site, lot, reference=f"recall/{command.recall_id}")
    for event in _called_back(stock, lambda of, one: (of, one.lot) == (sku, lot), Failing.RECALLED):
        draft.say(event)
    return tuple(draft.events)


def _called_back(stock: Stock, is_meant: IsMeant, failing: Failing) -> Iterator[UnitsRecalled]:
    """Every shipment with units of such lots that are not packed."""
    held: dict[str, dict[str, tuple[HeldLot, ...]]] = {}
    for key, lots in stock.rows.scan(lot_rows.HELD, "", _LAST):
        name, line_id = lot_rows.held_of(key)
        held.setdefault(name, {})[line_id] = lots
    for name, lines in held.items():
        for shipment in stock.order(name.rpartition("-")[0]).open:
            if shipment_id(name.rpartition("-")[0], shipment.number) == name:
                yield from _of_shipment(name, shipment, lines, is_meant, failing)


def _of_shipment(
    name: str, shipment: OpenShipment, held: dict[str, tuple[HeldLot, ...]], is_meant: IsMeant, failing: Failing
) -> Iterator[UnitsRecalled]:
    units: dict[str, int] = {}
    lots: dict[str, None] = {}
    for line in shipment.lines:
        meant = [one for one in held.get(line.line_id, ()) if is_meant(line.sku, one) and one.reserved + one.picked]
        lots |= dict.fromkeys(one.lot for one in meant)
        if meant:
            units[line.line_id] = sum(one.reserved + one.picked for one in meant)
    if units:
        yield _recalls(
            order_id=name.rpartition("-")[0],
            pool=FIRST_POOL,
            shipment_id=name,
            recall_id=f"{failing}/{'/'.join(lots)}",
            failing=failing,
            site=shipment.site,
            lines=tuple(_units(line_id=line_id, quantity=count) for line_id, count in units.items()),
            lots=tuple(lots),
        )


def fold_turned(stock: Stock, event: LotsTurned) -> None:
    """The day of lots has begun."""
    stock.rows.put(lot_rows.TURNED, lot_rows.TODAY, event.on)


def fold_recalled(stock: Stock, event: LotRecalled) -> None:
    """The lot is promised to nobody any more."""
    spread: Spread = stock.rows.get(kinds.POSITIONS, event.sku) or Spread({}, {})
    lots = spread.lots or SkuLots()
    recalled = tuple(sorted({*lots.recalled, event.lot}))
    stock.rows.put(kinds.POSITIONS, event.sku, spread._replace(lots=lots._replace(recalled=recalled)))
