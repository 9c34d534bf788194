"""Another address or another way to ship, for what is not packed: a label that is printed stays as it is."""

from collections.abc import Iterator

from schemas.changing import Outcome, RedirectAnswered, Ship
from services.fulfillment.domain.changes import gone, stoppable
from services.fulfillment.domain.commands import Event, Redirect
from services.fulfillment.domain.state import Arrived, InParcel, InWork, OrderShipments
from services.fulfillment.domain.units import less, of_lines
from services.fulfillment.domain.work import go_on


def redirect(order: OrderShipments, command: Redirect) -> tuple[Event, ...]:
    """Revised work for all that is at work, and the one answer; nothing if the request comes again.

    What no allocation has brought yet goes the new way too, as it comes.
    """
    if command.request_id in order.answered:
        return ()
    works = dict(sorted(stoppable(order)))
    unseen = less(of_lines(command.left), gone(order))
    for work in works.values():
        unseen = less(unseen, of_lines(work.lines))
    may = bool(works or unseen)
    passed = tuple(_passed(order))
    answer = RedirectAnswered(
        order_id=order.order_id,
        request_id=command.request_id,
        outcome=_outcome(may=may, all_of_it=not passed),
        ship=command.ship if may else None,
        redirected=tuple(works),
        passed=passed,
    )
    revised = (go_on(order, shipment_id, _sent_as(work, command.ship)) for shipment_id, work in works.items())
    return (*revised, answer)


def _sent_as(work: InWork, ship: Ship) -> InWork:
    return work.model_copy(update={"promise": work.promise.model_copy(update=dict(ship))})


def _outcome(*, may: bool, all_of_it: bool) -> Outcome:
    if not may:
        return Outcome.REFUSED
    return Outcome.ACCEPTED if all_of_it else Outcome.PARTIAL


def _passed(order: OrderShipments) -> Iterator[str]:
    for shipment_id, shipment in order.shipments.items():
        match shipment:
            case InParcel() | Arrived():
                yield shipment_id
            case InWork() if shipment.early is not None:
                yield shipment_id
