"""What people ask about an order that was taken: forms of `channel-orders`, beside those of the channels themselves."""

from typing import Annotated, Literal

from pydantic import Field, PositiveInt, StringConstraints

from cauce.money import Currency
from schemas.base import Instant
from schemas.foreign import Channel, Foreign, Key, Text
from schemas.holds import HoldKind, Role
from schemas.orders import Country, ShipOption, Sku


class OrderHold(Foreign):
    """An order, or the lines or shipments that are named, shall stand still; `until` the time at which it goes on."""

    kind: Literal["hold"] = "hold"
    channel: Channel
    order: Key
    request: Key
    hold: HoldKind
    lines: tuple[PositiveInt, ...] = ()
    shipments: tuple[PositiveInt, ...] = ()
    reason: Text = ""
    until: Instant | None = None
    asked_by: Key = "console"


class HoldRelease(Foreign):
    """Somebody in `role` lets go of the hold of that name, or of all holds of that kind."""

    kind: Literal["release"] = "release"
    channel: Channel
    order: Key
    request: Key
    hold: Key
    role: Role
    reason: Text = ""
    asked_by: Key = "console"


class QuantityWanted(Foreign):
    """A line, by its number, and how many units of it there shall be in all; none removes it."""

    line: PositiveInt
    quantity: Annotated[int, Field(ge=0, le=1_000_000)]


class GoodsWanted(Foreign):
    """Goods to add, at a price in minor units."""

    sku: Sku
    quantity: PositiveInt
    unit_price: Annotated[int, Field(ge=0)]
    description: Text = ""


class MoneyTaken(Foreign):
    """What the channel took for what is more, in minor units."""

    payment_id: Key
    provider: Key
    reference: Key
    amount: int


class OrderChange(Foreign):
    """Other quantities of lines, all of them fewer or all more, or goods to add, with what was paid for them."""

    kind: Literal["change"] = "change"
    channel: Channel
    order: Key
    request: Key
    currency: Currency
    quantities: tuple[QuantityWanted, ...] = ()
    add: Annotated[tuple[GoodsWanted, ...], Field(max_length=2000)] = ()
    payments: tuple[MoneyTaken, ...] = ()
    reason: Text = ""
    asked_by: Key = "console"


class NewAddress(Foreign):
    """Who and where, whole: it replaces what was known."""

    name: Text
    email: Text = ""
    phone: Text = ""
    street: Text = ""
    city: Text = ""
    postal_code: Text = ""
    country: Country


class OrderRedirect(Foreign):
    """Another address for the same customer, another way to ship, or both. `person` is our own name of the customer."""

    kind: Literal["redirect"] = "redirect"
    channel: Channel
    order: Key
    request: Key
    customer: Key | None = None
    person: Key | None = None
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = "en"
    profile: Literal["b2c", "b2b"] = "b2c"
    ship_to: NewAddress | None = None
    ship_option: ShipOption | None = None
    reason: Text = ""
    asked_by: Key = "console"


OrderForm = Annotated[OrderHold | HoldRelease | OrderChange | OrderRedirect, Field(discriminator="kind")]
