"""Counting a site's shelves: opened without telling what the book says, reported, and adjusted or approved first."""

from typing import ClassVar

from pydantic import Field, NonNegativeInt, PositiveInt

from cauce.money import Money
from schemas.base import Message, Part
from schemas.orders import Sku
from schemas.stock import StockCommand


class OpenCount(StockCommand):
    """Freeze what the book says of these skus at a site, and have them counted."""

    type: ClassVar[str] = "stock.open-count.v1"
    identity: ClassVar[tuple[str, ...]] = ("site", "count_id")

    count_id: str
    site: str
    skus: tuple[Sku, ...] = Field(min_length=1)
    approve_above: Money | None = None


class CountedUnits(Part):
    """Units of a sku that somebody saw on the shelf."""

    sku: Sku
    counted: NonNegativeInt


class ReportCount(StockCommand):
    """What was counted, every sku of the count once."""

    type: ClassVar[str] = "stock.report-count.v1"
    identity: ClassVar[tuple[str, ...]] = ("site", "report_id")

    report_id: str
    count_id: str
    site: str
    lines: tuple[CountedUnits, ...] = Field(min_length=1)


class DecideCount(StockCommand):
    """A person's word on a count that waits for it."""

    type: ClassVar[str] = "stock.decide-count.v1"
    identity: ClassVar[tuple[str, ...]] = ("site", "decision_id")

    decision_id: str
    count_id: str
    site: str
    approved: bool


class CountOpened(Message):
    """These skus are to be counted. What the book says of them at this record is kept, and told to nobody yet.

    What is compared is the shelf: free and reserved units. Picked, packed and quarantined ones are elsewhere.
    """

    type: ClassVar[str] = "count.opened.v1"
    key: ClassVar[str] = "count_id"
    identity: ClassVar[tuple[str, ...]] = ("site", "count_id")

    pool: NonNegativeInt
    count_id: str
    site: str
    skus: tuple[Sku, ...] = Field(min_length=1)
    approve_above: Money | None = None


class CountLine(Part):
    """A sku as it was counted, and as the book had it when the count was opened; a unit's worth, where it is known."""

    sku: Sku
    book: NonNegativeInt
    counted: NonNegativeInt
    unit_value: Money | None = None


class CountReported(Message):
    """A count and its differences. It `waits` for a person where these are worth more than the count allows.

    Otherwise the stock is adjusted by the same decision.
    """

    type: ClassVar[str] = "count.reported.v1"
    key: ClassVar[str] = "count_id"
    identity: ClassVar[tuple[str, ...]] = ("site", "count_id")

    pool: NonNegativeInt
    count_id: str
    report_id: str
    site: str
    lines: tuple[CountLine, ...] = Field(min_length=1)
    waits: bool


class CountApproved(Message):
    """The differences of a count that waited are taken into the book."""

    type: ClassVar[str] = "count.approved.v1"
    key: ClassVar[str] = "count_id"
    identity: ClassVar[tuple[str, ...]] = ("site", "count_id")

    pool: NonNegativeInt
    count_id: str
    decision_id: str
    site: str


class CountRefused(Message):
    """The differences of a count that waited are not believed: the book stays as it is."""

    type: ClassVar[str] = "count.refused.v1"
    key: ClassVar[str] = "count_id"
    identity: ClassVar[tuple[str, ...]] = ("site", "count_id")

    pool: NonNegativeInt
    count_id: str
    decision_id: str
    site: str


class CountShort(Message):
    """Units that a count did not find and that are promised: called back, and kept by the book until then."""

    type: ClassVar[str] = "count.short.v1"
    key: ClassVar[str] = "count_id"
    identity: ClassVar[tuple[str, ...]] = ("site", "count_id", "sku")

    pool: NonNegativeInt
    count_id: str
    site: str
    sku: Sku
    missing: PositiveInt
