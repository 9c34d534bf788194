"""What outsiders write: the forms of the raw topics, strict, one JSON object a record, told apart by `kind`.

Channels with forms of their own are mapped to these by an adapter; the doors read nothing else.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, PositiveInt, StringConstraints, TypeAdapter

from cauce.money import Currency
from schemas.base import Instant
from schemas.failures import Failing
from schemas.foreign import Channel, Foreign, Key, Text
from schemas.order_forms import OrderForm
from schemas.orders import Country, ShipOption, Sku
from schemas.returns import Grade
from schemas.shipments import CarrierStatus, Scan
from schemas.sourcing import SubstitutionAsked
from schemas.stock_forms import StockForm, StockRecall, StockWave


class ChannelAddress(Foreign):
    """Who and where, as the channel knows it."""

    name: Text
    email: Text = ""
    phone: Text = ""
    street: Text = ""
    city: Text = ""
    postal_code: Text = ""
    country: Country


class ChannelLine(Foreign):
    """A line in minor units. `amount` is for the whole line, tax included, discount taken off.

    `substitutes`: whether another sku may be sent in its place.
    """

    sku: Sku
    quantity: int
    unit_price: int
    amount: int
    tax: int = 0
    description: Text = ""
    substitutes: SubstitutionAsked | None = None


class ChannelCharge(Foreign):
    """Something paid for that is not goods."""

    code: Key
    amount: int


class ChannelPayment(Foreign):
    """A capture the channel made at its provider."""

    payment_id: Key
    provider: Key
    reference: Key
    amount: int


class ChannelOrder(Foreign):
    """An order of a channel; the same `order` of a `channel` is taken once.

    What still waits for stock on the day after `cancel_after` is canceled.
    """

    kind: Literal["order"] = "order"
    channel: Channel
    order: Key
    customer: Key
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = "en"
    profile: Literal["b2c", "b2b"] = "b2c"
    placed_at: Instant
    currency: Currency
    ship_to: ChannelAddress
    ship_option: ShipOption = ShipOption.STANDARD
    lines: Annotated[tuple[ChannelLine, ...], Field(max_length=2000)]
    charges: tuple[ChannelCharge, ...] = ()
    payments: tuple[ChannelPayment, ...] = ()
    cancel_after: date | None = None
    risk_score: Annotated[int, Field(ge=0, le=100)] | None = None


class ChannelCancellation(Foreign):
    """A channel's customer cancels an order, or some of its lines (numbered from 1 as they were sent)."""

    kind: Literal["cancellation"] = "cancellation"
    channel: Channel
    order: Key
    request: Key
    lines: tuple[PositiveInt, ...] = ()
    reason: Text = ""


class WarehouseScan(Foreign):
    """A scanner's word about a shipment; `revision` is that of the work on its screen."""

    kind: Literal["scan"] = "scan"
    scan: Scan
    scan_id: Key
    shipment: Key
    site: Key
    operator: Key
    revision: PositiveInt = 1
    weight_grams: PositiveInt | None = None


class FailedLine(Foreign):
    """Units of a line, by its number on the order."""

    line: PositiveInt
    quantity: PositiveInt


class ShipmentFailure(Foreign):
    """A crew cannot send units of a shipment, or without `lines` none of it."""

    kind: Literal["failure"] = "failure"
    failure: Key
    failing: Failing
    shipment: Key
    site: Key
    operator: Key
    lines: Annotated[tuple[FailedLine, ...], Field(max_length=2000)] = ()


class CarrierReport(Foreign):
    """A carrier's word about one of our labels."""

    kind: Literal["carrier"] = "carrier"
    event_id: Key
    tracking_number: Key
    status: CarrierStatus
    happened_at: Instant


class ReturnLineAsked(Foreign):
    """Units of a line, by its number on the order, to send back."""

    line: PositiveInt
    quantity: PositiveInt


class ReturnRequest(Foreign):
    """Somebody wants to send goods back; `order` is absent where the purchase is not known."""

    kind: Literal["return"] = "return"
    channel: Channel
    request: Key
    order: Key | None = None
    lines: Annotated[tuple[ReturnLineAsked, ...], Field(max_length=2000)] = ()
    reason: Text = ""


class GradedLine(Foreign):
    """Units of a line, by its number on the order, as the desk graded them."""

    line: PositiveInt
    quantity: PositiveInt
    grade: Grade


class ReturnReceipt(Foreign):
    """The returns desk has the goods of an RMA."""

    kind: Literal["return-receipt"] = "return-receipt"
    receipt: Key
    return_id: Key
    site: Key
    units: Annotated[tuple[GradedLine, ...], Field(min_length=1)]
    operator: Key


class RawTopic(StrEnum):
    """The topics outsiders write."""

    CHANNEL_ORDERS = "channel-orders"
    WAREHOUSE_SCANS = "warehouse-scans"
    SHIPMENT_FAILURES = "shipment-failures"
    CARRIER_EVENTS = "carrier-events"
    RETURN_REQUESTS = "return-requests"
    STOCK_REPORTS = "stock-reports"


_Orders = Annotated[ChannelOrder | ChannelCancellation | OrderForm, Field(discriminator="kind")]
_Returns = Annotated[ReturnRequest | ReturnReceipt, Field(discriminator="kind")]
_Stock = Annotated[StockForm | StockWave | StockRecall, Field(discriminator="kind")]

FORMS: dict[RawTopic, TypeAdapter[Foreign]] = {
    RawTopic.CHANNEL_ORDERS: TypeAdapter(_Orders),
    RawTopic.WAREHOUSE_SCANS: TypeAdapter(WarehouseScan),
    RawTopic.SHIPMENT_FAILURES: TypeAdapter(ShipmentFailure),
    RawTopic.CARRIER_EVENTS: TypeAdapter(CarrierReport),
    RawTopic.RETURN_REQUESTS: TypeAdapter(_Returns),
    RawTopic.STOCK_REPORTS: TypeAdapter(_Stock),
}
