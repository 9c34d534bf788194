"""Alerts about a sku's stock, and the purchases that it asks for."""

from enum import StrEnum
from typing import ClassVar

from pydantic import NonNegativeInt, PositiveInt

from schemas.base import Message
from schemas.orders import Sku


class Alert(StrEnum):
    """What is wrong with a sku's stock, or that nothing is any more."""

    RECOVERED = "recovered"
    LOW = "low"
    OUT = "out"


class StockAlert(Message):
    """The free units of a sku crossed a limit: told once on the way down, and once when none is crossed any more."""

    type: ClassVar[str] = "stock.alert.v1"
    key: ClassVar[str] = "sku"
    identity: ClassVar[tuple[str, ...]] = ("sku",)

    pool: NonNegativeInt
    sku: Sku
    alert: Alert
    free: NonNegativeInt
    low_below: NonNegativeInt


class PurchaseRequested(Message):
    """A sku ran low: so many units would bring it up to what is wanted, those who wait and those to come counted.

    With `lead_days`, its free units last fewer days than its supplier takes: wanted is then what `demand` in
    `demand_days` makes of the supplier's days and the `review_days` until the next look.
    """

    type: ClassVar[str] = "purchase.requested.v1"
    key: ClassVar[str] = "sku"
    identity: ClassVar[tuple[str, ...]] = ("sku",)

    pool: NonNegativeInt
    sku: Sku
    quantity: PositiveInt
    free: NonNegativeInt
    to_come: NonNegativeInt
    waiting: NonNegativeInt
    demand: NonNegativeInt | None = None
    demand_days: PositiveInt | None = None
    lead_days: PositiveInt | None = None
    review_days: NonNegativeInt | None = None
    supplier: str | None = None
