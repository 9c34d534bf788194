"""Scans of a site's crew: what each proves of its shipment."""

from typing import assert_never

from schemas.holds import HeldStage
from schemas.shipments import CarrierSign, Scan, Trouble
from services.fulfillment.domain.commands import Event, TakeScan
from services.fulfillment.domain.held import kinds_on
from services.fulfillment.domain.parcels import carry, hold, pack
from services.fulfillment.domain.sightings import Sighting
from services.fulfillment.domain.state import Arrived, InParcel, InWork, OrderShipments, ShipmentState, Stopped
from services.fulfillment.domain.work import pick

HANDED_OVER = CarrierSign()
HELD_SCANS = {Scan.PACKED: HeldStage.PACK, Scan.HANDED_OVER: HeldStage.SHIP}


def take_scan(order: OrderShipments, command: TakeScan) -> tuple[Event, ...]:
    """What a scan newly proves; an exception where it cannot be true of this shipment, this site or this revision."""
    scan, sighting = command.scan, Sighting.by_scan(command.scan)
    shipment = order.shipments.get(scan.shipment_id)
    if sighting.reference in order.noticed:
        return ()
    if shipment is None:
        return sighting.exception(Trouble.UNKNOWN_SHIPMENT, "no work was ever given out under this label")
    if scan.site != shipment.site:
        return sighting.exception(Trouble.WRONG_SITE, f"scanned at {scan.site}, but {shipment.site} works on it")
    return _held_back(order, shipment, command) or _scan_of(shipment, command)


def _held_back(order: OrderShipments, shipment: ShipmentState, command: TakeScan) -> tuple[Event, ...]:
    """What is held is not closed and not handed over; what the crew has picked, it has."""
    scan, stage = command.scan, HELD_SCANS.get(command.scan.scan)
    if not order.holds or stage is None or not isinstance(shipment, InWork | InParcel):
        return ()
    if isinstance(shipment, InParcel) and (shipment.shipped or stage is HeldStage.PACK):
        return ()
    kinds = kinds_on(order, scan.shipment_id, shipment.lines, stage)
    detail = f"held for {', '.join(kinds)}: keep it here until it is released, then scan again"
    return Sighting.by_scan(scan).exception(Trouble.HELD, detail) if kinds else ()


def _scan_of(shipment: ShipmentState, command: TakeScan) -> tuple[Event, ...]:
    scan = command.scan
    match shipment:
        case InWork():
            return _scan_at_work(shipment, command)
        case InParcel():
            handed_over = scan.scan is Scan.HANDED_OVER
            return carry(scan.order_id, scan.shipment_id, shipment, HANDED_OVER) if handed_over else ()
        case Arrived():
            return ()
        case Stopped():
            if scan.scan is Scan.PICKED and shipment.picked:
                return ()
            return Sighting.by_scan(scan).exception(Trouble.STOPPED, "the work was stopped: put the goods back")
        case _:
            assert_never(shipment)


def _scan_at_work(work: InWork, command: TakeScan) -> tuple[Event, ...]:
    """An older revision may be picked, its surplus is put back; it may not be closed, there is too much in it."""
    scan, sighting = command.scan, Sighting.by_scan(command.scan)
    if scan.scan is Scan.PICKED:
        return pick(scan.order_id, scan.shipment_id, work, operator=scan.operator)
    if scan.revision < work.revision:
        detail = f"made by revision {scan.revision}, but {work.revision} stands: put the stopped units back, scan again"
        return sighting.exception(Trouble.STOPPED, detail)
    return pack(work, command) if scan.scan is Scan.PACKED else hold(work, sighting, HANDED_OVER)
