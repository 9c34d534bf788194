"""Units that a count did not find although orders were promised them: called back, and nowhere once they are back.

Who has the lowest priority loses first, then who was promised the latest delivery. The work on the units stops in
fulfillment, or they are canceled on the way: whichever gives them back, what was missing is never free again. Units
that are picked meanwhile were found after all.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from schemas.closures import UnitsRecalled
from schemas.failures import Failing
from schemas.light import light
from schemas.orders import LineQuantity
from schemas.stock import Bucket, LotUnits
from services.allocation.domain import rows as kinds
from services.allocation.domain.draft import Draft
from services.allocation.domain.lots import units_of
from services.allocation.domain.missing_rows import MISSING, Missing
from services.allocation.domain.promises import shipment_id
from services.allocation.domain.rows import LineUnits, OpenShipment, Order, site_key
from services.allocation.domain.ruling import RuledStock
from services.allocation.domain.steps import LOSE, WRITE_OFF
from services.allocation.domain.stock import Stock

_LAST = "\x7f"  # after any order's id
_NEVER = datetime.max.replace(tzinfo=UTC)
_units, _recalls = light(LineQuantity), light(UnitsRecalled)
Shipped = tuple[str, int]  # an order and the number of its shipment


class _Promised(NamedTuple):
    """Reserved units that may be called back, and how soon they lose: the least first."""

    turn: tuple[int, float, str, int, str]
    shipment: Shipped
    line_id: str
    units: int


def recall(stock: Stock, draft: Draft, site: str, count_id: str, missing: Mapping[str, int]) -> None:
    """Call back as many promised units of each sku as are missing, each shipment once."""
    by_shipment: dict[Shipped, dict[str, int]] = {}
    for sku, units in missing.items():
        for one, taken in _losers(stock, sku, site, units):
            by_shipment.setdefault(one.shipment, {})[one.line_id] = taken
    for (order_id, number), lines in by_shipment.items():
        draft.say(
            _recalls(
                order_id=order_id,
                pool=draft.pool,
                shipment_id=shipment_id(order_id, number),
                recall_id=f"count/{site}/{count_id}",
                failing=Failing.MISSING,
                site=site,
                lines=tuple(_units(line_id=line_id, quantity=units) for line_id, units in lines.items()),
            )
        )


def _losers(stock: Stock, sku: str, site: str, missing: int) -> Iterator[tuple[_Promised, int]]:
    for one in sorted(_promised(stock, sku, site)):
        units = min(missing, one.units)
        if not units:
            return
        missing -= units
        yield one, units


def _promised(stock: Stock, sku: str, site: str) -> Iterator[_Promised]:
    """What is on the shelf for orders and is not called back already."""
    ranks = _ranks(stock)
    for order_id, order in stock.rows.scan(kinds.ORDERS, "", _LAST):
        for shipment, line in _lines_at(order, sku, site):
            units = line.reserved - _expected(stock, site, order_id, shipment.number, line)
            if units > 0:
                rank, due = ranks.get(order.rule, 0), (order.deliver_by or _NEVER).timestamp()
                turn = (rank, -due, order_id, -shipment.number, line.line_id)
                yield _Promised(turn, (order_id, shipment.number), line.line_id, units)


def _ranks(stock: Stock) -> Mapping[str, int]:
    """The priority of those who were promised by a rule, as the policy has it now."""
    return {rule.name: rule.backorder_priority for rule in stock.policy.rules} if isinstance(stock, RuledStock) else {}


def _lines_at(order: Order, sku: str, site: str) -> Iterator[tuple[OpenShipment, LineUnits]]:
    for shipment in order.open:
        if shipment.site == site:
            yield from ((shipment, line) for line in shipment.lines if line.sku == sku)


def outstanding(stock: Stock, sku: str, site: str) -> int:
    """Units that the book has on the shelf and that are known not to be there."""
    units = 0
    for one in _row(stock, sku, site):
        for shipment, line in _lines_at(stock.order(one.order_id), sku, site):
            if (shipment.number, line.line_id) == (one.number, one.line_id):
                units += min(one.units, line.reserved)
    return units


def _row(stock: Stock, sku: str, site: str) -> tuple[Missing, ...]:
    found: tuple[Missing, ...] = stock.rows.get(MISSING, site_key(site, sku)) or ()
    return found


def _expected(stock: Stock, site: str, order_id: str, number: int, line: LineUnits) -> int:
    named = (order_id, number, line.line_id)
    return sum(min(one.units, line.reserved) for one in _row(stock, line.sku, site) if one[:3] == named)


def lose(
    stock: Stock,
    draft: Draft,
    order_id: str,
    shipment: OpenShipment,
    line: LineUnits,
    *,
    back: int,
    lots: Iterable[LotUnits] | None,
) -> None:
    """Of so many reserved units that came free again, and of their lots, those that were missing are nowhere."""
    units = min(back, _expected(stock, shipment.site, order_id, shipment.number, line))
    if not units:
        return
    name = f"{shipment_id(order_id, shipment.number)}/{line.line_id}/missing"
    if not lots:
        draft.move(LOSE, line.sku, shipment.site, units, reference=name)
    for one in lots or ():
        lost = units_of(one.lot, min(units, one.quantity), one.expires_on) if units else None
        if lost is not None:
            _lose_lot(draft, line.sku, shipment.site, lost, name)
            units -= lost.quantity


def _lose_lot(draft: Draft, sku: str, site: str, lost: LotUnits, name: str) -> None:
    """What may not be sent went aside as it came."""
    free = min(lost.quantity, draft.of_lot(sku, site, Bucket.FREE, lost.lot))
    for step, count in ((LOSE, free), (WRITE_OFF, lost.quantity - free)):
        if count:
            draft.move_lots(step, sku, site, [units_of(lost.lot, count, lost.expires_on)], reference=name)


def fold_recalled(stock: Stock, event: UnitsRecalled) -> None:
    """They are known to be missing; what a closure calls back is where it was."""
    if event.failing is not Failing.MISSING:
        return
    number = int(event.shipment_id.rpartition("-")[2])
    shipment = next(one for one in stock.order(event.order_id).open if one.number == number)
    skus = {line.line_id: line.sku for line in shipment.lines}
    for line in event.lines:
        _change(stock, skus[line.line_id], event.site, Missing(event.order_id, number, line.line_id, line.quantity))


def fold_back(stock: Stock, order_id: str, before: Iterable[OpenShipment], after: Iterable[OpenShipment]) -> None:
    """Reserved units left these shipments: as many are missing no more."""
    left = {(one.number, line.line_id): line.reserved for one in after for line in one.lines}
    for shipment in before:
        for line in shipment.lines:
            back = line.reserved - left.get((shipment.number, line.line_id), 0)
            expected = back and _expected(stock, shipment.site, order_id, shipment.number, line)
            if expected:
                less = Missing(order_id, shipment.number, line.line_id, -min(back, expected))
                _change(stock, line.sku, shipment.site, less)


def _change(stock: Stock, sku: str, site: str, change: Missing) -> None:
    """Add to what is missing, and forget what was picked meanwhile or came back."""
    units = {one[:3]: one.units for one in _row(stock, sku, site)}
    units[change[:3]] = units.get(change[:3], 0) + change.units
    row = tuple(Missing(*named, count) for named, count in sorted(units.items()) if count > 0)
    stock.rows.put(MISSING, site_key(site, sku), row or None)
