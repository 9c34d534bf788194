"""What a shop may tell before purchase: the dates that an order would be promised now. Never on a topic."""

from datetime import date

from pydantic import NonNegativeInt, PositiveInt

from schemas.base import Instant, Part
from schemas.orders import ShipOption, Sku
from schemas.promises import OrderPromise, ShipmentPromise


class QuotedLine(Part):
    """Units of a sku."""

    sku: Sku
    quantity: PositiveInt


class QuotedShipment(Part):
    """What one site would send, and when; without a promise where the terms have none for it."""

    site: str
    lines: tuple[QuotedLine, ...]
    promise: ShipmentPromise | None = None


class QuotedWait(Part):
    """Units that no site has now, and when they may be there; absent where no supply is known."""

    sku: Sku
    quantity: PositiveInt
    expected_on: date | None = None
    deliver_on: date | None = None


class Basket(Part):
    """Goods, where they would go, and how fast."""

    lines: tuple[QuotedLine, ...]
    country: str
    postal_code: str = ""
    service: ShipOption = ShipOption.STANDARD
    channel: str = ""


class PromiseQuote(Part):
    """The dates at an instant, if it is ordered within so many seconds. `promise` is of all the goods, or absent."""

    asked_at: Instant
    order_within_seconds: NonNegativeInt | None = None
    promise: OrderPromise | None = None
    shipments: tuple[QuotedShipment, ...] = ()
    waits: tuple[QuotedWait, ...] = ()
    promises_version: str = ""
