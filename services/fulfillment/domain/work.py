"""Work for the crew of a site: begun with the allocation, revised when units of it are stopped."""

from schemas.shipments import WarehouseWork, Work, WorkPicked
from services.fulfillment.domain.commands import StartWork
from services.fulfillment.domain.labels import shipment_number
from services.fulfillment.domain.state import InWork, OrderShipments, Promise
from services.fulfillment.domain.units import Cut, draw

FIRST_REVISION = 1


def start_work(order: OrderShipments, command: StartWork) -> tuple[WarehouseWork, ...]:
    """Work for each shipment that is new, less the units that were canceled before it came.

    Those are taken from the highest-numbered shipments, as the keeper releases them.
    """
    fresh = sorted(
        (shipment for shipment in command.shipments if shipment.shipment_id not in order.shipments),
        key=lambda shipment: shipment_number(shipment.shipment_id),
    )
    cuts, _ = draw([(shipment.shipment_id, shipment.lines) for shipment in reversed(fresh)], order.unclaimed)
    return tuple(
        _work(
            order.order_id,
            shipment.shipment_id,
            command.promise,
            site=shipment.site,
            site_country=shipment.country,
            revision=FIRST_REVISION,
            cut=cuts[shipment.shipment_id],
        )
        for shipment in fresh
    )


def revise_work(order_id: str, shipment_id: str, work: InWork, cut: Cut) -> WarehouseWork:
    """The next revision, without the units that were cut."""
    return _work(
        order_id,
        shipment_id,
        work.promise,
        site=work.site,
        site_country=work.site_country,
        revision=work.revision + 1,
        cut=cut,
    )


def _work(
    order_id: str, shipment_id: str, promise: Promise, *, site: str, site_country: str, revision: int, cut: Cut
) -> WarehouseWork:
    return WarehouseWork(
        order_id=order_id,
        order_number=promise.order_number,
        shipment_id=shipment_id,
        revision=revision,
        work=Work.PICK if cut.kept else Work.STOP,
        site=site,
        site_country=site_country,
        ship_option=promise.ship_option,
        deliver_by=promise.deliver_by,
        lines=cut.kept,
        stopped=cut.taken,
        customer=promise.customer,
        destination=promise.destination,
    )


def pick(order_id: str, shipment_id: str, work: InWork, *, operator: str) -> tuple[WorkPicked, ...]:
    """All units are in the crew's hands; nothing if they were before."""
    if work.picked:
        return ()
    return (
        WorkPicked(order_id=order_id, shipment_id=shipment_id, site=work.site, lines=work.lines, operator=operator),
    )
