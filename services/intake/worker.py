"""The lanes of intake: one over each order, and the door of the channels."""

from cauce.runtime.service import DoorLane, EntityLane, Service
from schemas.orders import (
    CancelOrder,
    ChangeRefused,
    ChangeRequested,
    OrderChanged,
    OrderConflicted,
    OrderPlaced,
    OrderRefused,
    PlaceOrder,
)
from schemas.raw import RawTopic
from services.intake import door, translate
from services.intake.domain import DECIDER, Order

ORDERS = EntityLane(
    service="intake",
    name="orders",
    inputs={
        "intake-commands": translate.from_command,
        "change-answered": translate.from_change_answered,
        "reference": translate.from_reference,
    },
    decider=DECIDER,
    state=Order,
    publishes=(OrderPlaced, OrderRefused, OrderConflicted, ChangeRequested, ChangeRefused, OrderChanged),
)

DOOR = DoorLane(service="intake", inputs={RawTopic.CHANNEL_ORDERS: door.commands}, publishes=(PlaceOrder, CancelOrder))

SERVICE = Service("intake", lanes=(ORDERS, DOOR))
