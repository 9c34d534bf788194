"""Payments: what was taken, what is paid back, and the effects that do it."""

from enum import StrEnum
from typing import ClassVar

from pydantic import PositiveInt

from cauce.money import Money
from schemas.base import Message
from schemas.orders import Customer


class RefundCause(StrEnum):
    """Why money goes back."""

    CANCELED = "canceled"
    RETURNED = "returned"


class PaymentCaptured(Message):
    """Money of an order is ours: here, reported by the channel that took it."""

    type: ClassVar[str] = "payment.captured.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("payment_id",)

    order_id: str
    order_number: str
    payment_id: str
    provider: str
    provider_reference: str
    amount: Money
    captured_by: str


class RefundPayment(Message):
    """Effect: pay `amount` of a captured payment back."""

    type: ClassVar[str] = "payment.refund.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("refund_id", "payment_id", "attempt")

    order_id: str
    refund_id: str
    payment_id: str
    provider: str
    provider_reference: str
    amount: Money
    attempt: PositiveInt = 1


class PaymentRefunded(Message):
    """Money of an order went back to the customer."""

    type: ClassVar[str] = "payment.refunded.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("refund_id", "payment_id")

    order_id: str
    order_number: str
    refund_id: str
    payment_id: str
    provider: str
    provider_reference: str
    amount: Money
    because: RefundCause
    customer: Customer


class RefundOwed(Message):
    """Payments has taken on a refund and asks the provider.

    `short` is what no captured payment covered then; it is asked for when one does, or waits for a person.
    """

    type: ClassVar[str] = "refund.owed.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("refund_id",)

    order_id: str
    order_number: str
    refund_id: str
    because: RefundCause
    amount: Money
    short: Money
    customer: Customer


class PaymentFailed(Message):
    """The provider refused to pay this part of a refund back, for good; somebody in finance decides what next."""

    type: ClassVar[str] = "payment.failed.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("refund_id", "payment_id")

    order_id: str
    refund_id: str
    payment_id: str
    amount: Money
    detail: str
