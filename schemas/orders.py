"""Orders: what channels ask, what intake decides, and the two sides of a change."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field, NonNegativeInt, PositiveInt, StringConstraints

from cauce.money import Currency, Money, total, worths
from cauce.places import Coordinates
from schemas.base import Instant, Message, Part, Sealed
from schemas.holds import Hold
from schemas.kits import SoldKit
from schemas.sourcing import Day, SubstitutionAsked

Sku = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class ShipOption(StrEnum):
    """How fast the customer was promised the goods."""

    STANDARD = "standard"
    EXPRESS = "express"


class Profile(StrEnum):
    """The kind of customer an order is for."""

    B2C = "b2c"
    B2B = "b2b"


class Customer(Part):
    """Who an order is for, as far as deciding may know; the rest is sealed."""

    person_id: str
    country: Country
    language: str = "en"
    profile: Profile = Profile.B2C
    personal: Sealed


class PersonalDetails(Part):
    """What a seal holds. Never on a topic in the clear."""

    name: str
    email: str = ""
    phone: str = ""
    street: str = ""
    city: str = ""
    postal_code: str = ""
    country: Country


class Destination(Part):
    """Where the goods go, to the postal area; the street is in the seal."""

    country: Country
    postal_area: str = ""
    coordinates: Coordinates
    located_by: str = "postal"


class AskedLine(Part):
    """A line as a channel sent it, with whatever numbers. `line_id` counts from 1 in the order of sending.

    `substitutes` says whether another sku may be sent in its place; if it says nothing, the shop's rows do.
    """

    line_id: str
    sku: Sku
    quantity: int
    unit_price: Money
    amount: Money
    tax: Money
    description: str = ""
    substitutes: SubstitutionAsked | None = None


class OrderLine(AskedLine):
    """One sku of an order. `amount` is what the customer pays for the whole line, tax included, discount taken off."""

    quantity: PositiveInt


class Charge(Part):
    """Something paid for that is not goods: postage, a fee, an adjustment by hand."""

    code: str
    amount: Money


class Payment(Part):
    """Money the channel says it has taken, and where the provider keeps it."""

    payment_id: str
    provider: str
    reference: str
    amount: Money


class PlaceOrder(Message):
    """A channel's order, mapped, located and sealed by the door, and not yet judged.

    `destination` is absent where the country is unknown; `address_gaps` names the fields that are empty in the seal;
    `risk_score`, from 0 to 100, is the channel's own; `supplements` is the order that this one was to be more of. What
    still waits for stock on the day after `cancel_after` is canceled.
    """

    type: ClassVar[str] = "order.place.v1"
    key: ClassVar[str] = "order_id"

    order_id: str
    channel: str
    channel_order: str
    placed_at: Instant
    currency: Currency
    customer: Customer
    destination: Destination | None = None
    address_gaps: tuple[str, ...] = ()
    ship_option: ShipOption = ShipOption.STANDARD
    lines: tuple[AskedLine, ...] = ()
    charges: tuple[Charge, ...] = ()
    payments: tuple[Payment, ...] = ()
    risk_score: int | None = None
    supplements: str | None = None
    cancel_after: Day | None = None


class CancelOrder(Message):
    """Somebody asks to cancel an order, whole or (with `line_ids`) in part. `reason` is a code, never free text."""

    type: ClassVar[str] = "order.cancel.v1"
    key: ClassVar[str] = "order_id"

    order_id: str
    request_id: str
    line_ids: tuple[str, ...] = ()
    reason: str
    asked_by: str


class Reason(Part):
    """Why a field was refused: `field` is a path, `code` is stable, `detail` is for people."""

    field: str
    code: str
    detail: str


class OrderPlaced(Message):
    """The order is taken, once and for ever; version 1. `digest` is that of what the channel sent.

    With `holds` it stands still until each of them has ended. `kits` are lines of the channel that were broken up.
    """

    type: ClassVar[str] = "order.placed.v1"
    key: ClassVar[str] = "order_id"

    order_id: str
    order_number: str
    version: PositiveInt = 1
    channel: str
    channel_order: str
    placed_at: Instant
    currency: Currency
    customer: Customer
    destination: Destination
    ship_option: ShipOption
    deliver_by: Instant
    lines: tuple[OrderLine, ...]
    charges: tuple[Charge, ...] = ()
    payments: tuple[Payment, ...] = ()
    digest: str = ""
    holds: tuple[Hold, ...] | None = None
    cancel_after: Day | None = None
    kits: tuple[SoldKit, ...] | None = None

    def amount(self) -> Money:
        """What the customer pays: lines and charges."""
        return total(
            self.currency, [*(line.amount for line in self.lines), *(charge.amount for charge in self.charges)]
        )

    def worths(self) -> tuple[Money, ...]:
        """What each line is worth when it is canceled or comes back: less by its share of charges below zero."""
        amounts = [line.amount.amount for line in self.lines]
        parts = worths(amounts, (charge.amount.amount for charge in self.charges))
        return tuple(Money(amount=part, currency=self.currency) for part in parts)


class OrderRefused(Message):
    """The order was read and not taken; each reason names its field. Mended and sent again, it may still be taken."""

    type: ClassVar[str] = "order.refused.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("digest",)

    order_id: str
    order_number: str
    channel: str
    channel_order: str
    customer: Customer
    reasons: tuple[Reason, ...] = Field(min_length=1)
    digest: str = ""


class OrderConflicted(Message):
    """The same channel order came again with another body: the first stands, this one is set aside."""

    type: ClassVar[str] = "order.conflicted.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("digest",)

    order_id: str
    channel: str
    channel_order: str
    digest: str
    first_digest: str


class LineQuantity(Part):
    """Units of one line."""

    line_id: str
    quantity: PositiveInt


class CanceledUnits(Part):
    """Units of a line that were canceled: in `shipment_id`, or before fulfillment knew of any shipment with them.

    With `failed` the site had failed units of that shipment, so many of the line altogether, and no other had them yet.
    Units at nobody's work were in no shipment up to number `after`, the last that fulfillment had heard of.
    """

    line_id: str
    quantity: PositiveInt
    shipment_id: str = ""
    failed: PositiveInt | None = None
    after: NonNegativeInt | None = None


class OrderChanged(Message):
    """The order as it now stands differs from its last version by the units canceled here.

    `taken_off` is what they were worth, which is owed back; `amount` is what the order comes to from now on.
    """

    type: ClassVar[str] = "order.changed.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("version",)

    order_id: str
    order_number: str
    version: PositiveInt
    request_id: str
    canceled: tuple[CanceledUnits, ...] = Field(min_length=1)
    whole: bool
    taken_off: Money
    amount: Money
    reason: str
    customer: Customer
