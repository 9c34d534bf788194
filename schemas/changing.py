"""Changing an order after it was placed: other quantities, more goods, another address, another way to ship."""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field, NonNegativeInt, PositiveInt

from cauce.money import Money
from schemas.base import Instant, Message, Part
from schemas.orders import (
    CanceledUnits,
    Customer,
    Destination,
    LineQuantity,
    Payment,
    PlaceOrder,
    Reason,
    ShipOption,
    Sku,
)


class Outcome(StrEnum):
    """Fulfillment's answer to a proposed change."""

    ACCEPTED = "accepted"
    PARTIAL = "partial"
    REFUSED = "refused"


class LineTarget(Part):
    """A line shall have this many units in all; none removes it."""

    line_id: str
    quantity: NonNegativeInt


class NewLine(Part):
    """Goods that were not ordered before, at a price that was agreed."""

    sku: Sku
    quantity: int
    unit_price: Money
    description: str = ""


class ChangeOrder(Message):
    """Somebody wants other quantities of lines, fewer or more, or more goods.

    What is more becomes an order of its own, `supplement_id`, which the channel would call `supplement`.
    """

    type: ClassVar[str] = "order.change.v1"
    key: ClassVar[str] = "order_id"

    order_id: str
    request_id: str
    quantities: tuple[LineTarget, ...] = ()
    added: tuple[NewLine, ...] = ()
    payments: tuple[Payment, ...] = ()
    supplement_id: str
    supplement: str
    reason: str
    asked_by: str


class RedirectOrder(Message):
    """Somebody wants an order to go elsewhere, or another way. Absent parts stay as they are."""

    type: ClassVar[str] = "order.redirect.v1"
    key: ClassVar[str] = "order_id"

    order_id: str
    request_id: str
    customer: Customer | None = None
    destination: Destination | None = None
    address_gaps: tuple[str, ...] = ()
    ship_option: ShipOption | None = None
    reason: str
    asked_by: str


class OrderSupplemented(Message):
    """More was asked for: that is an order of its own beside this one, to the same place, and taken as any order."""

    type: ClassVar[str] = "order.supplemented.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("request_id",)

    order_id: str
    order_number: str
    request_id: str
    supplement: PlaceOrder
    reason: str
    customer: Customer


class Ship(Part):
    """For whom, where to, how and until when an order is sent."""

    customer: Customer
    destination: Destination
    ship_option: ShipOption
    deliver_by: Instant


class RedirectRequested(Message):
    """Intake proposes to send what is `left` otherwise; fulfillment, which has the cartons, answers."""

    type: ClassVar[str] = "redirect.requested.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("request_id",)

    order_id: str
    request_id: str
    left: tuple[LineQuantity, ...] = Field(min_length=1)
    ship: Ship
    reason: str
    asked_by: str


class RedirectAnswered(Message):
    """From here on what is not packed goes as `ship` says; `passed` were packed before. Refused, all stays."""

    type: ClassVar[str] = "redirect.answered.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("request_id",)

    order_id: str
    request_id: str
    outcome: Outcome
    ship: Ship | None = None
    redirected: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()


class OrderRedirected(Message):
    """The order goes as `ship` says, but for the shipments that were packed before."""

    type: ClassVar[str] = "order.redirected.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("version",)

    order_id: str
    order_number: str
    version: PositiveInt
    request_id: str
    ship: Ship
    passed: tuple[str, ...] = ()
    amount: Money
    reason: str
    customer: Customer


class ChangeRequested(Message):
    """Intake proposes to cancel these units; fulfillment, which can stop the carton, answers.

    `lines` have all units that are left of them, unless `ordered` says how many were ordered of each. Units that are
    `waiting` for stock, and that nothing serves any more, are in no carton.
    """

    type: ClassVar[str] = "change.requested.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("request_id",)

    order_id: str
    request_id: str
    lines: tuple[LineQuantity, ...] = Field(min_length=1)
    reason: str
    asked_by: str
    ordered: tuple[LineQuantity, ...] | None = None
    waiting: bool | None = None


class ChangeRefused(Message):
    """A request ends with nothing canceled: the order is unknown, nothing is left to ask for, or nothing was stopped.

    Every `CancelOrder` ends in one of these or in an `OrderChanged`.
    """

    type: ClassVar[str] = "change.refused.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("request_id",)

    order_id: str
    request_id: str
    reason: Reason


class ChangeAnswered(Message):
    """Fulfillment's answer: what was stopped, line by line, and why the rest was not."""

    type: ClassVar[str] = "change.answered.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("request_id",)

    order_id: str
    request_id: str
    outcome: Outcome
    canceled: tuple[CanceledUnits, ...] = ()
    reason: str = ""
    waiting: bool | None = None
