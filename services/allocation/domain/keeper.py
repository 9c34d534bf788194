"""The keeper of a pool: everything that moves its stock, decided in one order by one decider."""

from typing import assert_never

from schemas.reservations import ShipmentAdvanced, StockReleased
from schemas.stock import (
    AdjustmentRefused,
    AdjustStock,
    AdvanceShipment,
    Allocated,
    Backordered,
    BackorderReleased,
    ReceiveStock,
    ReleaseStock,
    ReserveStock,
    RestockReturn,
    StockMoved,
)
from services.allocation.domain import backlog, inflow, progress, promises, release, reservation
from services.allocation.domain.stock import Stock, StockEvent, fold_entry

KeeperCommand = ReserveStock | ReleaseStock | AdvanceShipment | RestockReturn | ReceiveStock | AdjustStock


def decide(stock: Stock, command: KeeperCommand) -> tuple[StockEvent, ...]:
    """The facts that follow from `command`, in order; none when it was decided on before.

    Raises progress.UnknownShipment or stock.Overdrawn for a command that no promise of ours can have led to.
    """
    match command:
        case ReserveStock():
            return reservation.reserve(stock, command)
        case AdvanceShipment():
            return progress.advance(stock, command)
        case ReleaseStock():
            return release.release(stock, command)
        case ReceiveStock():
            return inflow.receive(stock, command)
        case AdjustStock():
            return inflow.adjust(stock, command)
        case RestockReturn():
            return inflow.restock(stock, command)
        case _:
            assert_never(command)


def evolve(stock: Stock, event: StockEvent) -> Stock:
    """The stock after `event`: the same view, its rows changed."""
    match event:
        case StockMoved():
            fold_entry(stock, event)
        case Allocated():
            _fold_allocated(stock, event)
        case Backordered():
            backlog.fold_backordered(stock, event)
        case BackorderReleased():
            backlog.fold_backorder_released(stock, event)
        case ShipmentAdvanced():
            progress.fold_advanced(stock, event)
        case StockReleased():
            release.fold_released(stock, event)
        case AdjustmentRefused():
            inflow.fold_refused(stock, event)
        case _:
            assert_never(event)
    return stock


def _fold_allocated(stock: Stock, event: Allocated) -> None:
    if stock.order(event.order_id).reserved:
        backlog.fold_served(stock, event)
    promises.fold_allocated(stock, event)
