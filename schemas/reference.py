"""Reference data as records, and time as a record: what decisions look things up in, and when timers fire."""

from enum import StrEnum
from typing import Any, ClassVar

from pydantic import NonNegativeInt, PositiveInt

from cauce.money import KnownCurrency, Money
from cauce.places import Coordinates
from schemas.base import Instant, Message, Part
from schemas.buying import Buying
from schemas.holds import HoldRules
from schemas.kits import KitComponent
from schemas.orders import Country, ShipOption, Sku
from schemas.policies import SourcingPolicy
from schemas.promises import PromiseTerms
from schemas.teams import Addressees


class Kind(StrEnum):
    """The kinds of reference data; each is replaced whole, by version. Those of CHOSEN wait to be activated."""

    SITES = "sites"
    PRODUCTS = "products"
    KITS = "kits"
    SUBSTITUTES = "substitutes"
    RATES = "rates"
    POLICY = "policy"
    STOCKING = "stocking"
    SAFETY = "safety"
    LOTS = "lots"
    BUYING = "buying"
    SOURCING = "sourcing"
    HOLDS = "holds"
    PROMISES = "promises"
    ADDRESSEES = "addressees"


class Site(Part):
    """A place that holds stock. `id` is its code."""

    id: str
    name: str
    country: Country
    coordinates: Coordinates


class Product(Part):
    """A sku that may be ordered. `id` is the sku."""

    id: Sku
    name: str = ""
    weight_grams: PositiveInt


class Substitute(Part):
    """A sku that may be sent in place of another, unit for unit; of several, the lowest `rank` first.

    `id` is the row's own name. With `consent`, only where the order's line allows it.
    """

    id: str
    sku: Sku
    substitute: Sku
    rank: PositiveInt = 1
    consent: bool = False


class Stocking(Part):
    """How a sku is kept. `id` is the sku; `unit_value` is what a unit in stock is worth.

    With fewer than `low_below` units free it is low; a purchase up to `order_up_to` is asked for, where that is set.
    Rows of buying may name its `category`.
    """

    id: Sku
    unit_value: Money
    low_below: NonNegativeInt = 0
    order_up_to: NonNegativeInt = 0
    category: str = ""


class Safety(Part):
    """Units that a channel may not sell from a site. Of sku, site and channel, an empty one is every one.

    `id` is the row's own name.
    """

    id: str
    sku: str = ""
    site: str = ""
    channel: str = ""
    units: NonNegativeInt


class LotKept(Part):
    """A sku that is kept by lot. `id` is the sku; a customer gets no unit that lasts fewer than `least_days` more."""

    id: Sku
    least_days: NonNegativeInt = 0


class Rate(Part):
    """A carrier's service on one zone, priced by the started kilogram, in working days. `id` is its code."""

    id: str
    carrier: str
    service: str
    domestic: bool
    base: Money
    per_kilogram: Money
    max_weight_grams: PositiveInt
    transit_days: PositiveInt


class Policy(Part):
    """What a shop promises and accepts. `id` is its name; there is one."""

    id: str = "policy"
    currencies: tuple[KnownCurrency, ...]
    deliver_within_days: dict[ShipOption, PositiveInt]
    return_window_days: PositiveInt
    returns_site: str


MODELS: dict[Kind, type[Part]] = {
    Kind.SITES: Site,
    Kind.PRODUCTS: Product,
    Kind.KITS: KitComponent,
    Kind.SUBSTITUTES: Substitute,
    Kind.RATES: Rate,
    Kind.POLICY: Policy,
    Kind.STOCKING: Stocking,
    Kind.SAFETY: Safety,
    Kind.LOTS: LotKept,
    Kind.BUYING: Buying,
    Kind.SOURCING: SourcingPolicy,
    Kind.HOLDS: HoldRules,
    Kind.PROMISES: PromiseTerms,
    Kind.ADDRESSEES: Addressees,
}
# one item each, in a file of its own form
MAPPINGS = frozenset({Kind.POLICY, Kind.HOLDS, Kind.PROMISES, Kind.ADDRESSEES})
CHOSEN = frozenset({Kind.SOURCING})  # all their versions are kept, and one of them is activated by a record


class ReferencePublished(Message):
    """One part of a content-addressed version of one kind, which is active from the record that completes it.

    A version of a chosen kind is only there from then on, until `ReferenceActivated` names it.
    """

    type: ClassVar[str] = "reference.published.v1"
    key: ClassVar[str] = "kind"
    identity: ClassVar[tuple[str, ...]] = ("kind", "version", "part")

    kind: Kind
    version: str
    part: NonNegativeInt
    parts: PositiveInt
    items: tuple[dict[str, Any], ...]


class ReferenceActivated(Message):
    """In `pool`, this version of a chosen kind decides from here on. `label` is what people call it."""

    type: ClassVar[str] = "reference.activated.v1"
    key: ClassVar[str] = "kind"
    identity: ClassVar[tuple[str, ...]] = ("kind", "pool", "version", "activated_at")

    kind: Kind
    pool: NonNegativeInt
    label: str
    version: str
    activated_at: Instant


class TimeReached(Message):
    """The clock process says how late it is; what is due by `reached_at` fires."""

    type: ClassVar[str] = "time.reached.v1"
    key: ClassVar[str] = "clock"

    clock: str = "clock"
    reached_at: Instant
