"""The door of scanners and carriers: labels are read back to the order they carry."""

from cauce.ids import outside_id
from cauce.runtime.service import Command, DoorTools, Unreadable
from schemas.failures import RecordFailure
from schemas.foreign import Foreign
from schemas.orders import LineQuantity
from schemas.raw import CarrierReport, ShipmentFailure, WarehouseScan
from schemas.shipments import RecordCarrierEvent, RecordScan
from services.fulfillment.domain.labels import SHIPMENT_ID, tracked_shipment


def _order_of(shipment_id: str) -> str:
    return shipment_id.rpartition("-")[0]


def from_scan(form: Foreign, _tools: DoorTools) -> tuple[Command, ...]:
    """A scan of one of our labels; its cause is the site and its scan number. Raises Unreadable."""
    if not isinstance(form, WarehouseScan):
        raise Unreadable("kind: not a scan")
    shipment_id = _shipment_id(form)
    scan = RecordScan(
        order_id=_order_of(shipment_id),
        shipment_id=shipment_id,
        scan_id=form.scan_id,
        scan=form.scan,
        site=form.site,
        operator=form.operator,
        revision=form.revision,
        weight_grams=form.weight_grams,
    )
    return (Command(outside_id(form.site, "scan", form.scan_id), scan),)


def from_failure(form: Foreign, _tools: DoorTools) -> tuple[Command, ...]:
    """What a site cannot send; its cause is the site and its own name of it. Raises Unreadable."""
    if not isinstance(form, ShipmentFailure):
        raise Unreadable("kind: not a failure")
    shipment_id = _shipment_id(form)
    failure = RecordFailure(
        order_id=_order_of(shipment_id),
        shipment_id=shipment_id,
        failure_id=form.failure,
        failing=form.failing,
        site=form.site,
        operator=form.operator,
        lines=tuple(LineQuantity(line_id=str(line.line), quantity=line.quantity) for line in form.lines),
    )
    return (Command(outside_id(form.site, "failure", form.failure), failure),)


def _shipment_id(form: WarehouseScan | ShipmentFailure) -> str:
    shipment_id = form.shipment.strip().lower()
    if not SHIPMENT_ID.fullmatch(shipment_id):
        raise Unreadable("shipment: not a shipment number of ours; scan the code on the pick list or the parcel")
    return shipment_id


def from_carrier(form: Foreign, _tools: DoorTools) -> tuple[Command, ...]:
    """A report on one of our labels; its cause is the label and the carrier's event number. Raises Unreadable."""
    if not isinstance(form, CarrierReport):
        raise Unreadable("kind: not a carrier's report")
    tracking_number = form.tracking_number.strip().upper()
    shipment_id = tracked_shipment(tracking_number)
    if shipment_id is None:
        raise Unreadable("tracking_number: not one of ours; the carrier must send the number on our label")
    event = RecordCarrierEvent(
        order_id=_order_of(shipment_id),
        tracking_number=tracking_number,
        carrier_event_id=form.event_id,
        status=form.status,
        happened_at=form.happened_at,
    )
    return (Command(outside_id(tracking_number, "carrier", form.event_id), event),)
