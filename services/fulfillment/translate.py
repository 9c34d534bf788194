"""Other people's messages as commands of an order's shipments. Nothing but the keeper's promise starts work."""

from datetime import datetime

from cauce.decider import Reference
from cauce.runtime.service import Received
from schemas.changing import ChangeRequested, RedirectRequested
from schemas.closures import UnitsRecalled
from schemas.failures import RecordFailure
from schemas.holding import OrderHeld, OrderReleased
from schemas.reference import Kind
from schemas.shipments import RecordCarrierEvent, Scan
from schemas.stock import Allocated
from services.fulfillment.domain.commands import (
    LiftHold,
    Redirect,
    StartWork,
    StopUnits,
    TakeCarrierEvent,
    TakeFailure,
    TakeHold,
    TakeScan,
    Told,
)
from services.fulfillment.domain.state import Promise


def from_allocated(received: Received, _reference: Reference) -> StartWork | TakeFailure:
    """Each decision of the keeper brings shipments of its own; what it calls back is as if its crew failed it."""
    if isinstance(received.message, UnitsRecalled):
        return _from_recalled(received.message, received.envelope.at)
    allocated: Allocated = received.message
    promise = Promise(
        order_number=allocated.order_number,
        customer=allocated.customer,
        destination=allocated.destination,
        ship_option=allocated.ship_option,
        deliver_by=allocated.deliver_by,
    )
    return StartWork(
        at=received.envelope.at,
        promise=promise,
        shipments=allocated.shipments,
        holds=allocated.holds or (),
        withdrawn=allocated.withdrawn or (),
    )


def _from_recalled(recalled: UnitsRecalled, at: datetime) -> TakeFailure:
    failure = RecordFailure(
        order_id=recalled.order_id,
        shipment_id=recalled.shipment_id,
        failure_id=recalled.recall_id,
        failing=recalled.failing,
        site=recalled.site,
        operator="stock",
        lines=recalled.lines,
        lots=recalled.lots,
    )
    return TakeFailure(at=at, failure=failure, recalled=True)


def from_change_requested(received: Received, _reference: Reference) -> StopUnits | Redirect | None:
    """What intake itself refused asks nothing of us."""
    request, at = received.message, received.envelope.at
    if isinstance(request, RedirectRequested):
        return Redirect(at=at, request_id=request.request_id, left=request.left, ship=request.ship)
    if not isinstance(request, ChangeRequested):
        return None
    ordered, waiting = request.ordered or (), bool(request.waiting)
    return StopUnits(at=at, request_id=request.request_id, lines=request.lines, ordered=ordered, waiting=waiting)


def from_order_held(received: Received, _reference: Reference) -> TakeHold | None:
    """What intake refused holds nothing."""
    held = received.message
    return TakeHold(at=received.envelope.at, hold=held.hold) if isinstance(held, OrderHeld) else None


def from_order_released(received: Received, _reference: Reference) -> LiftHold:
    """The hold ended, whoever ended it."""
    released: OrderReleased = received.message
    return LiftHold(at=received.envelope.at, hold_id=released.hold_id)


def from_command(received: Received, reference: Reference) -> Told:
    """Only a packed scan needs the rates."""
    at, message = received.envelope.at, received.message
    if isinstance(message, RecordCarrierEvent):
        return TakeCarrierEvent(at=at, event=message)
    if isinstance(message, RecordFailure):
        return TakeFailure(at=at, failure=message)
    if message.scan is not Scan.PACKED:
        return TakeScan(at=at, scan=message)
    return TakeScan(at=at, scan=message, rates=reference.items(Kind.RATES), rates_version=reference.version(Kind.RATES))


def from_nobody(_received: Received, _reference: Reference) -> None:
    """Reference data and timers are kept by the runtime; no shipment changes for them."""
