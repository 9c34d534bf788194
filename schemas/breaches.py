"""What becomes of promise dates: at risk, moved, broken. Each is said once of a shipment."""

from datetime import date
from typing import ClassVar

from schemas.base import Instant, Message
from schemas.orders import Customer


class ShipmentFact(Message):
    """A fact about one shipment's dates."""

    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("shipment_id",)

    order_id: str
    order_number: str
    shipment_id: str
    site: str
    deliver_on: date


class PromiseAtRisk(ShipmentFact):
    """A shipment is not packed, and carriers have been there: it was to leave by `ship_by`."""

    type: ClassVar[str] = "promise.at-risk.v1"

    ship_by: Instant


class PromiseMoved(ShipmentFact):
    """No carrier that takes the packed parcel is there on `deliver_on`: it is expected later."""

    type: ClassVar[str] = "promise.moved.v1"

    expected_on: date
    customer: Customer


class PromiseBroken(ShipmentFact):
    """The day is over, and nobody says that the customer has the shipment."""

    type: ClassVar[str] = "promise.broken.v1"
