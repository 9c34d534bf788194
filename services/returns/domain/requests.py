"""Which goods may come back: a request is granted, refused with every reason, or waits for facts on their way.

Requests of an order are answered in the order they were made, by the terms and the time of asking: so the answer is
the same whatever comes first. A reason that a late fact may clear makes the request wait, LAG at most.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.orders import Customer, Reason
from schemas.returns import ReturnAuthorized, ReturnLine, ReturnPending, ReturnRefused
from services.returns.domain.commands import AnswerRequest
from services.returns.domain.fold import Answer, evolve
from services.returns.domain.state import (
    LAG,
    OrderReturns,
    line_of,
    units_by_line,
    units_in_returns,
    units_sent,
    units_too_late,
)

TIME_TO_SEND = timedelta(days=30)


class Obstacle(NamedTuple):
    """Why a request cannot be granted, and whether a fact that is on its way may change that."""

    reason: Reason
    may_clear: bool = False


def answer_request(state: OrderReturns, command: AnswerRequest) -> tuple[Answer | ReturnPending, ...]:
    """The answer, or the request put to wait. A repeat adds nothing; another body under a used id is refused.

    A request that is the channel's mistake is refused to the channel alone, so without the customer.
    """
    digests = state.requests.get(command.request_id, ())
    if command.digest in digests:
        return ()
    request = _request(state, command)
    if digests:
        reason = Reason(
            field="request_id", code="request-differs", detail="this request came before with other content"
        )
        return (_refused(request, (reason,), None),)
    if not command.purchase_known:
        reason = Reason(field="order", code="purchase-unknown", detail="the request names no order")
        return (_refused(request, (reason,), None),)
    if state.waiting:
        reason = Reason(field="request_id", code="in-line", detail="an earlier request is answered first")
        return (request.model_copy(update={"waiting_for": (reason,)}),)
    return (_answer(state, request) or _waiting(state, request),)


def answer_waiting(state: OrderReturns, *, until: datetime | None = None) -> tuple[Answer, ...]:
    """Answers to waiting requests, oldest first, as far as facts allow; those due by `until` wait no more."""
    answers: list[Answer] = []
    while state.waiting:
        request = state.waiting[0]
        answer = _answer(state, request) or (_final(state, request) if until and request.decide_by <= until else None)
        if answer is None:
            break
        answers.append(answer)
        state = evolve(state, answer)
    return tuple(answers)


def _answer(state: OrderReturns, request: ReturnPending) -> Answer | None:
    """None while a late fact may change the answer."""
    return None if any(obstacle.may_clear for obstacle in _obstacles(state, request)) else _final(state, request)


def _final(state: OrderReturns, request: ReturnPending) -> Answer:
    reasons = tuple(obstacle.reason for obstacle in _obstacles(state, request))
    if not reasons:
        return _authorized(state, request)
    return _refused(request, reasons, state.purchase.customer if state.purchase else None)


def _waiting(state: OrderReturns, request: ReturnPending) -> ReturnPending:
    missing = tuple(obstacle.reason for obstacle in _obstacles(state, request) if obstacle.may_clear)
    return request.model_copy(update={"waiting_for": missing})


def _obstacles(state: OrderReturns, request: ReturnPending) -> Iterator[Obstacle]:
    if not request.lines:
        yield Obstacle(Reason(field="lines", code="no-lines", detail="the request names no units"))
    if state.purchase is None:
        yield Obstacle(Reason(field="order", code="order-unknown", detail="no such order"), may_clear=True)
        return
    for line_id, units in units_by_line(request.lines).items():
        obstacle = _line_obstacle(state, request, line_id, units)
        if obstacle:
            yield obstacle


def _line_obstacle(state: OrderReturns, request: ReturnPending, line_id: str, units: int) -> Obstacle | None:
    field, line = f"lines.{line_id}", line_of(state, line_id)
    if line is None:
        return Obstacle(Reason(field=field, code="line-unknown", detail="the order has no such line"))
    taken, sent = units_in_returns(state, line_id), units_sent(state, line_id)
    asked = f"{units} asked, {taken} in returns already"
    if taken + units > line.quantity:
        return Obstacle(Reason(field=field, code="too-many", detail=f"{asked}, {line.quantity} bought"))
    if taken + units > sent:
        return Obstacle(Reason(field=field, code="not-shipped", detail=f"{asked}, {sent} shipped"), may_clear=True)
    late = units_too_late(state, request, line_id)
    used = max(taken, late)  # what came back already is taken to be what was delivered first
    if used + units > sent:
        reason = Reason(field=field, code="window-passed", detail=f"{late} delivered too long before")
        return Obstacle(reason, may_clear=used + units <= line.quantity)
    return None


def _authorized(state: OrderReturns, request: ReturnPending) -> ReturnAuthorized:
    if state.purchase is None:
        raise ValueError(f"request {request.request_id} is granted for an order that is not known")
    skus = state.skus()
    units = units_by_line(request.lines)
    return ReturnAuthorized(
        order_id=state.order_id,
        order_number=state.purchase.order_number,
        request_id=request.request_id,
        digest=request.digest,
        return_id=f"R{state.order_id}-{len(state.returns) + 1}",
        site=request.terms.site,
        lines=tuple(ReturnLine(line_id=line, sku=skus[line], quantity=quantity) for line, quantity in units.items()),
        reason=request.reason,
        expires_at=request.asked_at + TIME_TO_SEND,
        policy_version=request.terms.policy_version,
        customer=state.purchase.customer,
    )


def _refused(request: ReturnPending, reasons: tuple[Reason, ...], customer: Customer | None) -> ReturnRefused:
    return ReturnRefused(
        order_id=request.order_id,
        request_id=request.request_id,
        digest=request.digest,
        reasons=reasons,
        policy_version=request.terms.policy_version,
        customer=customer,
    )


def _request(state: OrderReturns, command: AnswerRequest) -> ReturnPending:
    return ReturnPending(
        order_id=state.order_id,
        request_id=command.request_id,
        digest=command.digest,
        lines=command.lines,
        reason=command.reason,
        asked_by=command.asked_by,
        asked_at=command.at,
        decide_by=command.at + LAG,
        terms=command.terms,
    )
