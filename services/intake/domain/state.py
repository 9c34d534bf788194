"""What intake remembers of an order: one row for ever, small once nothing of the order can change any more.

A row keeps 16 hexadecimal digits of what was sent, as many of each other content that came under the same number, and
12 of each request; with that alone (refused, or canceled whole by one request) it is at most 64 bytes. While units are
left it also holds their quantities and worth, and the sealed customer whom a change concerns. On disk the fields have
short names.
"""

from typing import NamedTuple, assert_never

from pydantic import ConfigDict, Field

from cauce.ids import digest
from cauce.money import share_of_units
from schemas.base import Instant, Part
from schemas.changing import ChangeRefused, ChangeRequested, OrderRedirected, OrderSupplemented, RedirectRequested, Ship
from schemas.holding import HoldRefused, OrderHeld, OrderReleased
from schemas.holds import Hold
from schemas.kits import SoldKit
from schemas.orders import (
    CanceledUnits,
    Customer,
    Destination,
    LineQuantity,
    OrderChanged,
    OrderConflicted,
    OrderPlaced,
    OrderRefused,
    ShipOption,
)
from schemas.sourcing import SubstitutionAsked
from services.intake.domain.commands import Event

REQUEST_DIGITS = 12


class Line(NamedTuple):
    """Units of one line and what they are worth in minor units; the n-th line of an order is its line `n`.

    `paid` is the line's own amount, before charges below zero took their share off what it is worth; `price` a unit's.
    """

    quantity: int
    amount: int
    canceled: int = 0
    sku: str = ""
    paid: int = 0
    price: int = 0
    tax: int = 0

    @property
    def left(self) -> int:
        """Units not canceled."""
        return self.quantity - self.canceled

    @property
    def taken_off(self) -> int:
        """What the canceled units were worth: cumulative, so that all units are worth exactly the line."""
        return share_of_units(self.amount, self.quantity, taken=0, taking=self.canceled)


class Ask(NamedTuple):
    """A request that fulfillment has not answered: units by line id to cancel, or how all is to be sent."""

    request_id: str
    reason: str
    units: dict[str, int]
    ship: Ship | None = None


class Terms(Part):
    """Which order it is, and how and where it goes."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True, validate_by_alias=True)

    order_id: str = Field(alias="i")
    channel: str = Field(alias="c")
    destination: Destination = Field(alias="d")
    ship_option: ShipOption = Field(alias="o")
    deliver_by: Instant = Field(alias="b")
    is_paid: bool = Field(default=False, alias="p")
    cancel_after: str | None = Field(default=None, alias="e")


class OpenOrder(Part):
    """An order of which units are left. `charges`, in minor units, are what it is worth beside its lines."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True, validate_by_alias=True)

    number: str = Field(alias="n")
    customer: Customer = Field(alias="c")
    currency: str = Field(alias="y")
    charges: int = Field(default=0, alias="h")
    version: int = Field(default=1, alias="v")
    lines: tuple[Line, ...] = Field(alias="l")
    asks: tuple[Ask, ...] = Field(default=(), alias="a")
    holds: tuple[Hold, ...] = Field(default=(), alias="k")
    terms: Terms | None = Field(default=None, alias="t")
    kits: tuple[SoldKit, ...] = Field(default=(), alias="b")
    substitutes: dict[str, SubstitutionAsked] = Field(default_factory=dict, alias="s")  # of lines that say

    @property
    def whole(self) -> bool:
        """Whether every unit is canceled."""
        return not any(line.left for line in self.lines)

    @property
    def total(self) -> int:
        """What the order was worth when it was taken."""
        return sum(line.amount for line in self.lines) + self.charges

    @property
    def taken_off(self) -> int:
        """What all cancellations so far were worth; charges go back with the last unit."""
        return self.total if self.whole else sum(line.taken_off for line in self.lines)

    def left(self) -> dict[str, int]:
        """Units of each line, by its id, that are not canceled."""
        return {str(number): line.left for number, line in enumerate(self.lines, start=1)}

    def asked(self, line_id: str) -> int:
        """Units of a line in requests that are not answered."""
        return sum(ask.units.get(line_id, 0) for ask in self.asks)

    def ordered(self, lines: tuple[LineQuantity, ...]) -> tuple[LineQuantity, ...] | None:
        """How many were ordered of the lines, where not all of each is named."""
        whole = {line.line_id: self.lines[int(line.line_id) - 1].quantity for line in lines}
        if all(line.quantity == whole[line.line_id] for line in lines):
            return None
        return tuple(LineQuantity(line_id=line_id, quantity=units) for line_id, units in whole.items())

    def ask(self, request_id: str) -> Ask | None:
        """The unanswered request of that id."""
        return next((ask for ask in self.asks if ask.request_id == request_id), None)

    def without(self, request_id: str, canceled: tuple[CanceledUnits, ...] = ()) -> "OpenOrder":
        """The order once a request is answered."""
        lines = list(self.lines)
        for units in canceled:
            index = int(units.line_id) - 1
            lines[index] = lines[index]._replace(canceled=lines[index].canceled + units.quantity)
        asks = tuple(ask for ask in self.asks if ask.request_id != request_id)
        return self.model_copy(update={"lines": tuple(lines), "asks": asks})


class Order(Part):
    """What a channel order has come to: unknown (no digest), refused, open, or closed to changes."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True, validate_by_alias=True)

    digest: str = Field(default="", alias="d")
    refused: bool = Field(default=False, alias="x")
    others: tuple[str, ...] = Field(default=(), alias="o")
    requests: tuple[str, ...] = Field(default=(), alias="r")
    open: OpenOrder | None = Field(default=None, alias="p")

    @property
    def taken(self) -> bool:
        """Whether the order was placed, whatever became of it."""
        return bool(self.digest) and not self.refused

    def knows_content(self, content: str) -> bool:
        """Whether this content was decided on before."""
        return content == self.digest or content in self.others

    def knows_request(self, request_id: str) -> bool:
        """Whether this request was decided on before, answered or not."""
        asked = self.open is not None and self.open.ask(request_id) is not None
        return asked or _mark(request_id) in self.requests


def evolve(order: Order, event: Event) -> Order:
    """The order after `event`."""
    match event:
        case OrderPlaced():
            return _first(order, event.digest, refused=False).model_copy(update={"open": _opened(event)})
        case OrderRefused():
            return _first(order, event.digest, refused=True)
        case OrderConflicted():
            return order.model_copy(update={"others": _added(order.others, event.digest)})
        case ChangeRequested() | RedirectRequested():
            return _asked(order, event)
        case ChangeRefused() | OrderChanged() | OrderRedirected() | OrderSupplemented():
            return _answered(order, event)
        case OrderHeld() | OrderReleased() | HoldRefused():
            return _noted(order, event)
        case _:
            assert_never(event)


def _first(order: Order, content: str, *, refused: bool) -> Order:
    """The content that stands now; one that was refused before is remembered beside it."""
    others = _added(order.others, order.digest) if order.digest else order.others
    return order.model_copy(update={"digest": content, "refused": refused, "others": others})


def _opened(placed: OrderPlaced) -> OpenOrder:
    worths = [worth.amount for worth in placed.worths()]
    return OpenOrder(
        number=placed.order_number,
        customer=placed.customer,
        currency=placed.currency,
        charges=placed.amount().amount - sum(worths),
        lines=tuple(
            Line(
                line.quantity,
                worth,
                sku=line.sku,
                paid=line.amount.amount,
                price=line.unit_price.amount,
                tax=line.tax.amount,
            )
            for line, worth in zip(placed.lines, worths, strict=True)
        ),
        holds=placed.holds or (),
        kits=placed.kits or (),
        substitutes={line.line_id: line.substitutes for line in placed.lines if line.substitutes},
        terms=Terms(
            order_id=placed.order_id,
            channel=placed.channel,
            destination=placed.destination,
            ship_option=placed.ship_option,
            deliver_by=placed.deliver_by,
            is_paid=bool(placed.payments),
            cancel_after=placed.cancel_after,
        ),
    )


def _noted(order: Order, event: OrderHeld | OrderReleased | HoldRefused) -> Order:
    """The request was decided on, and what time did was none; the order is under the holds that are left."""
    requests = _added(order.requests, _mark(event.request_id)) if event.request_id else order.requests
    still_open = order.open.model_copy(update={"holds": _holds(order.open, event)}) if order.open else None
    return order.model_copy(update={"requests": requests, "open": still_open})


def _holds(order: OpenOrder, event: OrderHeld | OrderReleased | HoldRefused) -> tuple[Hold, ...]:
    match event:
        case OrderHeld():
            return (*order.holds, event.hold)
        case OrderReleased():
            return tuple(hold for hold in order.holds if hold.hold_id != event.hold_id)
        case HoldRefused():
            return order.holds


def _asked(order: Order, event: ChangeRequested | RedirectRequested) -> Order:
    if order.open is None:
        return order
    if isinstance(event, RedirectRequested):
        ask = Ask(event.request_id, event.reason, {}, event.ship)
    else:
        ask = Ask(event.request_id, event.reason, {line.line_id: line.quantity for line in event.lines})
    return order.model_copy(update={"open": order.open.model_copy(update={"asks": (*order.open.asks, ask)})})


def _answered(order: Order, event: ChangeRefused | OrderChanged | OrderRedirected | OrderSupplemented) -> Order:
    """The request is only a mark from now on; an order without units left lets go of all else."""
    requests = _added(order.requests, _mark(event.request_id))
    still_open = _after(order.open, event) if order.open else None
    if still_open is not None and still_open.whole:
        still_open = None
    return order.model_copy(update={"requests": requests, "open": still_open})


def _after(order: OpenOrder, event: ChangeRefused | OrderChanged | OrderRedirected | OrderSupplemented) -> OpenOrder:
    match event:
        case OrderChanged():
            left = order.without(event.request_id, event.canceled)
            return left.model_copy(update={"version": event.version})
        case OrderRedirected():
            ship, terms = event.ship, order.terms
            names = ("destination", "ship_option", "deliver_by")
            there = terms and terms.model_copy(update={name: getattr(ship, name) for name in names})
            update = {"version": event.version, "customer": ship.customer, "terms": there}
            return order.without(event.request_id).model_copy(update=update)
        case _:
            return order.without(event.request_id)


def _mark(request_id: str) -> str:
    return digest(request_id.encode())[:REQUEST_DIGITS]


def _added(marks: tuple[str, ...], mark: str) -> tuple[str, ...]:
    """Sorted: the same marks are the same row, in whatever order they came."""
    return tuple(sorted({*marks, mark}))
