"""Lots that may be sold no more: the days on which they expire, and their recall."""

from typing import ClassVar

from pydantic import NonNegativeInt

from schemas.base import Message
from schemas.orders import Sku
from schemas.sourcing import Day
from schemas.stock import StockCommand


class RecallLot(StockCommand):
    """Send no unit of a lot any more: what is on a shelf goes aside, what is promised is called back."""

    type: ClassVar[str] = "stock.recall.v1"
    identity: ClassVar[tuple[str, ...]] = ("sku", "lot", "recall_id")

    recall_id: str
    sku: Sku
    lot: str
    reason: str


class LotRecalled(Message):
    """A lot is promised to nobody any more, whatever comes of it; the entries and the units called back follow."""

    type: ClassVar[str] = "lot.recalled.v1"
    key: ClassVar[str] = "sku"
    identity: ClassVar[tuple[str, ...]] = ("sku", "lot")

    pool: NonNegativeInt
    recall_id: str
    sku: Sku
    lot: str
    reason: str


class LotsTurned(Message):
    """The lots were looked through on the day `on`: of these skus some units may be promised no more from it on."""

    type: ClassVar[str] = "lots.turned.v1"
    key: ClassVar[str] = "pool"
    identity: ClassVar[tuple[str, ...]] = ("on",)

    pool: NonNegativeInt
    on: Day
    skus: tuple[Sku, ...] = ()
