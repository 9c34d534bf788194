"""Holding an order and letting it go: by hand, by whoever may, or by the clock.

Intake says that an order is held; where it stands still is for allocation and fulfillment to say, each at its stage.
"""

from collections.abc import Sequence
from datetime import datetime

from schemas.holding import (
    Claim,
    ClaimedLine,
    HoldOrder,
    HoldRefused,
    OrderHeld,
    OrderReleased,
    ReleaseCause,
    ReleaseHold,
)
from schemas.holds import RELEASED_BY, STOPS, HeldStage, Hold, is_on_all, keeps_from_stock
from schemas.orders import Reason
from services.intake.domain.changes import why_closed
from services.intake.domain.commands import AskForHold, AskForRelease, TimePassed
from services.intake.domain.kits import plain, with_kits
from services.intake.domain.state import OpenOrder, Order

CLOCK = "clock"


def ask_for_hold(order: Order, command: AskForHold) -> tuple[OrderHeld | HoldRefused, ...]:
    """The order is held, or cannot be; nothing for a request that was decided on before."""
    request = command.request
    if order.knows_request(request.request_id):
        return ()
    wrong = _why_not_held(order, command)
    if wrong or order.open is None:
        return (_refused(request, wrong or why_closed(order)),)
    hold = _hold(request, order.open)
    return (
        OrderHeld(
            order_id=request.order_id,
            order_number=order.open.number,
            request_id=request.request_id,
            hold=hold,
            asked_by=request.asked_by,
            customer=order.open.customer,
        ),
    )


def _why_not_held(order: Order, command: AskForHold) -> Reason | None:
    request = command.request
    if order.open is None:
        return why_closed(order)
    unknown = [line_id for line_id in request.line_ids if line_id not in order.open.left()]
    if unknown:
        return Reason(field="line_ids", code="unknown-line", detail=f"the order has no line {', '.join(unknown)}")
    if any(hold.hold_id == request.request_id for hold in order.open.holds):
        return Reason(field="request_id", code="name-taken", detail="a hold of the order is called so")
    if request.until is not None and request.until <= command.at:
        return Reason(field="until", code="past", detail="the hold would have ended before it began")
    return None


def _hold(request: HoldOrder, order: OpenOrder) -> Hold:
    """On a part of an order it stops packing, not the stock: that is promised to the order as a whole."""
    hold = Hold(
        hold_id=request.request_id,
        kind=request.kind,
        stops=STOPS[request.kind],
        line_ids=with_kits(order.kits, request.line_ids),
        shipment_ids=request.shipment_ids,
        reason=request.reason,
        release_by=RELEASED_BY[request.kind],
        until=request.until,
    )
    if hold.stops is HeldStage.ALLOCATE and not is_on_all(hold):
        return hold.model_copy(update={"stops": HeldStage.PACK})
    return hold


def ask_for_release(order: Order, command: AskForRelease) -> tuple[OrderReleased | HoldRefused, ...]:
    """The holds that are meant end, or none does; nothing for a request that was decided on before."""
    request = command.request
    if order.knows_request(request.request_id):
        return ()
    if order.open is None:
        return (_refused(request, why_closed(order)),)
    meant = [hold for hold in order.open.holds if request.hold in (hold.hold_id, hold.kind)]
    if not meant:
        reason = Reason(field="hold", code="not-held", detail="the order has no such hold")
        return (_refused(request, reason),)
    barred = [hold for hold in meant if request.role not in hold.release_by]
    if barred:
        may = ", ".join(barred[0].release_by)
        reason = Reason(field="role", code="not-allowed", detail=f"{barred[0].kind} is released by: {may}")
        return (_refused(request, reason),)
    return _released(request.order_id, order.open, meant, request)


def end_holds(order: Order, command: TimePassed) -> tuple[OrderReleased, ...]:
    """The holds whose time is up end."""
    if order.open is None or order.open.terms is None:
        return ()
    over = [hold for hold in order.open.holds if hold.until is not None and hold.until <= command.at]
    return _released(order.open.terms.order_id, order.open, over, None)


def due(order: Order) -> datetime | None:
    """When the first hold ends by itself."""
    if order.open is None or not order.open.holds:
        return None
    return min((hold.until for hold in order.open.holds if hold.until is not None), default=None)


def _released(
    order_id: str, order: OpenOrder, over: Sequence[Hold], request: ReleaseHold | None
) -> tuple[OrderReleased, ...]:
    """The last of them lets the order have its stock, if these holds were all that kept it from that."""
    left = tuple(hold for hold in order.holds if hold not in over)
    may_claim = keeps_from_stock(over) and not keeps_from_stock(left)
    return tuple(
        OrderReleased(
            order_id=order_id,
            order_number=order.number,
            hold_id=hold.hold_id,
            kind=hold.kind,
            because=ReleaseCause.ASKED if request else ReleaseCause.TIME,
            request_id=request.request_id if request else "",
            released_by=request.role if request else CLOCK,
            asked_by=request.asked_by if request else "",
            claim=_claim(order, left) if may_claim and hold is over[-1] else None,
            customer=order.customer,
        )
        for hold in over
    )


def _claim(order: OpenOrder, left: tuple[Hold, ...]) -> Claim | None:
    terms = order.terms
    if terms is None:
        return None
    return Claim(
        destination=terms.destination,
        ship_option=terms.ship_option,
        deliver_by=terms.deliver_by,
        channel=terms.channel,
        currency=order.currency,
        lines=tuple(
            ClaimedLine(
                line_id=str(number),
                sku=line.sku,
                quantity=line.quantity,
                amount=line.paid,
                substitutes=order.substitutes.get(str(number)),
            )
            for number, line in enumerate(order.lines, start=1)
        ),
        holds=left or None,
        cancel_after=terms.cancel_after,
        kits=plain(order.kits),
    )


def _refused(request: HoldOrder | ReleaseHold, reason: Reason) -> HoldRefused:
    return HoldRefused(order_id=request.order_id, request_id=request.request_id, reason=reason)
