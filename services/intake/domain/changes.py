"""Canceling units: intake asks for those that are left and not asked for yet; fulfillment's answer becomes a version.

A unit is in one request at a time. What is on its way into a parcel only ever gets further, so that an earlier request
has the better answer: a later one asks for what is left beside it, and is refused where that is nothing.
"""

from collections import Counter
from collections.abc import Iterator

from cauce.money import Money
from schemas.changing import ChangeAnswered, ChangeRefused, ChangeRequested
from schemas.orders import CancelOrder, LineQuantity, OrderChanged, Reason
from services.intake.domain.commands import AskForChange, Event, SettleChange
from services.intake.domain.kits import with_kits
from services.intake.domain.state import Ask, OpenOrder, Order

_NOTHING_LEFT = Reason(field="line_ids", code="nothing-left", detail="all of it is canceled")
_ASKED_ALREADY = Reason(field="line_ids", code="already-asked", detail="an earlier request asks for all that is left")


class AnswerBeyondRequest(ValueError):
    """Fulfillment says that it stopped units it was not asked for: one of the two is wrong, a person must look."""


def ask_for_change(order: Order, command: AskForChange) -> tuple[Event, ...]:
    """A proposal for fulfillment, or a refusal; nothing for a request that was decided on before."""
    request = command.request
    if order.knows_request(request.request_id):
        return ()
    if order.open is None:
        return (_refused(request, why_closed(order)),)
    return (_proposed(order.open, request),)


def settle_change(order: Order, command: SettleChange) -> tuple[Event, ...]:
    """The next version, or a refusal where nothing was stopped; nothing for an answer that was settled before."""
    answer = command.answer
    ask = order.open.ask(answer.request_id) if order.open else None
    if order.open is None or ask is None:
        return ()
    if not answer.canceled:
        reason = Reason(field="lines", code="not-stopped", detail=answer.reason or "nothing could be stopped")
        return (ChangeRefused(order_id=answer.order_id, request_id=answer.request_id, reason=reason),)
    changed = _changed(order.open, ask, answer)
    return (changed, *_overtaken(order.open, changed))


def _overtaken(order: OpenOrder, changed: OrderChanged) -> Iterator[ChangeRefused]:
    """What else was asked of an order of which nothing is left is over."""
    for ask in order.asks if changed.whole else ():
        if ask.request_id != changed.request_id:
            yield ChangeRefused(order_id=changed.order_id, request_id=ask.request_id, reason=_NOTHING_LEFT)


def why_closed(order: Order) -> Reason:
    """Why nothing can be asked of an order that is not open."""
    if not order.digest:
        return Reason(field="order_id", code="unknown-order", detail="no such order was sent")
    if order.refused:
        return Reason(field="order_id", code="order-refused", detail="the order was not taken")
    return _NOTHING_LEFT


def _proposed(order: OpenOrder, request: CancelOrder) -> ChangeRequested | ChangeRefused:
    left = order.left()
    line_ids = with_kits(order.kits, request.line_ids) or tuple(left)
    unknown = [line_id for line_id in line_ids if line_id not in left]
    if unknown:
        detail = f"the order has no line {', '.join(unknown)}"
        return _refused(request, Reason(field="line_ids", code="unknown-line", detail=detail))
    free = {line_id: left[line_id] - order.asked(line_id) for line_id in line_ids}
    lines = tuple(LineQuantity(line_id=line_id, quantity=units) for line_id, units in free.items() if units)
    if not lines:
        return _refused(request, _ASKED_ALREADY if any(left[line_id] for line_id in line_ids) else _NOTHING_LEFT)
    return ChangeRequested(
        order_id=request.order_id,
        request_id=request.request_id,
        lines=lines,
        reason=request.reason,
        asked_by=request.asked_by,
        ordered=order.ordered(lines),
    )


def _refused(request: CancelOrder, reason: Reason) -> ChangeRefused:
    return ChangeRefused(order_id=request.order_id, request_id=request.request_id, reason=reason)


def _changed(order: OpenOrder, ask: Ask, answer: ChangeAnswered) -> OrderChanged:
    """Worth what all cancellations are worth together, less those before. Raises AnswerBeyondRequest."""
    stopped: Counter[str] = Counter()
    for units in answer.canceled:
        stopped[units.line_id] += units.quantity
    beyond = [line_id for line_id, units in stopped.items() if units > ask.units.get(line_id, 0)]
    if beyond:
        raise AnswerBeyondRequest(f"request {ask.request_id}: more than asked for of line {', '.join(beyond)}")
    after = order.without(ask.request_id, answer.canceled)
    return OrderChanged(
        order_id=answer.order_id,
        order_number=order.number,
        version=order.version + 1,
        request_id=ask.request_id,
        canceled=answer.canceled,
        whole=after.whole,
        taken_off=Money(amount=after.taken_off - order.taken_off, currency=order.currency),
        amount=Money(amount=after.total - after.taken_off, currency=order.currency),
        reason=ask.reason,
        customer=order.customer,
    )
