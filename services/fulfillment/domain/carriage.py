"""A carrier's events: each one proves that the carrier has had the parcel."""

from typing import assert_never

from schemas.holds import HeldStage
from schemas.shipments import CarrierSign, CarrierStatus, ShipmentException, Trouble
from services.fulfillment.domain.commands import Event, TakeCarrierEvent
from services.fulfillment.domain.held import kinds_on
from services.fulfillment.domain.parcels import carry, hold
from services.fulfillment.domain.sightings import Sighting
from services.fulfillment.domain.state import Arrived, InParcel, InWork, OrderShipments, Stopped

MISHAPS = {
    CarrierStatus.LOST: (Trouble.LOST, "the carrier lost the parcel: send the goods again, or refund them"),
    CarrierStatus.RETURNED_TO_SENDER: (
        Trouble.RETURNED_TO_SENDER,
        "the carrier brings the parcel back: mend the address, or refund",
    ),
}


def take_carrier_event(order: OrderShipments, command: TakeCarrierEvent) -> tuple[Event, ...]:
    """What an event newly proves, and the exception of a mishap."""
    event, sighting = command.event, Sighting.by_carrier(command.event)
    shipment = order.shipments.get(sighting.shipment_id)
    if sighting.reference in order.noticed:
        return ()
    sign = CarrierSign(delivered_at=event.happened_at if event.status is CarrierStatus.DELIVERED else None)
    mishap = _mishap(event.status, sighting)
    match shipment:
        case None:
            return sighting.exception(Trouble.UNKNOWN_SHIPMENT, "no parcel ever had this tracking number")
        case InWork():
            return (*hold(shipment, sighting, sign), *mishap)
        case InParcel():
            escaped = _escaped(order, sighting, shipment)
            return (*carry(order.order_id, sighting.shipment_id, shipment, sign), *(mishap or escaped))
        case Arrived():
            return mishap
        case Stopped():
            return sighting.exception(Trouble.STOPPED, f"the carrier says {event.status}, but the work was stopped")
        case _:
            assert_never(shipment)


def _escaped(order: OrderShipments, sighting: Sighting, parcel: InParcel) -> tuple[ShipmentException, ...]:
    """The carrier has what should have stayed: that is so, and somebody must know."""
    if not order.holds or parcel.shipped:
        return ()
    kinds = kinds_on(order, sighting.shipment_id, parcel.lines, HeldStage.SHIP)
    detail = f"the carrier has it, though it is held for {', '.join(kinds)}: call it back, or release it"
    return sighting.exception(Trouble.HELD, detail) if kinds else ()


def _mishap(status: CarrierStatus, sighting: Sighting) -> tuple[ShipmentException, ...]:
    return sighting.exception(*MISHAPS[status]) if status in MISHAPS else ()
