"""Units from outside and back: receipts, adjustments, returned goods. What is free then goes to those who wait.

Each is taken once, by its site's id: the entries it gave leave a mark.
"""

from collections.abc import Iterable
from typing import assert_never

from schemas.inbound import ReceivePurchase
from schemas.light import light
from schemas.stock import (
    AdjustmentRefused,
    AdjustStock,
    Bucket,
    Disposition,
    Move,
    ReceiveStock,
    RestockReturn,
    ReturnedUnits,
    SkuQuantity,
)
from services.allocation.domain import lot_rows
from services.allocation.domain.backlog import serve
from services.allocation.domain.draft import Draft
from services.allocation.domain.lots import NO_LOT, back, units_of
from services.allocation.domain.requests import refused
from services.allocation.domain.shelf_life import faults
from services.allocation.domain.steps import FIND, LOSE, QUARANTINE, RECEIVE, RESTOCK, WRITE_OFF, Step
from services.allocation.domain.stock import Stock, StockEvent, mark_seen

_refused = light(AdjustmentRefused)


def receive(stock: Stock, command: ReceiveStock) -> tuple[StockEvent, ...]:
    """Goods of a supplier are free at their site."""
    if is_known(stock, command):
        return ()
    if fault := faults(stock.reference, command.lines):
        return not_taken_in(command, fault)
    draft = Draft(stock, command.pool)
    for line in command.lines:
        take_in(draft, line.sku, command.site, [line], reference=command.receipt_id)
    serve(stock, draft, (line.sku for line in command.lines), f"{command.type}/{command.natural_key()}")
    return tuple(draft.events)


def take_in(draft: Draft, sku: str, site: str, lines: Iterable[SkuQuantity], *, reference: str) -> None:
    """The entry of all units of a sku in these lines; of one that has lots, by them."""
    mine = [line for line in lines if line.sku == sku]
    if draft.spread(sku).lots is None and not any(line.lot for line in mine):
        draft.move(RECEIVE, sku, site, sum(line.quantity for line in mine), reference=reference)
    else:
        lots = [units_of(line.lot or NO_LOT, line.quantity, line.expires_on) for line in mine]
        draft.move_lots(RECEIVE, sku, site, lots, reference=reference)


def is_known(stock: Stock, command: ReceiveStock | ReceivePurchase) -> bool:
    """Whether these goods were taken in, or refused."""
    site, receipt = command.site, command.receipt_id
    return stock.has_seen(Move.RECEIVED, site, receipt) or stock.has_seen(command.type, site, receipt)


def not_taken_in(command: ReceiveStock | ReceivePurchase, fault: str) -> tuple[StockEvent, ...]:
    """The refusal of goods whose lots are not said as they must be."""
    detail = f"nothing was taken in: {fault}"
    return (refused(command, site=command.site, request_id=command.receipt_id, code="wrong_lots", detail=detail),)


def adjust(stock: Stock, command: AdjustStock) -> tuple[StockEvent, ...]:
    """Found units are free; lost ones are taken from what is free, and what is not free is refused."""
    if not command.change or stock.has_seen(Move.ADJUSTED, command.site, command.adjustment_id):
        return ()
    draft, lot = Draft(stock, command.pool), command.lot
    if command.change > 0 and lot and (fault := faults(stock.reference, (command,))):
        return (_adjustment_refused(command, 0, fault),)
    if command.change > 0:
        found = [units_of(lot, command.change, command.expires_on)] if lot else None
        draft.move(FIND, command.sku, command.site, command.change, found, reference=command.adjustment_id)
        serve(stock, draft, (command.sku,), f"{command.type}/{command.natural_key()}")
    else:
        _lose(stock, draft, command)
    return tuple(draft.events)


def _lose(stock: Stock, draft: Draft, command: AdjustStock) -> None:
    sku, site, lot = command.sku, command.site, command.lot
    free = draft.of_lot(sku, site, Bucket.FREE, lot) if lot else stock.position(sku, site).free
    taken = min(-command.change, free)
    if taken:
        lost = [units_of(lot, taken)] if lot else None
        draft.move(LOSE, sku, site, taken, lost, reference=command.adjustment_id)
    if taken < -command.change:
        reason = f"only {free} units were free; the others are promised or not there"
        draft.say(_adjustment_refused(command, taken, reason))


def _adjustment_refused(command: AdjustStock, taken: int, reason: str) -> AdjustmentRefused:
    return _refused(
        pool=command.pool,
        adjustment_id=command.adjustment_id,
        site=command.site,
        sku=command.sku,
        change=command.change,
        taken=taken,
        reason=reason,
    )


def restock(stock: Stock, command: RestockReturn) -> tuple[StockEvent, ...]:
    """Returned units are free, quarantined, or written off as they come in."""
    reference = command.natural_key()
    if stock.has_seen(Move.RESTOCKED, command.site, reference):
        return ()
    draft = Draft(stock, command.pool)
    gone = stock.rows.get(lot_rows.GONE, command.order_id) or {}
    for units in command.units:
        lots = back(gone[units.sku], units.quantity) if units.sku in gone else None
        for step in _steps(units):
            cause = {"order_id": command.order_id, "reference": reference}
            draft.move(step, units.sku, command.site, units.quantity, lots, **cause)
    restocked = (units.sku for units in command.units if units.disposition is Disposition.RESTOCK)
    serve(stock, draft, restocked, f"{command.type}/{reference}")
    return tuple(draft.events)


def _steps(units: ReturnedUnits) -> tuple[Step, ...]:
    match units.disposition:
        case Disposition.RESTOCK:
            return (RESTOCK,)
        case Disposition.QUARANTINE:
            return (QUARANTINE,)
        case Disposition.SCRAP:
            return (QUARANTINE, WRITE_OFF)
        case _:
            assert_never(units.disposition)


def fold_refused(stock: Stock, event: AdjustmentRefused) -> None:
    """The adjustment was decided on, though it may have moved nothing."""
    mark_seen(stock, Move.ADJUSTED, event.site, event.adjustment_id)
