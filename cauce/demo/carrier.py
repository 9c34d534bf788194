"""The carriers: every parcel they get is on its way, then delivered on the day they said."""

from collections.abc import Iterable
from datetime import UTC, datetime, time

from cauce.demo.stage import Said
from cauce.runtime.service import Received
from schemas.raw import CarrierReport, RawTopic
from schemas.shipments import CarrierStatus, ParcelShipped

TOPICS = ("shipped",)
DELIVERY_HOUR = time(14, 0, tzinfo=UTC)


def respond(received: Received) -> Iterable[Said]:
    """In transit, then delivered, for each parcel shipped."""
    parcel = received.message
    if isinstance(parcel, ParcelShipped):
        yield _report(parcel, CarrierStatus.IN_TRANSIT, received.envelope.at)
        yield _report(parcel, CarrierStatus.DELIVERED, datetime.combine(parcel.arrives_on, DELIVERY_HOUR))


def _report(parcel: ParcelShipped, status: CarrierStatus, happened_at: datetime) -> Said:
    """Said no earlier than it happens."""
    form = CarrierReport(
        event_id=f"{parcel.tracking_number}-{status}",
        tracking_number=parcel.tracking_number,
        status=status,
        happened_at=happened_at,
    )
    return Said(RawTopic.CARRIER_EVENTS, parcel.tracking_number, form, happened_at)
