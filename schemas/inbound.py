"""Supply that is on its way: purchases with dates, what suppliers answer, and when those who wait may have it."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from pydantic import Field, NonNegativeInt, PositiveInt

from schemas.base import Message, Part
from schemas.orders import Customer, Sku
from schemas.stock import SkuQuantity, StockCommand


class ExpectedUnits(Part):
    """Units of a sku that are to come, and the day."""

    sku: Sku
    quantity: PositiveInt
    due_on: date


class ExpectStock(StockCommand):
    """A purchase was sent to a supplier: what is to come to a site, each sku once."""

    type: ClassVar[str] = "stock.expect.v1"
    identity: ClassVar[tuple[str, ...]] = ("site", "purchase_id")

    purchase_id: str
    site: str
    lines: tuple[ExpectedUnits, ...] = Field(min_length=1)


class SupplierWord(StrEnum):
    """What a supplier says of a line: as asked, fewer units, another day, or not at all."""

    ACCEPT = "accept"
    PART = "part"
    DATE = "date"
    REFUSE = "refuse"


class SupplierAnswer(Part):
    """A supplier's word on a sku; `part` has the units that will come, `date` the day on which they will."""

    sku: Sku
    word: SupplierWord
    quantity: PositiveInt | None = None
    due_on: date | None = None


class AnswerPurchase(StockCommand):
    """A supplier answers a purchase."""

    type: ClassVar[str] = "stock.answer-purchase.v1"
    identity: ClassVar[tuple[str, ...]] = ("site", "answer_id")

    answer_id: str
    purchase_id: str
    site: str
    answers: tuple[SupplierAnswer, ...] = Field(min_length=1)


class ReceivePurchase(StockCommand):
    """Goods of a purchase came in at its site."""

    type: ClassVar[str] = "stock.receive-purchase.v1"
    identity: ClassVar[tuple[str, ...]] = ("site", "receipt_id")

    receipt_id: str
    purchase_id: str
    site: str
    lines: tuple[SkuQuantity, ...] = Field(min_length=1)


class InboundLine(Part):
    """Units of a sku that are still to come, none once they have; `confirmed` once the supplier has said so."""

    sku: Sku
    quantity: NonNegativeInt
    due_on: date
    confirmed: bool


class InboundChanged(Message):
    """What is still to come of a purchase, whole, after its `version`-th change; `reference` is what changed it."""

    type: ClassVar[str] = "inbound.changed.v1"
    key: ClassVar[str] = "purchase_id"
    identity: ClassVar[tuple[str, ...]] = ("site", "purchase_id", "version")

    pool: NonNegativeInt
    purchase_id: str
    site: str
    version: PositiveInt
    request: str
    reference: str
    lines: tuple[InboundLine, ...] = Field(min_length=1)


class ExpectedLine(Part):
    """A line that waits, and the day on which supply for it is due; absent, where none is known.

    `deliver_on` is the day on which it may be with the customer, where dates are promised.
    """

    line_id: str
    sku: Sku
    quantity: PositiveInt
    expected_on: date | None = None
    deliver_on: date | None = None


class BackorderExpected(Message):
    """When an order's waiting lines may have their units, if those before them in the queue have theirs first.

    Only lines whose day is new or has changed are named. `telling` numbers what the pool told.
    """

    type: ClassVar[str] = "backorder.expected.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("order_id",)

    order_id: str
    pool: NonNegativeInt
    lines: tuple[ExpectedLine, ...] = Field(min_length=1)
    order_number: str | None = None
    customer: Customer | None = None
    telling: PositiveInt | None = None
