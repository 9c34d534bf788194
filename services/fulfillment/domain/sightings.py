"""A shipment was seen, by a scanner or a carrier; what does not fit is said once, for a person to look at."""

from typing import NamedTuple, Self

from schemas.shipments import CarrierSign, RecordCarrierEvent, RecordScan, ShipmentException, Trouble
from services.fulfillment.domain.labels import tracked_shipment


class Sighting(NamedTuple):
    """Which shipment, and what the scan or event is called in an exception."""

    order_id: str
    shipment_id: str
    reference: str

    @classmethod
    def by_scan(cls, scan: RecordScan) -> Self:
        """A scanner saw it."""
        return cls(scan.order_id, scan.shipment_id, f"scan/{scan.scan_id}")

    @classmethod
    def by_carrier(cls, event: RecordCarrierEvent) -> Self:
        """A carrier saw the label; one that we never made stands for itself."""
        shipment_id = tracked_shipment(event.tracking_number) or event.tracking_number
        return cls(event.order_id, shipment_id, f"carrier/{event.carrier_event_id}")

    def exception(
        self, trouble: Trouble, detail: str, *, early: CarrierSign | None = None
    ) -> tuple[ShipmentException, ...]:
        """It does not fit; nothing but an `early` sign is remembered of it."""
        return (
            ShipmentException(
                order_id=self.order_id,
                shipment_id=self.shipment_id,
                trouble=trouble,
                reference=self.reference,
                detail=detail,
                early=early,
            ),
        )
