"""What is remembered of an order's shipments: what the next step needs, and of finished ones only what absorbs repeats.

`stage` has no default in any state, so that rows written without defaults still tell the states apart.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from schemas.base import Instant, Part
from schemas.changing import Ship
from schemas.holds import Hold
from schemas.orders import Country, Customer, Destination, LineQuantity, ShipOption
from schemas.promises import OrderPromise
from schemas.shipments import CarrierSign
from schemas.stock import ShipmentLine


class Promise(Part):
    """What the customer was promised with the order, and where it goes."""

    order_number: str
    customer: Customer
    destination: Destination
    ship_option: ShipOption
    deliver_by: Instant


class InWork(Part):
    """The crew of a site works on it. An `early` sign waits for the parcel to be packed.

    `dates` are what was promised of it; `at_risk` and `broken` say what was told of them.
    """

    stage: Literal["in_work"]
    promise: Promise
    site: str
    site_country: Country
    revision: PositiveInt
    lines: tuple[ShipmentLine, ...]
    picked: bool = False
    early: CarrierSign | None = None
    dates: OrderPromise | None = None
    at_risk: bool = False
    broken: bool = False


class InParcel(Part):
    """Packed under a label of ours; `shipped` once the carrier has it."""

    stage: Literal["in_parcel"]
    order_number: str
    customer: Customer
    site: str
    lines: tuple[ShipmentLine, ...]
    tracking_number: str
    carrier: str
    service: str
    arrives_on: date
    shipped: bool = False
    deliver_on: date | None = None
    broken: bool = False


class Arrived(Part):
    """The customer has the parcel."""

    stage: Literal["arrived"]
    site: str
    lines: tuple[LineQuantity, ...]


class Stopped(Part):
    """Nothing of it will be sent. `picked`: the crew had it in its hands before."""

    stage: Literal["stopped"]
    site: str
    picked: bool = False


ShipmentState = Annotated[InWork | InParcel | Arrived | Stopped, Field(discriminator="stage")]


class OrderShipments(Part):
    """The shipments of one order, by id.

    `canceled` counts by line the units this service ever agreed to cancel, `unclaimed` those of them that no allocation
    has brought yet. `answered` are the change requests and `noticed` the scans and events that were written about;
    `ship` is how it goes, where that was changed. `holds` are those that stand, `ended` the names of those that do not,
    be they ever so late to come. `failed` are units that sites failed, by line and shipment.
    """

    order_id: str
    shipments: dict[str, ShipmentState] = Field(default={})
    canceled: dict[str, int] = Field(default={})
    unclaimed: dict[str, int] = Field(default={})
    answered: tuple[str, ...] = ()
    ship: Ship | None = None
    holds: tuple[Hold, ...] = ()
    ended: tuple[str, ...] = ()
    noticed: tuple[str, ...] = ()
    failed: dict[str, dict[str, int]] = Field(default={})
