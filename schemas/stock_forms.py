"""What a site's desk writes on `stock-reports`: receipts, adjustments, counts, movements, transfers, purchases."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from cauce.money import KnownCurrency
from schemas.foreign import Foreign, Key, Text
from schemas.inbound import SupplierWord
from schemas.movements import Movement
from schemas.orders import Sku
from schemas.waves import MOST_NODES, MOST_ORDERS

MOST_SKUS = 1000  # a count is one row of the keeper


class ReceiptLine(Foreign):
    """Units of a sku; one that is kept by lot needs `lot`, and `expires_on` unless it never expires."""

    sku: Sku
    quantity: PositiveInt
    lot: Key | None = None
    expires_on: date | None = None


class SentLine(Foreign):
    """Units of a sku to send; without a `lot` those that expire first."""

    sku: Sku
    quantity: PositiveInt
    lot: Key | None = None


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
    lot: Key | None = None
    expires_on: date | None = None


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


class StockMovement(Foreign):
    """Units go into quarantine, come out of it, or are written off; damage is a quarantine for that reason."""

    kind: Literal["movement"] = "movement"
    movement: Key
    site: Key
    sku: Sku
    step: Movement
    quantity: PositiveInt
    reason: Text = ""
    lot: Key | None = None


class TransferSending(Foreign):
    """Units leave a site for another."""

    kind: Literal["transfer-sending"] = "transfer-sending"
    transfer: Key
    site: Key
    to_site: Key
    lines: Annotated[tuple[SentLine, ...], Field(min_length=1, max_length=MOST_SKUS)]


class TransferredLine(Foreign):
    """Units of a sku that came."""

    sku: Sku
    quantity: NonNegativeInt


class TransferReceipt(Foreign):
    """A transfer is unpacked: what came of every sku."""

    kind: Literal["transfer-receipt"] = "transfer-receipt"
    receipt: Key
    transfer: Key
    from_site: Key
    site: Key
    lines: Annotated[tuple[TransferredLine, ...], Field(min_length=1, max_length=MOST_SKUS)]


class PurchaseLine(Foreign):
    """Units of a sku that were bought, and the day they are due."""

    sku: Sku
    quantity: PositiveInt
    due_on: date


class Purchase(Foreign):
    """A purchase was sent to a supplier, each sku once."""

    kind: Literal["purchase"] = "purchase"
    purchase: Key
    site: Key
    lines: Annotated[tuple[PurchaseLine, ...], Field(min_length=1, max_length=MOST_SKUS)]


class AnswerLine(Foreign):
    """A supplier's word on a sku; `part` needs a quantity, `date` a day."""

    sku: Sku
    word: SupplierWord
    quantity: PositiveInt | None = None
    due_on: date | None = None


class PurchaseAnswer(Foreign):
    """A supplier accepts, in part, for another day, or refuses."""

    kind: Literal["purchase-answer"] = "purchase-answer"
    answer: Key
    purchase: Key
    site: Key
    lines: Annotated[tuple[AnswerLine, ...], Field(min_length=1, max_length=MOST_SKUS)]


class PurchaseReceipt(Foreign):
    """Goods of a purchase came in."""

    kind: Literal["purchase-receipt"] = "purchase-receipt"
    receipt: Key
    purchase: Key
    site: Key
    lines: Annotated[tuple[ReceiptLine, ...], Field(min_length=1, max_length=MOST_SKUS)]


class SiteClosure(Foreign):
    """A site sends nothing from now on or from the day `begins_on`, until it is opened or the day after `ends_on`."""

    kind: Literal["site-closure"] = "site-closure"
    closure: Key
    site: Key
    begins_on: date | None = None
    ends_on: date | None = None
    reason: Text


class SiteOpening(Foreign):
    """A site sends again."""

    kind: Literal["site-opening"] = "site-opening"
    opening: Key
    site: Key


StockForm = (
    StockReceipt
    | StockAdjustment
    | CountOpening
    | CountReport
    | CountDecision
    | StockMovement
    | TransferSending
    | TransferReceipt
    | Purchase
    | PurchaseAnswer
    | PurchaseReceipt
    | SiteClosure
    | SiteOpening
)


class StockWave(Foreign):
    """Orders that wait, by their ids, are to be decided on together; `nodes` limit the search for the best."""

    kind: Literal["wave"] = "wave"
    wave: Key
    orders: Annotated[tuple[Key, ...], Field(min_length=1, max_length=MOST_ORDERS)]
    nodes: Annotated[PositiveInt, Field(le=MOST_NODES)] | None = None


class StockRecall(Foreign):
    """No unit of a lot is to be sent any more, from any site."""

    kind: Literal["recall"] = "recall"
    recall: Key
    sku: Sku
    lot: Key
    reason: Text
