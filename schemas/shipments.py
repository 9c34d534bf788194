"""Shipments: work for the warehouse, scans and carrier events back, and what became of each parcel."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from pydantic import Field, NonNegativeInt, PositiveInt

from cauce.money import Money
from schemas.base import Instant, Message, Part
from schemas.holds import HoldKind
from schemas.orders import Country, Customer, Destination, ShipOption
from schemas.promises import OrderPromise
from schemas.stock import ShipmentLine


class Scan(StrEnum):
    """What a warehouse scanner says about a shipment."""

    PICKED = "picked"
    PACKED = "packed"
    HANDED_OVER = "handed_over"


class RecordScan(Message):
    """A scan of a shipment at its site, mapped by the door."""

    type: ClassVar[str] = "shipment.scan.v1"
    key: ClassVar[str] = "order_id"

    order_id: str
    shipment_id: str
    scan_id: str
    scan: Scan
    site: str
    operator: str
    revision: PositiveInt = 1
    weight_grams: NonNegativeInt | None = None


class CarrierStatus(StrEnum):
    """What a carrier says about a parcel."""

    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    LOST = "lost"
    RETURNED_TO_SENDER = "returned_to_sender"


class RecordCarrierEvent(Message):
    """A carrier's event about one of our labels, mapped by the door."""

    type: ClassVar[str] = "shipment.carrier-event.v1"
    key: ClassVar[str] = "order_id"

    order_id: str
    tracking_number: str
    carrier_event_id: str
    status: CarrierStatus
    happened_at: Instant


class Work(StrEnum):
    """What the warehouse is asked to do with a shipment."""

    PICK = "pick"
    STOP = "stop"
    HOLD = "hold"


class WarehouseWork(Message):
    """Work for the crew of a site: `lines` are to be sent, the units of `stopped` are not, or go back to their shelf.

    The highest `revision` of a shipment is what counts; with `stop` nothing is left to send. Units that were canceled
    before their allocation came are `stopped` in revision 1, so that the facts say what became of every unit. With
    `hold` the units are kept, and not sent before a later revision says `pick`; `held` are the kinds of the holds.
    """

    type: ClassVar[str] = "warehouse.work.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("shipment_id", "revision")

    order_id: str
    order_number: str
    shipment_id: str
    revision: PositiveInt
    work: Work
    site: str
    site_country: Country
    ship_option: ShipOption
    deliver_by: Instant
    lines: tuple[ShipmentLine, ...] = ()
    stopped: tuple[ShipmentLine, ...] = ()
    customer: Customer
    destination: Destination
    held: tuple[HoldKind, ...] | None = None
    promise: OrderPromise | None = None


class WorkPicked(Message):
    """The crew has all units of a shipment in its hands."""

    type: ClassVar[str] = "work.picked.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("shipment_id",)

    order_id: str
    shipment_id: str
    site: str
    lines: tuple[ShipmentLine, ...] = Field(min_length=1)
    operator: str


class Rejection(StrEnum):
    """Why a carrier service did not win; the first of these that holds."""

    OTHER_ZONE = "other_zone"
    TOO_HEAVY = "too_heavy"
    TOO_LATE = "too_late"
    DEARER = "dearer"
    SLOWER = "slower"
    TIED = "tied"


class Quote(Part):
    """A carrier service that was considered: its price and when it would arrive. The winner has no `rejected`."""

    rate_id: str
    carrier: str
    service: str
    price: Money
    arrives_on: date
    rejected: Rejection | None = None


class ParcelPacked(Message):
    """A parcel is closed and labeled: the cheapest service that keeps the promise won, the losers are beside it."""

    type: ClassVar[str] = "parcel.packed.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("shipment_id",)

    order_id: str
    order_number: str
    shipment_id: str
    site: str
    lines: tuple[ShipmentLine, ...] = Field(min_length=1)
    weight_grams: NonNegativeInt
    tracking_number: str
    quote: Quote
    losers: tuple[Quote, ...] = ()
    keeps_promise: bool
    rates_version: str
    operator: str
    customer: Customer
    destination: Destination


class ParcelShipped(Message):
    """The carrier has the parcel."""

    type: ClassVar[str] = "parcel.shipped.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("shipment_id",)

    order_id: str
    order_number: str
    shipment_id: str
    site: str
    lines: tuple[ShipmentLine, ...] = Field(min_length=1)
    tracking_number: str
    carrier: str
    service: str
    arrives_on: date
    customer: Customer


class ParcelDelivered(Message):
    """The customer has the parcel."""

    type: ClassVar[str] = "parcel.delivered.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("shipment_id",)

    order_id: str
    order_number: str
    shipment_id: str
    site: str
    lines: tuple[ShipmentLine, ...] = Field(min_length=1)
    tracking_number: str
    delivered_at: Instant
    customer: Customer


class Trouble(StrEnum):
    """What can go wrong with a shipment."""

    LOST = "lost"
    RETURNED_TO_SENDER = "returned_to_sender"
    WRONG_SITE = "wrong_site"
    UNKNOWN_SHIPMENT = "unknown_shipment"
    STOPPED = "stopped"
    NO_SERVICE = "no_service"
    OUT_OF_ORDER = "out_of_order"
    HELD = "held"


class CarrierSign(Part):
    """A sign that the carrier has the parcel or, with `delivered_at`, that the customer has it."""

    delivered_at: Instant | None = None


class ShipmentException(Message):
    """Something a person must look at. `reference` is the scan's or event's, as `scan/<id>` or `carrier/<id>`.

    The scan or event changed nothing else; but a sign that was too `early` (`out_of_order`) takes effect once the
    parcel is packed, and until then the shipment can no longer be stopped.
    """

    type: ClassVar[str] = "shipment.exception.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("shipment_id", "trouble", "reference")

    order_id: str
    shipment_id: str
    trouble: Trouble
    reference: str
    detail: str
    early: CarrierSign | None = None
