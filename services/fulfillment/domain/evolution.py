"""The fold of published facts into an order's shipments."""

from typing import assert_never

from schemas.breaches import PromiseAtRisk, PromiseBroken, PromiseMoved
from schemas.changing import ChangeAnswered, RedirectAnswered
from schemas.failures import WorkFailed
from schemas.holding import HoldLifted, HoldTaken
from schemas.shipments import (
    ParcelDelivered,
    ParcelPacked,
    ParcelShipped,
    ShipmentException,
    WarehouseWork,
    Work,
    WorkPicked,
)
from services.fulfillment.domain.commands import Dated, Event, Progress
from services.fulfillment.domain.dates import kept_dates
from services.fulfillment.domain.parcels import in_parcel
from services.fulfillment.domain.state import Arrived, InWork, OrderShipments, Promise, ShipmentState, Stopped
from services.fulfillment.domain.units import is_nowhere, less, more, of_lines, quantities
from services.fulfillment.domain.work import FIRST_REVISION


def evolve(order: OrderShipments, event: Event) -> OrderShipments:
    """The order after one more fact."""
    match event:
        case WarehouseWork():
            return _worked(order, event)
        case PromiseAtRisk() | PromiseMoved() | PromiseBroken():
            return _dated(order, event)
        case WorkPicked() | ParcelPacked() | ParcelShipped() | ParcelDelivered():
            return _moved(order, event.shipment_id, _advanced(order.shipments[event.shipment_id], event))
        case ShipmentException() | WorkFailed():
            return _noticed(order, event)
        case ChangeAnswered() | RedirectAnswered():
            return _answered(order, event)
        case HoldTaken() | HoldLifted():
            return _held(order, event)
        case _:
            assert_never(event)


def _dated(order: OrderShipments, event: Dated) -> OrderShipments:
    """What was told is not told again. A parcel that arrives later was packed by the same decision, and says when."""
    if isinstance(event, PromiseMoved):
        return order
    told = {"broken" if isinstance(event, PromiseBroken) else "at_risk": True}
    return _moved(order, event.shipment_id, order.shipments[event.shipment_id].model_copy(update=told))


def _moved(order: OrderShipments, shipment_id: str, shipment: ShipmentState) -> OrderShipments:
    return order.model_copy(update={"shipments": order.shipments | {shipment_id: shipment}})


def _advanced(shipment: ShipmentState, event: Progress) -> ShipmentState:
    match event:
        case WorkPicked():
            return shipment.model_copy(update={"picked": True})
        case ParcelPacked():
            return in_parcel(event).model_copy(update=kept_dates(shipment))
        case ParcelShipped():
            return shipment.model_copy(update={"shipped": True})
        case ParcelDelivered():
            return Arrived(stage="arrived", site=event.site, lines=quantities(of_lines(event.lines)))
        case _:
            assert_never(event)


def _worked(order: OrderShipments, event: WarehouseWork) -> OrderShipments:
    """Only the first revision brings units that were canceled before; later ones follow an answer."""
    before = order.shipments.get(event.shipment_id)
    at_work = before if isinstance(before, InWork) else None
    picked = at_work is not None and at_work.picked
    if event.revision == FIRST_REVISION:
        order = order.model_copy(update={"unclaimed": less(order.unclaimed, of_lines(event.stopped))})
    if event.work is Work.STOP:
        return _moved(order, event.shipment_id, Stopped(stage="stopped", site=event.site, picked=picked))
    return _moved(order, event.shipment_id, _in_work(event, before=at_work))


def _in_work(event: WarehouseWork, *, before: InWork | None) -> InWork:
    """What the crew has in its hands, and a sign that came too early, outlive a revision."""
    promise = Promise(
        order_number=event.order_number,
        customer=event.customer,
        destination=event.destination,
        ship_option=event.ship_option,
        deliver_by=event.deliver_by,
    )
    return InWork(
        stage="in_work",
        promise=promise,
        site=event.site,
        site_country=event.site_country,
        revision=event.revision,
        lines=event.lines,
        picked=before is not None and before.picked,
        early=before.early if before else None,
        dates=event.promise,
        at_risk=before is not None and before.at_risk,
        broken=before is not None and before.broken,
    )


def _known(order: OrderShipments, reference: str) -> OrderShipments:
    """Sorted, so that the order of arrival leaves no trace."""
    return order.model_copy(update={"noticed": tuple(sorted({*order.noticed, reference}))})


def _noticed(order: OrderShipments, event: ShipmentException | WorkFailed) -> OrderShipments:
    if isinstance(event, WorkFailed):
        return _failed(_known(order, f"failure/{event.failure_id}"), event)
    order = _known(order, event.reference)
    if event.early is None:
        return order
    waiting = order.shipments[event.shipment_id].model_copy(update={"early": event.early})
    return _moved(order, event.shipment_id, waiting)


def _failed(order: OrderShipments, event: WorkFailed) -> OrderShipments:
    failed = {line_id: dict(units) for line_id, units in order.failed.items()}
    for line_id, units in of_lines((*event.lines, *(event.along or ()))).items():
        by_shipment = failed.setdefault(line_id, {})
        by_shipment[event.shipment_id] = by_shipment.get(event.shipment_id, 0) + units
    return order.model_copy(update={"failed": failed})


def _held(order: OrderShipments, event: HoldTaken | HoldLifted) -> OrderShipments:
    if isinstance(event, HoldTaken):
        return order.model_copy(update={"holds": (*order.holds, event.hold)})
    left = tuple(hold for hold in order.holds if hold.hold_id != event.hold_id)
    return order.model_copy(update={"holds": left, "ended": tuple(sorted({*order.ended, event.hold_id}))})


def _answered(order: OrderShipments, event: ChangeAnswered | RedirectAnswered) -> OrderShipments:
    if isinstance(event, RedirectAnswered):
        answered = tuple(sorted({*order.answered, event.request_id}))
        return order.model_copy(update={"answered": answered, "ship": event.ship or order.ship})
    unseen = of_lines(units for units in event.canceled if is_nowhere(units) and not event.waiting)
    return order.model_copy(
        update={
            "answered": tuple(sorted({*order.answered, event.request_id})),
            "canceled": more(order.canceled, of_lines(event.canceled)),
            "unclaimed": more(order.unclaimed, unseen),
        }
    )
