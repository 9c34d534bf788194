"""`evolve`: one event of this lane folded into what it knows of the order."""

from collections import Counter
from typing import assert_never

from schemas.returns import (
    DeliveryNoted,
    DispatchNoted,
    GoodsReturned,
    PurchaseNoted,
    ReceiptRefused,
    RefundNoted,
    RefundRequested,
    ReturnAuthorized,
    ReturnExpired,
    ReturnPending,
    ReturnRefused,
)
from services.returns.domain.commands import Ground
from services.returns.domain.state import OrderReturns, Parcel, Refund, Return, units_by_line

Answer = ReturnAuthorized | ReturnRefused
Event = Ground | Answer | ReturnPending | ReturnExpired | GoodsReturned | ReceiptRefused | RefundRequested


def evolve(state: OrderReturns, event: Event) -> OrderReturns:
    """The order's returns after `event`."""
    match event:
        case PurchaseNoted() | DispatchNoted() | DeliveryNoted() | RefundNoted():
            return _noted(state, event)
        case ReturnPending() | ReturnRefused() | ReturnAuthorized():
            return _asked(state, event)
        case GoodsReturned() | ReceiptRefused():
            return _came(state, event)
        case RefundRequested():
            return _with_refund(state, event.refund_id, Refund(amount=event.amount.amount))
        case ReturnExpired():
            return _with_return(state, event.return_id, _changed(state, event.return_id, expired=True))
        case _:
            assert_never(event)


def return_of(refund_id: str) -> str:
    """The return that a refund of ours is for; refunds of others name none."""
    return refund_id.rpartition(":")[0]


def _noted(state: OrderReturns, event: Ground) -> OrderReturns:
    match event:
        case PurchaseNoted():
            return state.model_copy(update={"purchase": event})
        case DispatchNoted():
            sent = {line.line_id: line.sku for line in event.sent or ()}
            return _with_parcel(state.model_copy(update={"sent": state.sent | sent}), event, dispatched=True)
        case DeliveryNoted():
            return _with_parcel(state, event, delivered_at=event.delivered_at)
        case RefundNoted():
            refund = state.returns[return_of(event.refund_id)].refunds[event.refund_id]
            paid = {**refund.paid, event.payment_id: event.amount.amount}
            return _with_refund(state, event.refund_id, refund.model_copy(update={"paid": paid}))
        case _:
            assert_never(event)


def _with_parcel(state: OrderReturns, event: DispatchNoted | DeliveryNoted, **known: object) -> OrderReturns:
    parcel = state.parcels.get(event.shipment_id) or Parcel(units=units_by_line(event.lines))
    return state.model_copy(update={"parcels": {**state.parcels, event.shipment_id: parcel.model_copy(update=known)}})


def _asked(state: OrderReturns, event: Answer | ReturnPending) -> OrderReturns:
    state = state.model_copy(update={"requests": _seen(state.requests, event.request_id, event.digest)})
    if isinstance(event, ReturnPending):
        return state.model_copy(update={"waiting": (*state.waiting, event)})
    waiting = tuple(request for request in state.waiting if request.digest != event.digest)
    state = state.model_copy(update={"waiting": waiting})
    return _with_return(state, event.return_id, _opened(event)) if isinstance(event, ReturnAuthorized) else state


def _opened(event: ReturnAuthorized) -> Return:
    expected = {line.line_id: line.quantity for line in event.lines}
    return Return(site=event.site, expires_at=event.expires_at, expected=expected)


def _came(state: OrderReturns, event: GoodsReturned | ReceiptRefused) -> OrderReturns:
    state = state.model_copy(update={"receipts": _seen(state.receipts, event.receipt_id, event.digest)})
    if isinstance(event, ReceiptRefused):
        return state
    entry = state.returns[event.return_id]
    received = dict(Counter(entry.received) + Counter(units_by_line(event.units)))
    entry = _changed(state, event.return_id, received=received, receipts=entry.receipts + 1)
    return _with_return(state, event.return_id, entry)


def _seen(ids: dict[str, tuple[str, ...]], one: str, digest: str) -> dict[str, tuple[str, ...]]:
    digests = ids.get(one, ())
    return ids if digest in digests else {**ids, one: (*digests, digest)}


def _with_refund(state: OrderReturns, refund_id: str, refund: Refund) -> OrderReturns:
    return_id = return_of(refund_id)
    refunds = {**state.returns[return_id].refunds, refund_id: refund}
    return _with_return(state, return_id, _changed(state, return_id, refunds=refunds))


def _changed(state: OrderReturns, return_id: str, **parts: object) -> Return:
    return state.returns[return_id].model_copy(update=parts)


def _with_return(state: OrderReturns, return_id: str, entry: Return) -> OrderReturns:
    return state.model_copy(update={"returns": {**state.returns, return_id: entry}})
