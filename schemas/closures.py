"""Sites that send nothing for a while, and the units that are called back from them."""

from typing import ClassVar

from pydantic import Field, NonNegativeInt

from schemas.base import Message
from schemas.failures import Failing
from schemas.orders import LineQuantity
from schemas.sourcing import Day
from schemas.stock import StockCommand


class CloseSite(StockCommand):
    """Promise nothing from a site: from now on, or from the first tick of the day `begins_on`, to the end of `ends_on`.

    Without `ends_on` it is closed until it is opened. What is promised from it and not packed is called back.
    """

    type: ClassVar[str] = "site.close.v1"
    identity: ClassVar[tuple[str, ...]] = ("site", "closure_id")

    closure_id: str
    site: str
    reason: str
    begins_on: Day | None = None
    ends_on: Day | None = None


class OpenSite(StockCommand):
    """A site sends again, or does not close after all."""

    type: ClassVar[str] = "site.open.v1"
    identity: ClassVar[tuple[str, ...]] = ("site", "opening_id")

    opening_id: str
    site: str


class SiteClosing(Message):
    """A site will close on a day, or is `closed` now; another closure of the site takes the place of the one before."""

    type: ClassVar[str] = "site.closing.v1"
    key: ClassVar[str] = "site"
    identity: ClassVar[tuple[str, ...]] = ("site", "closure_id", "closed")

    pool: NonNegativeInt
    closure_id: str
    site: str
    reason: str
    closed: bool
    begins_on: Day | None = None
    ends_on: Day | None = None


class SiteOpened(Message):
    """A site has no closure any more; `opening_id` is that of who opened it, or the day on which its closure ended."""

    type: ClassVar[str] = "site.opened.v1"
    key: ClassVar[str] = "site"
    identity: ClassVar[tuple[str, ...]] = ("site", "closure_id", "opening_id")

    pool: NonNegativeInt
    opening_id: str
    site: str
    closure_id: str = ""


class UnitsRecalled(Message):
    """Promised units that are not to be sent from their site: whatever is not packed comes back to be promised anew.

    `lots` are those that are not to be sent, where the site itself may send others.
    """

    type: ClassVar[str] = "units.recalled.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("shipment_id", "recall_id")

    order_id: str
    pool: NonNegativeInt
    shipment_id: str
    recall_id: str
    failing: Failing
    site: str
    lines: tuple[LineQuantity, ...] = Field(min_length=1)
    lots: tuple[str, ...] | None = None
