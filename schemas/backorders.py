"""Backorders: the units of an order that wait for stock, and what ends their wait."""

from typing import ClassVar

from pydantic import Field, NonNegativeInt, PositiveInt

from schemas.base import Instant, Message
from schemas.holds import Hold
from schemas.orders import Customer, Destination, LineQuantity, ShipOption
from schemas.sourcing import Day, Explanation, OrderTerms
from schemas.stock import DemandLine


class Backordered(Message):
    """Units of an order that no site has; they wait until stock comes, or are canceled from the day `cancel_on`.

    They wait by the highest `priority`, none is the lowest, then by the lowest `queue_number`. The numbers rise with
    each order that waits and are unique within the pool.
    """

    type: ClassVar[str] = "order.backordered.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("order_id",)

    order_id: str
    order_number: str
    pool: NonNegativeInt
    customer: Customer
    destination: Destination
    ship_option: ShipOption
    deliver_by: Instant
    lines: tuple[DemandLine, ...] = Field(min_length=1)
    queue_number: PositiveInt
    explanation: Explanation
    terms: OrderTerms | None = None
    holds: tuple[Hold, ...] | None = None
    priority: PositiveInt | None = None
    cancel_on: Day | None = None
    resourced: bool | None = None


class BackorderLapsed(Message):
    """Units have waited until the last day on which they were wanted: nothing serves them any more, cancel them.

    `lapse` numbers those of the pool.
    """

    type: ClassVar[str] = "backorder.lapsed.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("order_id", "lapse")

    order_id: str
    pool: NonNegativeInt
    lapse: PositiveInt
    lines: tuple[LineQuantity, ...] = Field(min_length=1)
    cancel_on: Day


class BackorderReleased(Message):
    """Waiting units that were canceled and wait no more; `withdrawn` as in `StockReleased`, where there is none."""

    type: ClassVar[str] = "backorder.released.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("order_id", "version")

    order_id: str
    pool: NonNegativeInt
    version: PositiveInt
    lines: tuple[LineQuantity, ...] = Field(min_length=1)
    withdrawn: tuple[LineQuantity, ...] | None = None
