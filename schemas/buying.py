"""What buyers are told: how long stock will last by what was asked of it, what nobody asks for, and what to buy."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, NonNegativeInt, PositiveInt, model_validator

from cauce.decider import Reference
from cauce.money import KnownCurrency, Money
from schemas.base import Message, Part
from schemas.orders import Sku

EVERY_OTHER, CATEGORY = "*", "category:"
WINDOW_DAYS, LEAST_DAYS = 28, 7  # four of every weekday; what is known for less than a week counts as a week


def demand_days(seen_on: date, day: date) -> int:
    """Over how many days up to `day` the demand counts of a sku that is known since `seen_on`."""
    return min(WINDOW_DAYS, max(LEAST_DAYS, (day - seen_on).days + 1))


def _naming_skus(name: str) -> str:
    if not name.strip() or not name.removeprefix(CATEGORY).strip():
        raise ValueError(f"expected a sku, {CATEGORY} and a category, or {EVERY_OTHER}, found {name!r}")
    return name


class Buying(Part):
    """When buyers are told of a sku. `id` is the sku, or `category:` and that of its stocking, or `*` for every other.

    A limit of zero is none. `slow_from`, in minor units of `currency`, is the worth from which slow stock is told.
    """

    id: Annotated[str, AfterValidator(_naming_skus)]
    cover_below_days: NonNegativeInt = 0
    slow_after_days: NonNegativeInt = 0
    slow_from: NonNegativeInt = 0
    currency: KnownCurrency | None = None
    supplier: str = ""
    lead_days: NonNegativeInt = 0
    review_days: NonNegativeInt = 0

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if self.review_days and not self.lead_days:
            raise ValueError("expected lead_days where there are review_days: what to buy follows from both")
        if self.slow_from and not (self.slow_after_days and self.currency):
            raise ValueError("expected slow_after_days and a currency where there is slow_from")
        if not (self.cover_below_days or self.slow_after_days or self.lead_days):
            raise ValueError("expected cover_below_days, slow_after_days or lead_days, found none of them")
        return self


def buying_of(reference: Reference, sku: str) -> Buying | None:
    """The row of the sku, else of its category, else of every other sku."""
    stocking = reference.item("stocking", sku)
    category = reference.item("buying", f"{CATEGORY}{stocking.category}") if stocking and stocking.category else None
    found: Buying | None = reference.item("buying", sku) or category or reference.item("buying", EVERY_OTHER)
    return found


class DemandOfDay(Part):
    """Units of a sku that were ordered and canceled on one day so far."""

    sku: Sku
    ordered: NonNegativeInt
    canceled: NonNegativeInt


class DemandCounted(Message):
    """What an order, or its cancellation, made of the demand of a day: each sku's sums of that day after it.

    Units count on the day they are ordered, whether they are there or wait, and on the day they are canceled.
    """

    type: ClassVar[str] = "demand.counted.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("order_id",)

    pool: NonNegativeInt
    order_id: str
    on: date
    skus: tuple[DemandOfDay, ...] = Field(min_length=1)


class StockWatched(Message):
    """The stock was looked through on this day, as far as `through` in the order of skus; `done` is all of it.

    `found` are skus that were seen for the first time: they are not slow before their days have passed.
    """

    type: ClassVar[str] = "stock.watched.v1"
    key: ClassVar[str] = "pool"
    identity: ClassVar[tuple[str, ...]] = ("on", "through")

    pool: NonNegativeInt
    on: date
    through: str
    done: bool
    found: tuple[Sku, ...] = ()


class Cover(StrEnum):
    """Whether stock lasts as long as buyers want."""

    SHORT = "short"
    ENOUGH = "enough"


class CoverAlert(Message):
    """The free units last fewer days than buyers want, at what was ordered of them; told again when it is enough.

    `demand` was ordered and not canceled in the last `demand_days`; `cover_days` is left out where that is nothing.
    """

    type: ClassVar[str] = "stock.cover.v1"
    key: ClassVar[str] = "sku"
    identity: ClassVar[tuple[str, ...]] = ("sku",)

    pool: NonNegativeInt
    sku: Sku
    alert: Cover
    free: NonNegativeInt
    demand: NonNegativeInt
    demand_days: PositiveInt
    cover_days: NonNegativeInt | None = None
    below_days: NonNegativeInt


class Turnover(StrEnum):
    """Whether anybody orders what lies there."""

    SLOW = "slow"
    MOVING = "moving"


class SlowAlert(Message):
    """Nobody ordered a sku for so many days, and what lies there is worth it; told again when it moves, or is gone.

    `since` is the last day on which it was ordered, else the day it was first seen; an unknown worth is left out.
    """

    type: ClassVar[str] = "stock.slow.v1"
    key: ClassVar[str] = "sku"
    identity: ClassVar[tuple[str, ...]] = ("sku",)

    pool: NonNegativeInt
    sku: Sku
    alert: Turnover
    on_hand: NonNegativeInt
    since: date
    days: NonNegativeInt
    worth: Money | None = None
