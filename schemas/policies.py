"""Sourcing policy as data: which sites may serve which orders, what makes one plan better than another.

One policy decides for a pool at a time. Amounts are minor units of the policy's currency.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, NonNegativeInt, PositiveInt, StringConstraints, model_validator

from cauce.money import KnownCurrency
from schemas.base import Part
from schemas.orders import Country, Profile, ShipOption

MOST_URGENT = 9  # of those who wait

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]


class By(StrEnum):
    """What a plan is scored by, the less the better; in brackets the unit of one point."""

    DISTANCE = "distance"  # of all shipments together (meter)
    PRIORITY = "priority"  # of the sites, added up (rank)
    COST = "cost"  # the cheapest rates, and handling at each site (minor unit)
    SPLITS = "splits"  # shipments beyond the first (shipment)
    CAPACITY = "capacity"  # how full the day of the sites is, this order counted (thousandth of a day)
    BALANCE = "balance"  # how much of what each site has is taken (thousandth of its free units)
    SHIP_BY = "ship_by"  # how late the shipments are expected (day)


class Criterion(Part):
    """One thing to score by. `weight` counts in a weighted rule alone."""

    by: By
    weight: PositiveInt = 1


class Scoring(StrEnum):
    """How criteria are put together."""

    LEXICOGRAPHIC = "lexicographic"  # the first decides, the next among equals
    WEIGHTED = "weighted"  # weight times points, added up


class Unfilled(StrEnum):
    """What becomes of an order that cannot be filled whole now."""

    PART_SHIP = "part_ship"  # every unit that can be sent is sent; the others wait
    BACKORDER = "backorder"  # lines that can be sent whole are sent; the others wait whole
    QUEUE = "queue"  # nothing is sent until all of it can be


class When(Part):
    """Which orders a rule is for: all that is said holds, and what is not said holds for all.

    `markets` are countries the goods go to; `priorities` are what the customer was promised; the value is of the goods,
    and an order in another currency has none to compare.
    """

    channels: tuple[str, ...] = ()
    markets: tuple[Country, ...] = ()
    profiles: tuple[Profile, ...] = ()
    priorities: tuple[ShipOption, ...] = ()
    min_value: NonNegativeInt | None = None
    max_value: NonNegativeInt | None = None

    @model_validator(mode="after")
    def _some_value_fits(self) -> Self:
        if self.min_value is not None and self.max_value is not None and self.min_value > self.max_value:
            raise ValueError(f"no value is from {self.min_value} to {self.max_value}; swap min_value and max_value")
        return self


class Rule(Part):
    """How orders are sourced that `when` describes: bounds that no plan may pass, then criteria.

    `safety_stock` is kept back at each site in place of what the site's own terms say. What waits is served by
    `backorder_priority`, the highest first, then first come; after `auto_cancel_days` it is canceled.
    """

    name: Name
    when: When = When()
    scoring: Scoring = Scoring.LEXICOGRAPHIC
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    site_types: tuple[Name, ...] = ()
    exclude_sites: tuple[str, ...] = ()
    safety_stock: NonNegativeInt | None = None
    max_splits: NonNegativeInt | None = None
    max_distance_km: PositiveInt | None = None
    min_shipment_value: PositiveInt | None = None
    unfilled: Unfilled = Unfilled.PART_SHIP
    backorder_priority: int = Field(default=0, ge=0, le=MOST_URGENT)
    auto_cancel_days: PositiveInt | None = None

    @model_validator(mode="after")
    def _each_criterion_once(self) -> Self:
        for again in _repeated(criterion.by for criterion in self.criteria):
            raise ValueError(f"{again} is a criterion twice; leave one out")
        return self


class SiteTerms(Part):
    """What sourcing needs to know of a site. A site without terms has these defaults.

    `handling` is the cost of one shipment there; `handling_days` are working days before a carrier has it.
    """

    type: Name = "warehouse"
    priority: PositiveInt = 1
    handling: NonNegativeInt = 0
    handling_days: NonNegativeInt = 0
    capacity_a_day: PositiveInt | None = None
    safety_stock: NonNegativeInt = 0


class SourcingPolicy(Part):
    """The rules of a pool, in order: the first that is for an order sources it; the nearest site does where none is."""

    id: str = "sourcing"
    name: Name
    currency: KnownCurrency
    sites: dict[str, SiteTerms] = Field(default_factory=dict)
    rules: tuple[Rule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _every_rule_can_be_reached(self) -> Self:
        for again in _repeated(rule.name for rule in self.rules):
            raise ValueError(f"two rules are called {again}; explanations tell them apart by name")
        for rule in self.rules[:-1]:
            if rule.when == When():
                raise ValueError(f"rule {rule.name} is for all orders, so no rule after it is ever asked; move it last")
        return self


def _repeated(names: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield name
        seen.add(name)
