"""Stock: commands to the keeper of a pool, what it promises, and the ledger of every unit."""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field, NonNegativeInt, PositiveInt

from schemas.base import Instant, Message, Part
from schemas.holds import Hold
from schemas.orders import CanceledUnits, Customer, Destination, LineQuantity, ShipOption, Sku
from schemas.promises import OrderPromise, ShipmentPromise
from schemas.sourcing import Day, Explanation, OrderTerms


class SkuQuantity(Part):
    """Units of a sku; of one that is kept by lot, their `lot` and the last day on which it may be used."""

    sku: Sku
    quantity: PositiveInt
    lot: str | None = None
    expires_on: Day | None = None


class LotUnits(Part):
    """Units of a lot, and the last day on which it may be used; those that came without a lot are of the lot ``."""

    lot: str
    quantity: PositiveInt
    expires_on: Day | None = None


class DemandLine(Part):
    """A line as the keeper knows it; of a substitute, `instead_of` is what was ordered."""

    line_id: str
    sku: Sku
    quantity: PositiveInt
    instead_of: Sku | None = None


class StockCommand(Message):
    """A command to the keeper of `pool`, which is the partition it is written to."""

    key: ClassVar[str] = "pool"

    pool: NonNegativeInt


class ReserveStock(StockCommand):
    """Promise an order's lines from the pool, or put them in the queue."""

    type: ClassVar[str] = "stock.reserve.v1"
    identity: ClassVar[tuple[str, ...]] = ("order_id",)

    order_id: str
    order_number: str
    customer: Customer
    destination: Destination
    ship_option: ShipOption
    deliver_by: Instant
    lines: tuple[DemandLine, ...]
    terms: OrderTerms | None = None
    holds: tuple[Hold, ...] | None = None


class ReleaseStock(StockCommand):
    """Give back what the accepted change `version` of an order canceled."""

    type: ClassVar[str] = "stock.release.v1"
    identity: ClassVar[tuple[str, ...]] = ("order_id", "version")

    order_id: str
    version: PositiveInt
    canceled: tuple[CanceledUnits, ...]


class Stage(StrEnum):
    """How far a shipment's units are; each stage implies those before it."""

    RESERVED = "reserved"
    PICKED = "picked"
    PACKED = "packed"
    SHIPPED = "shipped"


class AdvanceShipment(StockCommand):
    """These units of a shipment have reached `stage`; units of it that are not here wait for their release."""

    type: ClassVar[str] = "stock.advance.v1"
    identity: ClassVar[tuple[str, ...]] = ("shipment_id", "stage")

    order_id: str
    shipment_id: str
    stage: Stage
    lines: tuple[LineQuantity, ...] = Field(min_length=1)


class ReceiveStock(StockCommand):
    """Goods came in at a site from a supplier."""

    type: ClassVar[str] = "stock.receive.v1"
    identity: ClassVar[tuple[str, ...]] = ("site", "receipt_id")

    receipt_id: str
    site: str
    lines: tuple[SkuQuantity, ...] = Field(min_length=1)


class AdjustStock(StockCommand):
    """Somebody counted, found or lost units: `change` is signed. Of a sku kept by lot, `lot` may say of which."""

    type: ClassVar[str] = "stock.adjust.v1"
    identity: ClassVar[tuple[str, ...]] = ("site", "adjustment_id")

    adjustment_id: str
    site: str
    sku: Sku
    change: int
    reason: str
    lot: str | None = None
    expires_on: Day | None = None


class Disposition(StrEnum):
    """What becomes of a returned unit."""

    RESTOCK = "restock"
    QUARANTINE = "quarantine"
    SCRAP = "scrap"


class ReturnedUnits(Part):
    """Returned units of a sku and where they go."""

    sku: Sku
    quantity: PositiveInt
    disposition: Disposition


class RestockReturn(StockCommand):
    """Returned goods arrived at a site and were graded."""

    type: ClassVar[str] = "stock.restock.v1"
    identity: ClassVar[tuple[str, ...]] = ("return_id", "receipt_id")

    order_id: str
    return_id: str
    receipt_id: str
    site: str
    units: tuple[ReturnedUnits, ...] = Field(min_length=1)


class ShipmentLine(Part):
    """Units of one line in one shipment, with what the next steps need to know of the product.

    Of a substitute, `instead_of` is what was ordered. `lots` are its units by lot, what expires first before others.
    Of a component, `kit` is the line of the kit, of which each takes `in_kit` units.
    """

    line_id: str
    sku: Sku
    quantity: PositiveInt
    weight_grams: NonNegativeInt
    instead_of: Sku | None = None
    lots: tuple[LotUnits, ...] | None = None
    kit: str | None = None
    in_kit: PositiveInt | None = None


class Shipment(Part):
    """What one site sends; the id carries the order's, so that a scanned label names its order."""

    shipment_id: str
    site: str
    country: str
    distance_meters: NonNegativeInt
    lines: tuple[ShipmentLine, ...] = Field(min_length=1)
    promise: ShipmentPromise | None = None


class Allocated(Message):
    """Units of an order are promised from sites. `decision` numbers the keeper's promises for this order from 1.

    `holds` are those that the order was taken or released with: reserved it may be, sent not before they have ended.
    `withdrawn` are the canceled units of the order that no shipment will bring, by line, all up to this decision.
    """

    type: ClassVar[str] = "order.allocated.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("order_id", "decision")

    order_id: str
    order_number: str
    decision: PositiveInt
    pool: NonNegativeInt
    customer: Customer
    destination: Destination
    ship_option: ShipOption
    deliver_by: Instant
    shipments: tuple[Shipment, ...] = Field(min_length=1)
    explanation: Explanation
    holds: tuple[Hold, ...] | None = None
    promise: OrderPromise | None = None
    resourced: bool | None = None
    withdrawn: tuple[LineQuantity, ...] | None = None


class Move(StrEnum):
    """What happened to units; the ledger knows no other way for a number to change."""

    RECEIVED = "received"
    RESTOCKED = "restocked"
    ADJUSTED = "adjusted"
    RESERVED = "reserved"
    RELEASED = "released"
    PICKED = "picked"
    PACKED = "packed"
    SHIPPED = "shipped"
    QUARANTINED = "quarantined"
    WRITTEN_OFF = "written_off"
    COUNTED = "counted"
    CLEARED = "cleared"
    TRANSFERRED = "transferred"


class Bucket(StrEnum):
    """Where units of a position are; `outside` is everywhere that is not this site."""

    __hash__ = str.__hash__  # Enum's own is a function of Python, and these are looked up for each unit that moves

    OUTSIDE = "outside"
    FREE = "free"
    RESERVED = "reserved"
    PICKED = "picked"
    PACKED = "packed"
    QUARANTINED = "quarantined"


class StockMoved(Message):
    """One entry of the ledger: `quantity` units of a position went from one bucket to another, by this cause.

    `on_hand` and `free` are the position's after it; `reference` is the shipment, receipt, adjustment,
    count, movement, transfer or `return/receipt`; `entry` numbers the entries of one decision from 1. `lots` are the
    units by lot, all of them; without it they are of no lot.
    """

    type: ClassVar[str] = "stock.moved.v1"
    key: ClassVar[str] = "sku"
    identity: ClassVar[tuple[str, ...]] = ("sku", "site", "move", "reference", "entry")

    pool: NonNegativeInt
    sku: Sku
    site: str
    move: Move
    quantity: PositiveInt
    source: Bucket
    target: Bucket
    on_hand: NonNegativeInt
    free: NonNegativeInt
    order_id: str = ""
    reference: str = ""
    line_id: str = ""
    entry: str = ""
    lots: tuple[LotUnits, ...] | None = None


class AdjustmentRefused(Message):
    """An adjustment would have taken more units than were free; `taken` were taken, the rest needs a person."""

    type: ClassVar[str] = "stock.adjustment-refused.v1"
    key: ClassVar[str] = "sku"
    identity: ClassVar[tuple[str, ...]] = ("site", "adjustment_id")

    pool: NonNegativeInt
    adjustment_id: str
    site: str
    sku: Sku
    change: int
    taken: NonNegativeInt
    reason: str
