"""Units that a site will not send: out of its work, once for each word of its crew, so that others send them.

No kit is sent in halves: what is there of the same kits comes out along with them.
"""

from schemas.failures import RecordFailure, WorkFailed
from schemas.shipments import ShipmentException, Trouble
from services.fulfillment.domain.commands import Event, TakeFailure
from services.fulfillment.domain.sightings import Sighting
from services.fulfillment.domain.state import InWork, OrderShipments
from services.fulfillment.domain.units import Cut, cut_out, more, of_lines, rest_of_kits
from services.fulfillment.domain.work import revise_work


def fail_units(order: OrderShipments, command: TakeFailure) -> tuple[Event, ...]:
    """The work without these units, and that they are to come from elsewhere; an exception where nothing can be.

    What the stock calls back too late is sent.
    """
    events = _fail_units(order, command.failure)
    return () if command.recalled and events and isinstance(events[0], ShipmentException) else events


def _fail_units(order: OrderShipments, failure: RecordFailure) -> tuple[Event, ...]:
    sighting = Sighting(failure.order_id, failure.shipment_id, reference(failure.failure_id))
    shipment = order.shipments.get(failure.shipment_id)
    if sighting.reference in order.noticed:
        return ()
    if shipment is None:
        return sighting.exception(Trouble.UNKNOWN_SHIPMENT, "no work was ever given out under this label")
    if failure.site != shipment.site:
        return sighting.exception(Trouble.WRONG_SITE, f"failed at {failure.site}, but {shipment.site} works on it")
    if not isinstance(shipment, InWork) or shipment.early is not None:
        return sighting.exception(Trouble.STOPPED, "it is not at work: it was stopped, or its parcel is closed")
    wanted = of_lines(failure.lines) or of_lines(shipment.lines)
    cut = cut_out(shipment.lines, wanted, failure.lots or ())
    if not cut.taken:
        return sighting.exception(Trouble.STOPPED, "none of these units is in this shipment any more")
    along = cut_out(cut.kept, rest_of_kits(cut))
    both = cut_out(shipment.lines, more(of_lines(cut.taken), of_lines(along.taken)), failure.lots or ())
    return (revise_work(order, failure.shipment_id, shipment, both), _failed(shipment, failure, cut, along))


def _failed(work: InWork, failure: RecordFailure, cut: Cut, along: Cut) -> WorkFailed:
    promise = work.promise
    return WorkFailed(
        order_id=failure.order_id,
        order_number=promise.order_number,
        shipment_id=failure.shipment_id,
        failure_id=failure.failure_id,
        failing=failure.failing,
        site=work.site,
        operator=failure.operator,
        lines=cut.taken,
        along=along.taken or None,
        customer=promise.customer,
        destination=promise.destination,
        ship_option=promise.ship_option,
        deliver_by=promise.deliver_by,
    )


def reference(failure_id: str) -> str:
    """What a failure is called among what was noticed."""
    return f"failure/{failure_id}"
