"""Holds that come while work goes on: crews are told to wait, and told to go on when the last hold has ended.

Only who has the carton can say that it stands still. A parcel that is gone is `passed`; whatever else a hold is on
waits at its stage, and what is promised later is held as it comes.
"""

from collections.abc import Iterable, Iterator

from schemas.holding import ClosedParcel, HoldLifted, HoldTaken
from schemas.holds import HeldStage, Hold, is_on
from schemas.orders import LineQuantity
from schemas.stock import ShipmentLine
from services.fulfillment.domain.commands import Event
from services.fulfillment.domain.held import kinds_on, knows_hold
from services.fulfillment.domain.state import Arrived, InParcel, InWork, OrderShipments
from services.fulfillment.domain.work import go_on


def take_hold(order: OrderShipments, hold: Hold) -> tuple[Event, ...]:
    """What stands still from now on; nothing for a hold that is known, or that ended before it came."""
    if knows_hold(order, hold.hold_id):
        return ()
    under = order.model_copy(update={"holds": (*order.holds, hold)})
    works = _held_now(order, under)
    taken = HoldTaken(
        order_id=order.order_id,
        hold_id=hold.hold_id,
        hold=hold,
        held=tuple(shipment_id for shipment_id, lines in _here(order) if is_on(hold, shipment_id, _ids(lines))),
        passed=tuple(_passed(order, hold)),
    )
    return (taken, *(go_on(under, shipment_id, work) for shipment_id, work in works))


def lift_hold(order: OrderShipments, hold_id: str) -> tuple[Event, ...]:
    """What goes on; a hold that is not known yet will hold nothing when it comes."""
    if hold_id in order.ended:
        return ()
    left = order.model_copy(update={"holds": tuple(hold for hold in order.holds if hold.hold_id != hold_id)})
    works = list(_held_now(left, order))
    lifted = HoldLifted(
        order_id=order.order_id,
        hold_id=hold_id,
        resumed=tuple(shipment_id for shipment_id, _ in works),
        parcels=tuple(_freed(left, order)),
    )
    return (lifted, *(go_on(left, shipment_id, work) for shipment_id, work in works))


def _held_now(free: OrderShipments, held: OrderShipments) -> Iterator[tuple[str, InWork]]:
    """Work that may be packed under the holds of `free`, and may not under those of `held`."""
    for shipment_id, work in _at_work(free):
        before, after = (kinds_on(one, shipment_id, work.lines, HeldStage.PACK) for one in (free, held))
        if after and not before:
            yield shipment_id, work


def _freed(free: OrderShipments, held: OrderShipments) -> Iterator[ClosedParcel]:
    """Closed parcels that may be handed over under the holds of `free`, and might not under those of `held`."""
    for shipment_id, parcel in free.shipments.items():
        if isinstance(parcel, InParcel) and not parcel.shipped:
            before, after = (kinds_on(one, shipment_id, parcel.lines, HeldStage.SHIP) for one in (held, free))
            if before and not after:
                yield ClosedParcel(shipment_id=shipment_id, site=parcel.site)


def _at_work(order: OrderShipments) -> Iterator[tuple[str, InWork]]:
    for shipment_id, shipment in order.shipments.items():
        if isinstance(shipment, InWork):
            yield shipment_id, shipment


def _here(order: OrderShipments) -> Iterator[tuple[str, tuple[ShipmentLine, ...]]]:
    for shipment_id, shipment in order.shipments.items():
        if isinstance(shipment, InWork) or (isinstance(shipment, InParcel) and not shipment.shipped):
            yield shipment_id, shipment.lines


def _passed(order: OrderShipments, hold: Hold) -> Iterator[str]:
    """Parcels that the hold would be on, had they not gone."""
    for shipment_id, shipment in order.shipments.items():
        if not isinstance(shipment, InParcel | Arrived):
            continue
        gone = isinstance(shipment, Arrived) or shipment.shipped
        if gone and is_on(hold, shipment_id, _ids(shipment.lines)):
            yield shipment_id


def _ids(lines: Iterable[ShipmentLine | LineQuantity]) -> set[str]:
    return {line.line_id for line in lines}
