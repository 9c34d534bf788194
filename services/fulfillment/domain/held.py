"""What stands still: the holds on a shipment, and those that came with a promise."""

from collections.abc import Iterable

from schemas.holding import HoldTaken
from schemas.holds import HeldStage, Hold, HoldKind, is_on, stops
from schemas.stock import ShipmentLine
from services.fulfillment.domain.state import OrderShipments


def kinds_on(
    order: OrderShipments, shipment_id: str, lines: Iterable[ShipmentLine], stage: HeldStage
) -> tuple[HoldKind, ...]:
    """Why a shipment with these lines does not reach `stage`; nothing if it may."""
    line_ids = {line.line_id for line in lines}
    kinds = (hold.kind for hold in order.holds if stops(hold, stage) and is_on(hold, shipment_id, line_ids))
    return tuple(dict.fromkeys(kinds))


def new_holds(order: OrderShipments, holds: Iterable[Hold]) -> tuple[HoldTaken, ...]:
    """Holds that came with a promise and were not heard of; one that has ended since holds nothing."""
    fresh = (hold for hold in holds if not knows_hold(order, hold.hold_id))
    return tuple(HoldTaken(order_id=order.order_id, hold_id=hold.hold_id, hold=hold) for hold in fresh)


def knows_hold(order: OrderShipments, hold_id: str) -> bool:
    """Whether the hold stands or has ended."""
    return hold_id in order.ended or any(hold.hold_id == hold_id for hold in order.holds)
