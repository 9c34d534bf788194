"""Work for the crew of a site: begun with the allocation, revised when units of it are stopped."""

from schemas.holding import HoldTaken
from schemas.holds import HeldStage, HoldKind
from schemas.promises import OrderPromise
from schemas.shipments import WarehouseWork, Work, WorkPicked
from schemas.stock import Shipment
from services.fulfillment.domain.commands import StartWork
from services.fulfillment.domain.held import kinds_on, new_holds
from services.fulfillment.domain.labels import shipment_number
from services.fulfillment.domain.state import InWork, OrderShipments, Promise
from services.fulfillment.domain.units import Cut, draw, less, of_lines

FIRST_REVISION = 1


def start_work(order: OrderShipments, command: StartWork) -> tuple[WarehouseWork | HoldTaken, ...]:
    """Work for each shipment that is new, less the units that were canceled before it came.

    Those are taken from the shipments as they are numbered, as the keeper releases them. Holds come first, so that no
    work begins under them.
    """
    taken = new_holds(order, command.holds)
    order = order.model_copy(update={"holds": (*order.holds, *(one.hold for one in taken))})
    fresh = sorted(
        (shipment for shipment in command.shipments if shipment.shipment_id not in order.shipments),
        key=lambda shipment: shipment_number(shipment.shipment_id),
    )
    unclaimed = less(order.unclaimed, of_lines(command.withdrawn))
    cuts, _ = draw([(shipment.shipment_id, shipment.lines) for shipment in fresh], unclaimed)
    promise = command.promise.model_copy(update=dict(order.ship)) if order.ship else command.promise
    works = (
        _work(
            order,
            shipment.shipment_id,
            promise,
            site=shipment.site,
            site_country=shipment.country,
            revision=FIRST_REVISION,
            cut=cuts[shipment.shipment_id],
            dates=_dates(shipment),
        )
        for shipment in fresh
    )
    return (*taken, *works)


def revise_work(order: OrderShipments, shipment_id: str, work: InWork, cut: Cut) -> WarehouseWork:
    """The next revision, without the units that were cut."""
    return _work(
        order,
        shipment_id,
        work.promise,
        site=work.site,
        site_country=work.site_country,
        revision=work.revision + 1,
        cut=cut,
        dates=work.dates,
    )


def go_on(order: OrderShipments, shipment_id: str, work: InWork) -> WarehouseWork:
    """The next revision, with all units: under the holds of the order as it is now."""
    return revise_work(order, shipment_id, work, Cut(kept=work.lines, taken=()))


def _work(
    order: OrderShipments,
    shipment_id: str,
    promise: Promise,
    *,
    site: str,
    site_country: str,
    revision: int,
    cut: Cut,
    dates: OrderPromise | None,
) -> WarehouseWork:
    held = kinds_on(order, shipment_id, cut.kept, HeldStage.PACK) if order.holds else ()
    return WarehouseWork(
        order_id=order.order_id,
        order_number=promise.order_number,
        shipment_id=shipment_id,
        revision=revision,
        work=_asked(cut, held),
        site=site,
        site_country=site_country,
        ship_option=promise.ship_option,
        deliver_by=promise.deliver_by,
        lines=cut.kept,
        stopped=cut.taken,
        customer=promise.customer,
        destination=promise.destination,
        held=held or None,
        promise=dates,
    )


def _dates(shipment: Shipment) -> OrderPromise | None:
    promise = shipment.promise
    return OrderPromise(ship_by=promise.ship_by, deliver_on=promise.deliver_on) if promise else None


def _asked(cut: Cut, held: tuple[HoldKind, ...]) -> Work:
    if not cut.kept:
        return Work.STOP
    return Work.HOLD if held else Work.PICK


def pick(order_id: str, shipment_id: str, work: InWork, *, operator: str) -> tuple[WorkPicked, ...]:
    """All units are in the crew's hands; nothing if they were before."""
    if work.picked:
        return ()
    return (
        WorkPicked(order_id=order_id, shipment_id=shipment_id, site=work.site, lines=work.lines, operator=operator),
    )
