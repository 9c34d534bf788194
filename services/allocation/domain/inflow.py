"""Units from outside and back: receipts, adjustments, returned goods. What is free then goes to those who wait.

Each is taken once, by its site's id: the entries it gave leave a mark.
"""

from typing import assert_never

from schemas.light import light
from schemas.stock import (
    AdjustmentRefused,
    AdjustStock,
    Disposition,
    Move,
    ReceiveStock,
    RestockReturn,
    ReturnedUnits,
)
from services.allocation.domain.backlog import serve
from services.allocation.domain.stock import (
    FIND,
    LOSE,
    QUARANTINE,
    RECEIVE,
    RESTOCK,
    WRITE_OFF,
    Draft,
    Step,
    Stock,
    StockEvent,
    mark_seen,
)

_refused = light(AdjustmentRefused)


def receive(stock: Stock, command: ReceiveStock) -> tuple[StockEvent, ...]:
    """Goods of a supplier are free at their site."""
    if stock.has_seen(Move.RECEIVED, command.site, command.receipt_id):
        return ()
    draft = Draft(stock, command.pool)
    for line in command.lines:
        draft.move(RECEIVE, line.sku, command.site, line.quantity, reference=command.receipt_id)
    serve(stock, draft, (line.sku for line in command.lines), f"{command.type}/{command.natural_key()}")
    return tuple(draft.events)


def adjust(stock: Stock, command: AdjustStock) -> tuple[StockEvent, ...]:
    """Found units are free; lost ones are taken from what is free, and what is not free is refused."""
    if not command.change or stock.has_seen(Move.ADJUSTED, command.site, command.adjustment_id):
        return ()
    draft = Draft(stock, command.pool)
    if command.change > 0:
        draft.move(FIND, command.sku, command.site, command.change, reference=command.adjustment_id)
        serve(stock, draft, (command.sku,), f"{command.type}/{command.natural_key()}")
    else:
        _lose(stock, draft, command)
    return tuple(draft.events)


def _lose(stock: Stock, draft: Draft, command: AdjustStock) -> None:
    free = stock.position(command.sku, command.site).free
    taken = min(-command.change, free)
    if taken:
        draft.move(LOSE, command.sku, command.site, taken, reference=command.adjustment_id)
    if taken < -command.change:
        draft.say(
            _refused(
                pool=command.pool,
                adjustment_id=command.adjustment_id,
                site=command.site,
                sku=command.sku,
                change=command.change,
                taken=taken,
                reason=f"only {free} units were free; the others are promised or not there",
            )
        )


def restock(stock: Stock, command: RestockReturn) -> tuple[StockEvent, ...]:
    """Returned units are free, quarantined, or written off as they come in."""
    reference = command.natural_key()
    if stock.has_seen(Move.RESTOCKED, command.site, reference):
        return ()
    draft = Draft(stock, command.pool)
    for units in command.units:
        for step in _steps(units):
            cause = {"order_id": command.order_id, "reference": reference}
            draft.move(step, units.sku, command.site, units.quantity, **cause)
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
