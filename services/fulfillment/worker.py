"""The lanes of fulfillment: one over the shipments of each order, and the door of scanners and carriers."""

from cauce.decider import Decider
from cauce.runtime.service import DoorLane, EntityLane, Service
from schemas.breaches import PromiseAtRisk, PromiseBroken, PromiseMoved
from schemas.changing import ChangeAnswered, RedirectAnswered
from schemas.failures import RecordFailure, WorkFailed
from schemas.holding import HoldLifted, HoldTaken
from schemas.raw import RawTopic
from schemas.shipments import (
    ParcelDelivered,
    ParcelPacked,
    ParcelShipped,
    RecordCarrierEvent,
    RecordScan,
    ShipmentException,
    WarehouseWork,
    WorkPicked,
)
from services.fulfillment import door, translate
from services.fulfillment.domain import OrderShipments, decide, due, evolve, initial
from services.fulfillment.domain.commands import TimePassed

SHIPMENTS = EntityLane(
    service="fulfillment",
    name="shipments",
    inputs={
        "allocated": translate.from_allocated,
        "change-requested": translate.from_change_requested,
        "order-held": translate.from_order_held,
        "order-released": translate.from_order_released,
        "fulfillment-commands": translate.from_command,
        "reference": translate.from_nobody,
        "ticks": translate.from_nobody,
    },
    decider=Decider(initial=initial, decide=decide, evolve=evolve, due=due),
    state=OrderShipments,
    publishes=(
        *(WarehouseWork, WorkPicked, WorkFailed, ParcelPacked, ParcelShipped, ParcelDelivered, ShipmentException),
        *(ChangeAnswered, RedirectAnswered, HoldTaken, HoldLifted),
        *(PromiseAtRisk, PromiseMoved, PromiseBroken),
    ),
    on_due=TimePassed,
)

DOOR = DoorLane(
    service="fulfillment",
    inputs={
        RawTopic.WAREHOUSE_SCANS: door.from_scan,
        RawTopic.SHIPMENT_FAILURES: door.from_failure,
        RawTopic.CARRIER_EVENTS: door.from_carrier,
    },
    publishes=(RecordScan, RecordFailure, RecordCarrierEvent),
)

SERVICE = Service("fulfillment", lanes=(SHIPMENTS, DOOR), pause_seconds=0.05)
