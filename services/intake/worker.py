"""The lanes of intake: one over each order, and the door of the channels."""

from cauce.runtime.service import DoorLane, EntityLane, Service
from schemas.changing import (
    ChangeOrder,
    ChangeRefused,
    ChangeRequested,
    OrderRedirected,
    OrderSupplemented,
    RedirectOrder,
    RedirectRequested,
)
from schemas.holding import HoldOrder, HoldRefused, OrderHeld, OrderReleased, ReleaseHold
from schemas.orders import CancelOrder, OrderChanged, OrderConflicted, OrderPlaced, OrderRefused, PlaceOrder
from schemas.raw import RawTopic
from services.intake import door, translate
from services.intake.domain import DECIDER, Order, supplements
from services.intake.domain.commands import TimePassed

ORDERS = EntityLane(
    service="intake",
    name="orders",
    inputs={
        "intake-commands": translate.from_command,
        "change-answered": translate.from_change_answered,
        "backordered": translate.from_backordered,
        "reference": translate.from_reference,
        "ticks": translate.from_nobody,
    },
    decider=DECIDER,
    state=Order,
    publishes=(
        *(OrderPlaced, OrderRefused, OrderConflicted),
        *(ChangeRequested, ChangeRefused, OrderChanged, OrderSupplemented, RedirectRequested, OrderRedirected),
        *(OrderHeld, OrderReleased, HoldRefused),
    ),
    on_due=TimePassed,
)

DOOR = DoorLane(
    service="intake",
    inputs={RawTopic.CHANNEL_ORDERS: door.commands},
    publishes=(PlaceOrder, CancelOrder, ChangeOrder, RedirectOrder, HoldOrder, ReleaseHold),
)

SUPPLEMENTS = EntityLane(
    service="intake",
    name="supplements",
    inputs={"order-changed": translate.to_supplement},
    decider=supplements.DECIDER,
    state=supplements.Beside,
    publishes=(PlaceOrder,),
    entity="supplements",
)

SERVICE = Service("intake", lanes=(ORDERS, SUPPLEMENTS, DOOR), pause_seconds=0.03)
