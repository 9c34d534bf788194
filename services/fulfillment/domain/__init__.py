"""The shipments of an order: `decide` and `evolve`, with a file for each rule."""

from typing import assert_never

from services.fulfillment.domain.carriage import take_carrier_event
from services.fulfillment.domain.changes import stop_units
from services.fulfillment.domain.commands import (
    Command,
    Event,
    Holding,
    LiftHold,
    Redirect,
    StartWork,
    StopUnits,
    TakeCarrierEvent,
    TakeFailure,
    TakeHold,
    TakeScan,
    TimePassed,
    Told,
)
from services.fulfillment.domain.dates import due, watch
from services.fulfillment.domain.evolution import evolve
from services.fulfillment.domain.failing import fail_units
from services.fulfillment.domain.holding import lift_hold, take_hold
from services.fulfillment.domain.redirecting import redirect
from services.fulfillment.domain.scans import take_scan
from services.fulfillment.domain.state import OrderShipments
from services.fulfillment.domain.work import start_work


def initial(order_id: str) -> OrderShipments:
    """An order of which nothing is known here."""
    return OrderShipments(order_id=order_id)


def decide(order: OrderShipments, command: Command) -> tuple[Event, ...]:
    """The facts that follow from `command`; none if it comes again."""
    match command:
        case StartWork():
            return start_work(order, command)
        case StopUnits() | Redirect():
            return stop_units(order, command) if isinstance(command, StopUnits) else redirect(order, command)
        case TakeScan() | TakeCarrierEvent() | TakeFailure():
            return _take(order, command)
        case TakeHold() | LiftHold():
            return _hold(order, command)
        case TimePassed():
            return watch(order, command.at)
        case _:
            assert_never(command)


def _take(order: OrderShipments, command: Told) -> tuple[Event, ...]:
    match command:
        case TakeScan():
            return take_scan(order, command)
        case TakeCarrierEvent():
            return take_carrier_event(order, command)
        case TakeFailure():
            return fail_units(order, command)
        case _:
            assert_never(command)


def _hold(order: OrderShipments, command: Holding) -> tuple[Event, ...]:
    return take_hold(order, command.hold) if isinstance(command, TakeHold) else lift_hold(order, command.hold_id)


__all__ = ["Command", "Event", "OrderShipments", "decide", "due", "evolve", "initial"]
