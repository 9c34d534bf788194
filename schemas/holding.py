"""Holding an order and letting it go: what people ask, what intake decides, and what fulfillment could still hold."""

from enum import StrEnum
from typing import ClassVar

from pydantic import PositiveInt

from schemas.base import Instant, Message, Part
from schemas.holds import Hold, HoldKind
from schemas.kits import KitLines
from schemas.orders import Customer, Destination, Reason, ShipOption, Sku
from schemas.sourcing import Day, SubstitutionAsked


class HoldOrder(Message):
    """Somebody wants an order, some lines or some shipments of it to stand still."""

    type: ClassVar[str] = "order.hold.v1"
    key: ClassVar[str] = "order_id"

    order_id: str
    request_id: str
    kind: HoldKind
    line_ids: tuple[str, ...] = ()
    shipment_ids: tuple[str, ...] = ()
    reason: str
    until: Instant | None = None
    asked_by: str


class ReleaseHold(Message):
    """Somebody in `role` lets go of the hold of that id, or of all of that kind."""

    type: ClassVar[str] = "order.release.v1"
    key: ClassVar[str] = "order_id"

    order_id: str
    request_id: str
    hold: str
    role: str
    reason: str
    asked_by: str


class OrderHeld(Message):
    """A hold was put on an order that was taken before. Those it was taken with ride in `order.placed`."""

    type: ClassVar[str] = "order.held.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("request_id",)

    order_id: str
    order_number: str
    request_id: str
    hold: Hold
    asked_by: str
    customer: Customer


class HoldRefused(Message):
    """A request to hold an order or to let it go changed nothing."""

    type: ClassVar[str] = "hold.refused.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("request_id",)

    order_id: str
    request_id: str
    reason: Reason


class ClaimedLine(Part):
    """A line as allocation needs it; `amount` is in minor units of the order's currency."""

    line_id: str
    sku: Sku
    quantity: PositiveInt
    amount: int
    substitutes: SubstitutionAsked | None = None


class Claim(Part):
    """What an order asks of the stock: its lines as they were ordered, and where they go now.

    `holds` still stand; none of them keeps it from the stock.
    """

    destination: Destination
    ship_option: ShipOption
    deliver_by: Instant
    channel: str
    currency: str
    lines: tuple[ClaimedLine, ...]
    holds: tuple[Hold, ...] | None = None
    cancel_after: Day | None = None
    kits: tuple[KitLines, ...] | None = None


class ReleaseCause(StrEnum):
    """What ended a hold."""

    ASKED = "asked"
    TIME = "time"


class OrderReleased(Message):
    """A hold ended. `claim` is there where it kept the order from the stock and none that does is left."""

    type: ClassVar[str] = "order.released.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("hold_id",)

    order_id: str
    order_number: str
    hold_id: str
    kind: HoldKind
    because: ReleaseCause
    request_id: str = ""
    released_by: str
    asked_by: str = ""
    claim: Claim | None = None
    customer: Customer


class HoldTaken(Message):
    """From here on fulfillment holds: `held` stand still at their sites, for `passed` it was too late.

    A shipment that is promised later is held as well.
    """

    type: ClassVar[str] = "hold.taken.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("hold_id",)

    order_id: str
    hold_id: str
    hold: Hold
    held: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()


class ClosedParcel(Part):
    """A parcel that is closed and still at its site."""

    shipment_id: str
    site: str


class HoldLifted(Message):
    """Fulfillment holds no more for this reason: `resumed` are picked and packed on, `parcels` may be handed over."""

    type: ClassVar[str] = "hold.lifted.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("hold_id",)

    order_id: str
    hold_id: str
    resumed: tuple[str, ...] = ()
    parcels: tuple[ClosedParcel, ...] = ()
