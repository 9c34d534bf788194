"""What of a proposed change can still be stopped; only who can stop the carton can say "canceled".

A request names its lines with all the units that are left of them. Units at work are stopped, units in parcels are
not, and what is in no shipment yet is agreed to and remembered, so that no later allocation starts work for it. Intake
may ask a second time before it has read the first answer: units that were canceled before are not canceled again.
"""

from collections.abc import Iterable, Iterator, Mapping

from schemas.changing import ChangeAnswered, Outcome
from schemas.orders import CanceledUnits
from schemas.shipments import CarrierSign
from services.fulfillment.domain.commands import Event, StopUnits
from services.fulfillment.domain.labels import shipment_number
from services.fulfillment.domain.state import Arrived, InParcel, InWork, OrderShipments
from services.fulfillment.domain.units import Cut, draw, less, more, of_lines
from services.fulfillment.domain.work import revise_work


def stop_units(order: OrderShipments, command: StopUnits) -> tuple[Event, ...]:
    """Revised work for each shipment that loses units, and the one answer; nothing if the request comes again."""
    if command.request_id in order.answered:
        return ()
    work, wanted = dict(stoppable(order)), of_lines(command.lines)
    unseen = _unseen(order, command, work.values())
    ahead = {line_id: min(units, unseen.get(line_id, 0)) for line_id, units in wanted.items()} if unseen else {}
    if command.waiting:
        return (_answer(order, command, {}, less(wanted, ahead), ahead),)
    cuts, rest = draw([(name, at_work.lines) for name, at_work in work.items()], less(wanted, ahead))
    cuts = {shipment_id: cut for shipment_id, cut in cuts.items() if cut.taken}
    revised = (revise_work(order, shipment_id, work[shipment_id], cut) for shipment_id, cut in cuts.items())
    return (*revised, _answer(order, command, cuts, rest, ahead))


def _unseen(order: OrderShipments, command: StopUnits, works: Iterable[InWork]) -> dict[str, int]:
    """Of lines of which only some units are asked for: those that no allocation has brought. They are stopped first."""
    unseen = less(less(of_lines(command.ordered), gone(order)), order.canceled)
    for work in works:
        unseen = less(unseen, of_lines(work.lines))
    return unseen


def stoppable(order: OrderShipments) -> Iterator[tuple[str, InWork]]:
    """Shipments at work, the last first."""
    for shipment_id in sorted(order.shipments, key=shipment_number, reverse=True):
        match order.shipments[shipment_id]:
            case InWork(early=None) as work:
                yield shipment_id, work


def gone(order: OrderShipments) -> dict[str, int]:
    """Units in parcels, and those that a carrier is said to have already."""
    units: dict[str, int] = {}
    for shipment in order.shipments.values():
        match shipment:
            case InWork(early=CarrierSign()) | InParcel() | Arrived():
                units = more(units, of_lines(shipment.lines))
    return units


def _answer(
    order: OrderShipments,
    command: StopUnits,
    cuts: Mapping[str, Cut],
    rest: Mapping[str, int],
    ahead: Mapping[str, int],
) -> ChangeAnswered:
    """`rest` are the units asked for that are not at work, nor stopped `ahead` of their work."""
    unseen = {} if command.ordered else less(rest, gone(order))
    unheard = less(unseen, order.canceled)
    packed, repeated = less(rest, unseen), less(unseen, unheard)
    after = None if command.waiting else _last_heard_of(order)
    canceled = (*_from_work(cuts), *_from_nowhere(order, unheard, after), *_from_nowhere(order, ahead, after))
    return ChangeAnswered(
        order_id=order.order_id,
        request_id=command.request_id,
        outcome=_outcome(canceled=bool(canceled), refused=bool(packed or repeated)),
        canceled=canceled,
        reason="; ".join((*_told("already packed", packed), *_told("already canceled", repeated))),
        waiting=command.waiting or None,
    )


def _from_work(cuts: Mapping[str, Cut]) -> Iterator[CanceledUnits]:
    for shipment_id, cut in cuts.items():
        for line_id, quantity in of_lines(cut.taken).items():
            yield CanceledUnits(line_id=line_id, quantity=quantity, shipment_id=shipment_id)


def _last_heard_of(order: OrderShipments) -> int:
    return max(map(shipment_number, order.shipments), default=0)


def _from_nowhere(order: OrderShipments, units: Mapping[str, int], after: int | None) -> Iterator[CanceledUnits]:
    """Units at no work; those that sites failed are named, as the keeper may hear of the change before the failure."""
    for line_id, quantity in units.items():
        left = quantity
        for shipment_id, failed in order.failed.get(line_id, {}).items():
            if taken := min(left, failed):
                yield CanceledUnits(
                    line_id=line_id, quantity=taken, shipment_id=shipment_id, failed=failed, after=after
                )
                left -= taken
        if left:
            yield CanceledUnits(line_id=line_id, quantity=left, after=after)


def _told(why: str, units: Mapping[str, int]) -> tuple[str, ...]:
    counts = ", ".join(f"{quantity} of line {line_id}" for line_id, quantity in units.items())
    return (f"{why}: {counts}",) if counts else ()


def _outcome(*, canceled: bool, refused: bool) -> Outcome:
    if not canceled:
        return Outcome.REFUSED
    return Outcome.PARTIAL if refused else Outcome.ACCEPTED
