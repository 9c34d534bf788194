"""An order as its channel sent it and as it stands: `decide` and `evolve`, with a file for each rule."""

from typing import assert_never

from cauce.decider import Decider
from services.intake.domain.changes import ask_for_change, settle_change
from services.intake.domain.commands import (
    AskForChange,
    AskForHold,
    AskForQuantities,
    AskForRedirect,
    AskForRelease,
    CancelLapsed,
    Change,
    Command,
    Event,
    SettleChange,
    SettleRedirect,
    TakeOrder,
    TimePassed,
)
from services.intake.domain.holding import ask_for_hold, ask_for_release, due, end_holds
from services.intake.domain.lapsing import cancel_lapsed
from services.intake.domain.quantities import ask_for_quantities
from services.intake.domain.redirecting import ask_for_redirect, settle_redirect
from services.intake.domain.state import Order, evolve
from services.intake.domain.taking import take_order


def initial(_order_id: str) -> Order:
    """An order that nobody sent yet."""
    return Order()


def decide(order: Order, command: Command) -> tuple[Event, ...]:
    """The facts that follow from `command`; none if it comes again."""
    match command:
        case TakeOrder():
            return take_order(order, command)
        case (
            AskForChange() | AskForQuantities() | AskForRedirect() | SettleChange() | SettleRedirect() | CancelLapsed()
        ):
            return _change(order, command)
        case AskForHold():
            return ask_for_hold(order, command)
        case AskForRelease():
            return ask_for_release(order, command)
        case TimePassed():
            return end_holds(order, command)
        case _:
            assert_never(command)


def _change(order: Order, command: Change) -> tuple[Event, ...]:
    match command:
        case AskForChange():
            return ask_for_change(order, command)
        case AskForQuantities():
            return ask_for_quantities(order, command)
        case AskForRedirect():
            return ask_for_redirect(order, command)
        case CancelLapsed():
            return cancel_lapsed(order, command)
        case SettleChange():
            return settle_change(order, command)
        case SettleRedirect():
            return settle_redirect(order, command)
        case _:
            assert_never(command)


DECIDER: Decider[Order, Command, Event] = Decider(initial=initial, decide=decide, evolve=evolve, due=due)

__all__ = ["DECIDER", "Command", "Event", "Order", "decide", "evolve", "initial"]
