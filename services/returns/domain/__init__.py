"""`decide`: what becomes of a request, of goods, of a fact and of time, for the returns of one order."""

from functools import reduce
from typing import assert_never

from cauce.decider import Decider
from schemas.returns import DeliveryNoted, DispatchNoted, PurchaseNoted, RefundNoted
from services.returns.domain.commands import AnswerRequest, Command, Ground, Note, TakeReceipt, TimePassed
from services.returns.domain.fold import Event, evolve, return_of
from services.returns.domain.receipts import expire_returns, take_receipt
from services.returns.domain.requests import answer_request, answer_waiting
from services.returns.domain.state import OrderReturns, due


def decide(state: OrderReturns, command: Command) -> tuple[Event, ...]:
    """The facts that follow from `command`; none when it says what is known already.

    Every command tells the time: what waited until then is answered before, with what was known before.
    """
    overdue = answer_waiting(state, until=command.at)
    return (*overdue, *_follow(reduce(evolve, overdue, state), command))


def _follow(state: OrderReturns, command: Command) -> tuple[Event, ...]:
    match command:
        case AnswerRequest():
            return answer_request(state, command)
        case TakeReceipt():
            return take_receipt(state, command)
        case Note():
            return _note(state, command.ground)
        case TimePassed():
            return expire_returns(state, command.at)
        case _:
            assert_never(command)


def _note(state: OrderReturns, ground: Ground) -> tuple[Event, ...]:
    if _is_settled(state, ground):
        return ()
    return (ground, *answer_waiting(evolve(state, ground)))


def _is_settled(state: OrderReturns, ground: Ground) -> bool:
    """Whether a fact is known already, or is none of our business."""
    match ground:
        case PurchaseNoted():
            return state.purchase is not None
        case DispatchNoted():
            parcel = state.parcels.get(ground.shipment_id)
            return parcel is not None and parcel.dispatched
        case DeliveryNoted():
            parcel = state.parcels.get(ground.shipment_id)
            return parcel is not None and parcel.delivered_at is not None
        case RefundNoted():
            entry = state.returns.get(return_of(ground.refund_id))
            refund = entry.refunds.get(ground.refund_id) if entry else None
            return refund is None or ground.payment_id in refund.paid
        case _:
            assert_never(ground)


def _nothing_yet(order_id: str) -> OrderReturns:
    return OrderReturns(order_id=order_id)


DECIDER: Decider[OrderReturns, Command, Event] = Decider(_nothing_yet, decide, evolve, due)
