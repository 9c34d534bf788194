"""Notices: what people are told, once for each fact, and how it went out."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from pydantic import PositiveInt

from cauce.money import Money
from schemas.base import Instant, Message, Part, Sealed


class NoticeKind(StrEnum):
    """The steps a customer hears about."""

    RECEIVED = "received"
    REFUSED = "refused"
    BACKORDERED = "backordered"
    EXPECTED = "expected"
    CONFIRMED = "confirmed"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    MOVED = "moved"
    CHANGED = "changed"
    CANCELED = "canceled"
    REDIRECTED = "redirected"
    RETURN_AUTHORIZED = "return_authorized"
    RETURN_REFUSED = "return_refused"
    RETURN_EXPIRED = "return_expired"
    RETURNED = "returned"
    REFUNDED = "refunded"


class NoticeLine(Part):
    """A line as a customer reads it; `expected_on` where each has a day of its own.

    `instead_of` is what was ordered, where something else is sent.
    """

    text: str
    quantity: PositiveInt
    expected_on: date | None = None
    instead_of: str | None = None


class TellCustomer(Message):
    """The router's word to the notices of one person: this fact concerns you.

    `reference` is what the fact is about: the shipment, return, refund or version of the order, else the order.
    `shipments` are those whose progress says more than this notice does.
    """

    type: ClassVar[str] = "customer.tell.v1"
    key: ClassVar[str] = "person_id"
    identity: ClassVar[tuple[str, ...]] = ("kind", "reference")

    person_id: str
    kind: NoticeKind
    reference: str
    order_id: str
    order_number: str = ""
    language: str
    personal: Sealed
    lines: tuple[NoticeLine, ...] = ()
    shipments: tuple[str, ...] = ()
    amount: Money | None = None
    tracking_number: str = ""
    carrier: str = ""
    expected_on: date | None = None
    detail: str = ""


class SendMail(Message):
    """Effect: one mail to one person, with a Message-ID that a repeat would share.

    `body` greets with the first `{{ recipient_name }}` in it, which the runner fills from the seal; neither it nor
    `subject` holds personal data.
    """

    type: ClassVar[str] = "mail.send.v1"
    key: ClassVar[str] = "person_id"
    identity: ClassVar[tuple[str, ...]] = ("kind", "reference")

    person_id: str
    kind: NoticeKind
    reference: str
    order_id: str
    language: str
    message_id: str
    written_at: Instant
    subject: str
    body: str
    personal: Sealed


class CustomerNotified(Message):
    """The mail server took the mail. `repeats` counts sends that may have gone out twice around a crash."""

    type: ClassVar[str] = "customer.notified.v1"
    key: ClassVar[str] = "person_id"
    identity: ClassVar[tuple[str, ...]] = ("kind", "reference")

    person_id: str
    kind: NoticeKind
    reference: str
    order_id: str
    message_id: str
    repeats: int = 0


class NoticeFailed(Message):
    """The mail server refused for good, or there is no address to send to."""

    type: ClassVar[str] = "notice.failed.v1"
    key: ClassVar[str] = "person_id"
    identity: ClassVar[tuple[str, ...]] = ("kind", "reference")

    person_id: str
    kind: NoticeKind
    reference: str
    order_id: str
    detail: str


class NoticeSuperseded(Message):
    """Nothing was sent: the person was already told of a later state, which makes this one old news."""

    type: ClassVar[str] = "notice.superseded.v1"
    key: ClassVar[str] = "person_id"
    identity: ClassVar[tuple[str, ...]] = ("kind", "reference")

    person_id: str
    kind: NoticeKind
    reference: str
    order_id: str
