"""The crew of the warehouses: picks and packs what it is asked to, and hands closed parcels over."""

from collections.abc import Iterable

from cauce.demo.chance import pick
from cauce.demo.stage import Said
from cauce.runtime.service import Received
from schemas.holding import HoldLifted
from schemas.raw import RawTopic, WarehouseScan
from schemas.shipments import ParcelPacked, Scan, WarehouseWork, Work

TOPICS = ("warehouse-work", "packed", "change-answered")
OPERATORS = ("ana", "bruno", "chidi", "dora", "emil")


def respond(received: Received) -> Iterable[Said]:
    """Scans because of a fact: picked and packed for new work, handed over once it is labeled and not held."""
    match received.message:
        case WarehouseWork(work=Work.PICK) as work:
            yield _scan(Scan.PICKED, work.shipment_id, work.site, work.revision)
            yield _scan(Scan.PACKED, work.shipment_id, work.site, work.revision)
        case ParcelPacked() as parcel:
            yield _scan(Scan.HANDED_OVER, parcel.shipment_id, parcel.site, 1)
        case HoldLifted() as lifted:
            for closed in lifted.parcels:
                yield _scan(Scan.HANDED_OVER, closed.shipment_id, closed.site, 1, again=lifted.hold_id)


def _scan(scan: Scan, shipment: str, site: str, revision: int, *, again: str = "") -> Said:
    form = WarehouseScan(
        scan=scan,
        scan_id=f"{shipment}-{revision}-{scan}" + (f"-{again}" if again else ""),
        shipment=shipment,
        site=site,
        operator=OPERATORS[pick(len(OPERATORS), "operator", shipment)],
        revision=revision,
    )
    return Said(RawTopic.WAREHOUSE_SCANS, shipment, form)
