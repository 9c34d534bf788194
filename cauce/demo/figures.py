"""The one object that `cauce demo --json` ends with: every key is always there, counts are whole numbers."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt


def _of(what: str) -> object:
    return Field(description=what)


Count = NonNegativeInt


class Figures(BaseModel):
    """Unknown keys are a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Orders(Figures):
    """Invoices that are no returns, each once."""

    received: Annotated[Count, _of("invoices that are no returns: placed, refused, adjustments and open together")]
    placed: Annotated[Count, _of("taken by intake")]
    refused: Annotated[Count, _of("refused by intake, with reasons")]
    adjustments: Annotated[Count, _of("no orders: all their lines are units found missing")]
    open: Annotated[Count, _of("neither placed nor refused when the demo ended")]
    shipped: Annotated[Count, _of("placed, and all that was not canceled has left")]
    delivered: Annotated[Count, _of("placed, and all that was not canceled has arrived")]
    backordered: Annotated[Count, _of("placed, and had to wait for stock, with some lines or all")]
    canceled: Annotated[Count, _of("placed, and nothing of it is left")]


class Lines(Figures):
    """Lines of the input by the one end that facts give them; all but `input` together are `input`."""

    input: Annotated[Count, _of("lines read")]
    delivered: Annotated[Count, _of("goods, every unit delivered, but for canceled ones")]
    canceled: Annotated[Count, _of("goods, every unit canceled")]
    refused: Annotated[Count, _of("goods and charges of refused orders")]
    charges: Annotated[Count, _of("no goods: charges of placed orders")]
    adjustments: Annotated[Count, _of("units found missing, booked in the stock")]
    adjustments_refused: Annotated[Count, _of("units found missing that the stock did not have, or not all")]
    returned: Annotated[Count, _of("of return invoices: authorized, and every unit came back")]
    returned_in_part: Annotated[Count, _of("of return invoices: some units came back, the rest was refused")]
    returns_refused: Annotated[Count, _of("of return invoices: refused, with reasons")]
    shipped: Annotated[Count, _of("goods on their way when the demo ended before all was settled")]
    backordered: Annotated[Count, _of("goods that still waited for stock then")]
    open: Annotated[Count, _of("anything else without an end then")]
    unaccounted: Annotated[Count, _of("without an end though all is settled, or with two: exit code 1")]


class Units(Figures):
    """Units of goods."""

    ordered: Annotated[Count, _of("on placed orders")]
    refused: Annotated[Count, _of("on refused orders")]
    allocated: Annotated[Count, _of("promised from a site")]
    backordered: Annotated[Count, _of("had to wait for stock")]
    packed: Annotated[Count, _of("in closed parcels")]
    shipped: Annotated[Count, _of("handed to a carrier")]
    delivered: Annotated[Count, _of("with the customer")]
    canceled: Annotated[Count, _of("canceled")]
    returned: Annotated[Count, _of("came back")]
    returns_refused: Annotated[Count, _of("of return invoices, not taken back")]
    adjusted: Annotated[Count, _of("found missing, and booked")]
    adjustments_refused: Annotated[Count, _of("found missing where the stock had none")]
    received: Annotated[Count, _of("came in from suppliers, the opening stock too")]
    on_hand: Annotated[Count, _of("at the sites at the end")]
    unaccounted: Annotated[Count, _of("of lines that are unaccounted for")]


class Returns(Figures):
    """Return invoices; `requested` and `refused` together are all of them once all is settled."""

    requested: Annotated[Count, _of("return invoices of which something was authorized")]
    refunded: Annotated[Count, _of("of those, the money went back")]
    refused: Annotated[Count, _of("return invoices refused altogether")]
    simulated: Annotated[Count, _of("returns that the world asked for beside those of the input")]


class Money(Figures):
    """Minor units of one currency."""

    captured: Annotated[int, _of("captured for placed orders")]
    refunded: Annotated[int, _of("of it, paid back for returns and cancellations")]
    retained: Annotated[int, _of("captured less refunded")]
    refused: Annotated[int, _of("taken by the channel at its provider for orders that were then refused")]
    given_back: Annotated[int, _of("of it, given back by the channel at its provider")]
    unaccounted: Annotated[int, _of("missing in, or too much on, the way of an order's money")]


class Notifications(Figures):
    """Mails to customers."""

    sent: Annotated[Count, _of("mails sent")]
    superseded: Annotated[Count, _of("not sent, because a later state had been told already")]
    failed: Annotated[Count, _of("that the mail server refused for good")]
    repeated: Annotated[Count, _of("sent once more after a crash, under the same Message-ID")]


class Broken(Figures):
    """A broken law: which, where, about what."""

    law: int
    place: str
    subject: str
    detail: str


class Audit(Figures):
    """The verdict of `cauce audit`."""

    violations: Annotated[Count, _of("broken laws; exit code 1 with any")]
    records: Annotated[Count, _of("records read")]
    first: Annotated[tuple[Broken, ...], _of("the first broken laws")] = ()


class Result(Figures):
    """What became of everything."""

    orders: Orders
    lines: Lines
    units: Units
    returns: Returns
    money: Money
    notifications: Notifications
    audit: Audit
    settled: Annotated[bool, _of("whether all came to its end before the demo did")]
    unaccounted: Annotated[tuple[str, ...], _of("the first lines and orders that are unaccounted for, and why")] = ()
    refused_because: Annotated[dict[str, Count], _of("refusals of orders and returns, by the code of the reason")] = {}
    killed: Annotated[dict[str, Count], _of("kill -9 by worker")] = {}
    restarts: Annotated[dict[str, Count], _of("starts after the first, by worker")] = {}
    seconds: Annotated[float, _of("from the first process to the end")]

    @property
    def is_good(self) -> bool:
        """Whether no law is broken and everything is accounted for."""
        return not (self.audit.violations or self.unaccounted)
