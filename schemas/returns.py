"""Returns: asked for, authorized or refused, received and graded, and the refund they ask for.

`digest` is the content address of what was asked or received, so that an id that comes again with another body is seen.
"""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field, PositiveInt

from cauce.money import Currency, Money
from schemas.base import Instant, Message, Part
from schemas.orders import Customer, LineQuantity, Reason, Sku
from schemas.stock import Disposition


class RequestReturn(Message):
    """Somebody wants to send goods back. Where the purchase is unknown, `order_id` is the request's own."""

    type: ClassVar[str] = "return.request.v1"
    key: ClassVar[str] = "order_id"

    order_id: str
    request_id: str
    purchase_known: bool = True
    lines: tuple[LineQuantity, ...] = ()
    reason: str
    asked_by: str


class Grade(StrEnum):
    """The state in which a unit came back."""

    NEW = "new"
    OPENED = "opened"
    DAMAGED = "damaged"


class GradedUnits(Part):
    """Units of a line as the receiving desk graded them."""

    line_id: str
    quantity: PositiveInt
    grade: Grade


class ReceiveReturn(Message):
    """The receiving desk has the goods of an authorized return."""

    type: ClassVar[str] = "return.receive.v1"
    key: ClassVar[str] = "order_id"

    order_id: str
    return_id: str
    receipt_id: str
    site: str
    units: tuple[GradedUnits, ...] = Field(min_length=1)
    operator: str


class ReturnTerms(Part):
    """What the policy allowed when the request was made: days after delivery, and where the goods go."""

    window_days: PositiveInt
    site: str
    policy_version: str = ""


class ReturnPending(Message):
    """The request waits for facts that may be on their way; it is answered when they come, or at `decide_by`."""

    type: ClassVar[str] = "return.pending.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("request_id",)

    order_id: str
    request_id: str
    digest: str
    lines: tuple[LineQuantity, ...] = ()
    reason: str
    asked_by: str
    asked_at: Instant
    decide_by: Instant
    terms: ReturnTerms
    waiting_for: tuple[Reason, ...] = ()


class ReturnLine(Part):
    """Units of a line a return is for."""

    line_id: str
    sku: Sku
    quantity: PositiveInt


class ReturnAuthorized(Message):
    """The customer may send these goods back until `expires_at`; the RMA on the parcel carries the order's id."""

    type: ClassVar[str] = "return.authorized.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("request_id",)

    order_id: str
    order_number: str
    request_id: str
    digest: str
    return_id: str
    site: str
    lines: tuple[ReturnLine, ...] = Field(min_length=1)
    reason: str
    expires_at: Instant
    policy_version: str = ""
    customer: Customer


class ReturnRefused(Message):
    """The request was read and not granted; each reason names its field.

    Without `customer`, the order is unknown or the mistake is the channel's: the channel alone hears of it.
    """

    type: ClassVar[str] = "return.refused.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("request_id", "digest")

    order_id: str
    request_id: str
    digest: str
    reasons: tuple[Reason, ...] = Field(min_length=1)
    policy_version: str = ""
    customer: Customer | None = None


class ReturnExpired(Message):
    """These units of an authorized return did not come in time; they may be asked for again."""

    type: ClassVar[str] = "return.expired.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("return_id",)

    order_id: str
    order_number: str
    return_id: str
    lines: tuple[ReturnLine, ...] = Field(min_length=1)
    customer: Customer


class DisposedUnits(Part):
    """Returned units, their grade and what becomes of them."""

    line_id: str
    sku: Sku
    quantity: PositiveInt
    grade: Grade
    disposition: Disposition


class GoodsReturned(Message):
    """Returned goods arrived and were graded; stock follows."""

    type: ClassVar[str] = "goods.returned.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("return_id", "receipt_id")

    order_id: str
    order_number: str
    return_id: str
    receipt_id: str
    digest: str
    site: str
    units: tuple[DisposedUnits, ...] = Field(min_length=1)
    operator: str
    customer: Customer


class ReceiptRefused(Message):
    """Goods came that no return expected, or more than it did; a person at `site` looks at them."""

    type: ClassVar[str] = "receipt.refused.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("receipt_id", "digest")

    order_id: str
    return_id: str
    receipt_id: str
    digest: str
    site: str
    units: tuple[GradedUnits, ...] = Field(min_length=1)
    operator: str
    reason: Reason


class RefundLine(Part):
    """What is paid back for units of a line."""

    line_id: str
    quantity: PositiveInt
    amount: Money
    tax: Money


class RefundRequested(Message):
    """Returns asks payments to pay back what was returned, never more for a line than was paid."""

    type: ClassVar[str] = "refund.requested.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("refund_id",)

    order_id: str
    order_number: str
    refund_id: str
    return_id: str
    lines: tuple[RefundLine, ...] = Field(min_length=1)
    amount: Money
    customer: Customer


class PurchasedLine(Part):
    """A line as it was sold. Its units come back for `amount` less `deducted`, its share of charges below zero."""

    line_id: str
    sku: Sku
    quantity: PositiveInt
    amount: Money
    tax: Money
    deducted: Money


class PurchaseNoted(Message):
    """Returns knows the order: its lines and amounts, and who it was for."""

    type: ClassVar[str] = "purchase.noted.v1"
    key: ClassVar[str] = "order_id"

    order_id: str
    order_number: str
    currency: Currency
    lines: tuple[PurchasedLine, ...]
    customer: Customer


class SentLine(Part):
    """What is sent for a line, where it is not what was ordered."""

    line_id: str
    sku: Sku


class DispatchNoted(Message):
    """Returns knows that these units are on their way to the customer; `sent` are lines of which another sku is."""

    type: ClassVar[str] = "dispatch.noted.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("shipment_id",)

    order_id: str
    shipment_id: str
    lines: tuple[LineQuantity, ...]
    sent: tuple[SentLine, ...] | None = None


class DeliveryNoted(Message):
    """Returns knows when the customer got these units: their return window begins."""

    type: ClassVar[str] = "delivery.noted.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("shipment_id",)

    order_id: str
    shipment_id: str
    lines: tuple[LineQuantity, ...]
    delivered_at: Instant


class RefundNoted(Message):
    """Returns knows that this much of a refund it asked for has gone back."""

    type: ClassVar[str] = "refund.noted.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("refund_id", "payment_id")

    order_id: str
    refund_id: str
    payment_id: str
    amount: Money
