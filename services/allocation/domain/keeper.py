"""The keeper of a pool: everything that moves its stock, decided in one order by one decider."""

from collections.abc import Callable, Mapping
from typing import Any

from schemas.alerts import PurchaseRequested, StockAlert
from schemas.backorders import Backordered, BackorderLapsed, BackorderReleased
from schemas.base import Message
from schemas.buying import CoverAlert, DemandCounted, SlowAlert, StockWatched
from schemas.closures import CloseSite, OpenSite, SiteClosing, SiteOpened, UnitsRecalled
from schemas.failures import ResourceUnits, SourceFailed
from schemas.levels import StockLevel
from schemas.reference import TimeReached
from schemas.reservations import ShipmentAdvanced, StockReleased
from schemas.stock import (
    AdvanceShipment,
    Allocated,
    ReceiveStock,
    ReleaseStock,
    ReserveStock,
    RestockReturn,
    StockMoved,
)
from schemas.waves import DecideWave, WaveDecided
from services.allocation.domain import (
    alerts,
    backlog,
    closures,
    cover,
    dates,
    demand,
    desk,
    expectations,
    expiry,
    inflow,
    lapses,
    levels,
    missing,
    progress,
    promises,
    release,
    reservation,
    resourcing,
    slow,
    watch,
    waves,
)
from services.allocation.domain.pools import FIRST_POOL
from services.allocation.domain.ruling import RuledStock, Timed, fold_loads, ruled
from services.allocation.domain.stock import Stock, StockEvent, fold_entry
from services.allocation.domain.turns import begin_day

Rest = ReleaseStock | ResourceUnits | RestockReturn | ReceiveStock | CloseSite | OpenSite | desk.DeskCommand
KeeperCommand = ReserveStock | AdvanceShipment | Rest

TimedCommand = KeeperCommand | DecideWave | TimeReached | Timed


def decide(stock: Stock, command: KeeperCommand) -> tuple[StockEvent, ...]:
    """The facts that follow from `command`, in order; none when it was decided on before.

    Raises progress.UnknownShipment or stock.Overdrawn for a command that no promise of ours can have led to.
    """
    return _told(stock, command.pool, _decided(stock, command))


def _told(stock: Stock, pool: int, events: tuple[StockEvent, ...]) -> tuple[StockEvent, ...]:
    if stock.reference.version("safety") or stock.reference.version("kits") or stock.reference.version("lots"):
        events = levels.told(stock, pool, events, evolve)
    return alerts.told(stock, pool, events, evolve) if stock.reference.version("stocking") else events


def _decided(stock: Stock, command: KeeperCommand) -> tuple[StockEvent, ...]:
    match command:
        case ReserveStock():
            events = reservation.reserve(stock, command)
            if not events or events[-1].type != Backordered.type:
                return events
        case AdvanceShipment():
            return progress.advance(stock, command)
        case _:
            events = _decide_rest(stock, command)
    return expectations.retold(stock, command.pool, events, evolve)


def _decide_rest(stock: Stock, command: Rest) -> tuple[StockEvent, ...]:
    match command:
        case ReleaseStock():
            return release.release(stock, command)
        case ResourceUnits():
            return resourcing.resource(stock, command)
        case ReceiveStock():
            return inflow.receive(stock, command)
        case RestockReturn():
            return inflow.restock(stock, command)
        case CloseSite() | OpenSite():
            return closures.decide(stock, command)
        case _:
            return desk.decide(stock, command)


def decide_timed(stock: Stock, command: TimedCommand) -> tuple[StockEvent, ...]:
    """As `decide`; by the pool's policy and its buyers where the command says when it came, or what day it is."""
    if closures_stand := closures.closures_of(stock):
        seen = closures.open_only(stock, closures_stand)
        return closures.with_closed(stock, _decide_timed(seen, command), closures_stand)
    return _decide_timed(stock, command)


def _decide_timed(stock: Stock, command: TimedCommand) -> tuple[StockEvent, ...]:
    if isinstance(command, Timed):
        events = _decide_timed(ruled(stock, command.at), command.command)
        return watch.told(stock, command, events, evolve) if stock.reference.version("buying") else events
    match command:
        case TimeReached():
            return _served(stock, FIRST_POOL, _ticked(stock, command))
        case DecideWave():
            return _served(stock, command.pool, waves.decide_wave(stock, command))
        case _:
            return decide(stock, command)


def _ticked(stock: Stock, reached: TimeReached) -> tuple[StockEvent, ...]:
    """The day begins first; what has waited too long by then, the next tick lets go."""
    lots = expiry.turn_of_day(stock) if stock.shelf_life is not None else ()
    return (
        lots
        or (begin_day(stock) if isinstance(stock, RuledStock) else ())
        or (closures.turn_of_day(stock, reached) or lapses.lapse(stock, reached))
    )


def _served(stock: Stock, pool: int, events: tuple[StockEvent, ...]) -> tuple[StockEvent, ...]:
    return _told(stock, pool, expectations.retold(stock, pool, events, evolve))


def _fold_allocated(stock: Stock, event: Allocated) -> None:
    if stock.order(event.order_id).reserved and not event.resourced:
        backlog.fold_served(stock, event)
    promises.fold_allocated(stock, event)
    if event.explanation.promises_version:
        dates.fold_departures(stock, event.shipments)
    if sourcing := event.explanation.sourcing:
        fold_loads(stock, sourcing.day, (shipment.site for shipment in event.shipments))


_FOLDS: Mapping[type[Message], Callable[[Stock, Any], None]] = {
    StockMoved: fold_entry,
    Allocated: _fold_allocated,
    Backordered: backlog.fold_backordered,
    BackorderLapsed: lapses.fold_lapsed,
    BackorderReleased: backlog.fold_backorder_released,
    ShipmentAdvanced: progress.fold_advanced,
    StockReleased: release.fold_released,
    SourceFailed: resourcing.fold_failed,
    SiteClosing: closures.fold_closing,
    SiteOpened: closures.fold_opened,
    UnitsRecalled: missing.fold_recalled,
    StockLevel: levels.fold_level,
    StockAlert: alerts.fold_alert,
    PurchaseRequested: cover.fold_purchase,
    DemandCounted: demand.fold_counted,
    StockWatched: watch.fold_watched,
    CoverAlert: cover.fold_cover,
    SlowAlert: slow.fold_slow,
    WaveDecided: waves.fold_wave,
    **desk.FOLDS,
}
PUBLISHES = tuple(_FOLDS)
# By name: four facts an order are folded, and a match asks each class in turn.
_FOLD = {fact.type: fold for fact, fold in _FOLDS.items()}


def evolve(stock: Stock, event: StockEvent) -> Stock:
    """The stock after `event`: the same view, its rows changed."""
    _FOLD[event.type](stock, event)
    return stock
