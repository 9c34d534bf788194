"""Plans of an order: which units come from which site, and whether a rule allows it.

A plan is an order of sites: each line comes whole from the first of them that has it whole, and what none has whole is
split over them in that order. So all sites that are named give together all they can.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from schemas.policies import Rule, SiteTerms, Unfilled
from schemas.stock import DemandLine
from services.allocation.domain.sourcing import NearSite, Pick, take
from services.allocation.domain.tariff import Tariff


class Wanted(NamedTuple):
    """A line with what a unit of it weighs, and what the line is worth in minor units of the policy's currency."""

    demand: DemandLine
    grams_each: int
    worth: int = 0

    def worth_of(self, units: int) -> int:
        """What some of its units are worth, rounded down."""
        return self.worth * units // self.demand.quantity


class Option(NamedTuple):
    """A site that may serve: what is free there by sku once safety stock is kept back, and its shipments of the day."""

    near: NearSite
    terms: SiteTerms
    free: Mapping[str, int]
    load: int = 0


class Task(NamedTuple):
    """One order to plan for; sites are by id. `day` is when it is decided; `arrives` knows promise dates."""

    wanted: tuple[Wanted, ...]
    options: Mapping[str, Option]
    rule: Rule
    tariff: Tariff
    country: str
    day: date
    deliver_on: date
    arrives: Callable[[NearSite], date | None] | None = None

    @property
    def units(self) -> int:
        """All that is wanted."""
        return sum(line.demand.quantity for line in self.wanted)

    @property
    def most_sites(self) -> int:
        """How many sites a plan may name."""
        splits = self.rule.max_splits
        return len(self.options) if splits is None else min(len(self.options), splits + 1)


def fill(task: Task, sites: Sequence[str]) -> tuple[Pick, ...]:
    """What these sites give, in this order, within what the rule says of orders that they cannot fill."""
    nears = [task.options[site].near for site in sites]
    skus = {line.demand.sku for line in task.wanted}
    left = {sku: {site: task.options[site].free.get(sku, 0) for site in sites} for sku in skus}
    picks: list[Pick] = []
    for line in task.wanted:
        shelf = left[line.demand.sku]
        if task.rule.unfilled is Unfilled.PART_SHIP or sum(shelf.values()) >= line.demand.quantity:
            picks += take(line.demand, nears, shelf)
    whole = sum(pick.quantity for pick in picks) == task.units
    return tuple(picks) if whole or task.rule.unfilled is not Unfilled.QUEUE else ()


def is_allowed(task: Task, picks: Iterable[Pick]) -> bool:
    """Whether no shipment beside another is worth less than the rule asks."""
    least = task.rule.min_shipment_value
    if least is None:
        return True
    worths = _worths(task, picks)
    return len(worths) < 2 or min(worths.values()) >= least


def _worths(task: Task, picks: Iterable[Pick]) -> dict[str, int]:
    lines = {line.demand.line_id: line for line in task.wanted}
    found: dict[str, int] = {}
    for pick in picks:
        found[pick.site] = found.get(pick.site, 0) + lines[pick.demand.line_id].worth_of(pick.quantity)
    return found
