"""What a site could not send of a shipment, and the promise that is taken back from it."""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field, NonNegativeInt, PositiveInt

from schemas.base import Instant, Message
from schemas.holds import Hold
from schemas.orders import Customer, Destination, LineQuantity, ShipOption
from schemas.sourcing import OrderTerms
from schemas.stock import DemandLine, ShipmentLine, StockCommand


class Failing(StrEnum):
    """Why a site does not send units. It decides what becomes of its stock."""

    SHORT = "short"  # they are not on the shelf: nothing of the sku is free there any more
    DAMAGED = "damaged"  # they are broken: into quarantine
    REJECTED = "rejected"  # the site will not send them: they are free again
    CLOSED = "closed"  # the site is closed: they are free there once it opens
    MISSING = "missing"  # a count did not find them on the shelf: so many are nowhere, unless they were picked
    EXPIRED = "expired"  # their lot may be used no more: into quarantine
    RECALLED = "recalled"  # their lot was recalled: into quarantine


ANOTHERS_FAULT = frozenset({Failing.CLOSED, Failing.EXPIRED, Failing.RECALLED})  # the site may be asked again


class RecordFailure(Message):
    """A crew says what it cannot send of a shipment; without `lines`, all of it. `lots` go before any others."""

    type: ClassVar[str] = "shipment.fail.v1"
    key: ClassVar[str] = "order_id"

    order_id: str
    shipment_id: str
    failure_id: str
    failing: Failing
    site: str
    operator: str
    lines: tuple[LineQuantity, ...] = ()
    lots: tuple[str, ...] | None = None


class WorkFailed(Message):
    """Units that a site will not send, taken out of its work: their order needs them from elsewhere.

    What the site has of the same kits is taken out `along` with them.
    """

    type: ClassVar[str] = "work.failed.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("shipment_id", "failure_id")

    order_id: str
    order_number: str
    shipment_id: str
    failure_id: str
    failing: Failing
    site: str
    operator: str
    lines: tuple[ShipmentLine, ...] = Field(min_length=1)
    along: tuple[ShipmentLine, ...] | None = None
    customer: Customer
    destination: Destination
    ship_option: ShipOption
    deliver_by: Instant


class ResourceUnits(StockCommand):
    """Take units back from a site that will not send them, and promise them anew from others.

    What was taken out of its work `along` with them, of the same kits, is free there again.
    """

    type: ClassVar[str] = "stock.resource.v1"
    identity: ClassVar[tuple[str, ...]] = ("shipment_id", "failure_id")

    order_id: str
    order_number: str
    shipment_id: str
    failure_id: str
    failing: Failing
    site: str
    lines: tuple[DemandLine, ...] = Field(min_length=1)
    along: tuple[DemandLine, ...] | None = None
    customer: Customer
    destination: Destination
    ship_option: ShipOption
    deliver_by: Instant
    terms: OrderTerms | None = None
    holds: tuple[Hold, ...] | None = None


class SourceFailed(Message):
    """Units are promised from this site no more; the promise or the wait that follows is another's.

    Units that were canceled before are not among its `lines`, but `canceled`. `number` counts the pool's failures.
    Lines of which no unit failed, taken `along` with others of their kits, are named.
    """

    type: ClassVar[str] = "source.failed.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("shipment_id", "failure_id")

    order_id: str
    pool: NonNegativeInt
    number: PositiveInt
    shipment_id: str
    failure_id: str
    failing: Failing
    site: str
    lines: tuple[LineQuantity, ...] = ()
    canceled: tuple[LineQuantity, ...] | None = None
    along: tuple[str, ...] | None = None
