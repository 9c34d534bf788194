"""What a site's desk and its buyers write on `stock-reports`: receipts, adjustments, counts."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from cauce.money import KnownCurrency
from schemas.foreign import Foreign, Key, Text
from schemas.orders import Sku

MOST_SKUS = 1000  # a count is one row of the keeper


class ReceiptLine(Foreign):
    """Units of a sku."""

    sku: Sku
    quantity: PositiveInt


class StockReceipt(Foreign):
    """Goods came in from a supplier."""

    kind: Literal["receipt"] = "receipt"
    receipt: Key
    site: Key
    lines: Annotated[tuple[ReceiptLine, ...], Field(min_length=1, max_length=5000)]


class StockAdjustment(Foreign):
    """Units were found or lost."""

    kind: Literal["adjustment"] = "adjustment"
    adjustment: Key
    site: Key
    sku: Sku
    change: int
    reason: Text = ""


class Worth(Foreign):
    """An amount in minor units."""

    amount: NonNegativeInt
    currency: KnownCurrency


class CountOpening(Foreign):
    """Count these skus at a site; a difference worth more than `approve_above` waits for a person."""

    kind: Literal["count-opening"] = "count-opening"
    count: Key
    site: Key
    skus: Annotated[tuple[Sku, ...], Field(min_length=1, max_length=MOST_SKUS)]
    approve_above: Worth | None = None


class CountedLine(Foreign):
    """Units of a sku that are on the shelf, whoever they are promised to."""

    sku: Sku
    counted: NonNegativeInt


class CountReport(Foreign):
    """What was counted, every sku of the count once."""

    kind: Literal["count-report"] = "count-report"
    report: Key
    count: Key
    site: Key
    lines: Annotated[tuple[CountedLine, ...], Field(min_length=1, max_length=MOST_SKUS)]


class CountDecision(Foreign):
    """A count that waits is approved, or refused."""

    kind: Literal["count-decision"] = "count-decision"
    decision: Key
    count: Key
    site: Key
    approved: bool


StockForm = StockReceipt | StockAdjustment | CountOpening | CountReport | CountDecision
