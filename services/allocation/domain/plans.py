"""Plans of an order: which units come from which site, and whether a rule allows it.

A plan is an order of sites: each line comes whole from the first of them that has it whole, and what none has whole is
split over them in that order. So all sites that are named give together all they can.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from schemas.kits import KitLines
from schemas.policies import Rule, SiteTerms, Unfilled
from schemas.stock import DemandLine
from services.allocation.domain.sourcing import NearSite, Pick, take
from services.allocation.domain.tariff import Tariff
from services.allocation.domain.together import NO_KITS, give, goods_of


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
    kits: tuple[KitLines, ...] = NO_KITS

    @property
    def units(self) -> int:
        """All that is wanted."""
        return sum([line.demand.quantity for line in self.wanted])

    @property
    def most_sites(self) -> int:
        """How many sites a plan may name."""
        splits = self.rule.max_splits
        return len(self.options) if splits is None else min(len(self.options), splits + 1)


class Shelf(NamedTuple):
    """Where a line can be served: sites that have it whole, and all that have any of its sku."""

    whole: frozenset[str]
    some: frozenset[str]

    def gives(self, sites: Sequence[str]) -> str | tuple[str, ...]:
        """What of an order of sites decides about the line: the first that has it whole, else all that have any."""
        for site in sites:
            if site in self.whole:
                return site
        return tuple(site for site in sites if site in self.some)


def shelves_of(task: Task) -> tuple[Shelf, ...]:
    """The shelves of an order, each once: `fill` gives the same wherever all of them give the same."""
    if task.kits:  # which of them are whole where, others of the order have a say in
        return tuple(_shelf(task.options, sku, ()) for sku in dict.fromkeys(one.demand.sku for one in task.wanted))
    asked: dict[str, list[int]] = {}
    for line in task.wanted:
        asked.setdefault(line.demand.sku, []).append(line.demand.quantity)
    return tuple(dict.fromkeys(_shelf(task.options, sku, quantities) for sku, quantities in asked.items()))


def _shelf(options: Mapping[str, Option], sku: str, quantities: Sequence[int]) -> Shelf:
    """Of a sku; where several lines want it, what one takes is not there for the next."""
    free = {site: option.free.get(sku, 0) for site, option in options.items()}
    alone = quantities[0] if len(quantities) == 1 else None
    return Shelf(
        frozenset(site for site, units in free.items() if alone is not None and units >= alone),
        frozenset(site for site, units in free.items() if units),
    )


def fill(task: Task, sites: Sequence[str]) -> tuple[Pick, ...]:
    """What these sites give, in this order, within what the rule says of orders that they cannot fill."""
    if task.kits:
        return _fill_together(task, sites)
    picks: list[Pick] = []
    left: dict[str, dict[str, int]] = {}
    alone = len({line.demand.sku for line in task.wanted}) == len(task.wanted)
    shelves = [(site, task.options[site].free) for site in sites]
    for line in task.wanted:
        site = _whole_from(line.demand, shelves) if alone else None  # most lines: what is below is for the others
        picks += (
            _parts(task, line.demand, sites, left) if site is None else (Pick(line.demand, site, line.demand.quantity),)
        )
    return tuple(picks) if _may_go(task, picks) else ()


def _may_go(task: Task, picks: Iterable[Pick]) -> bool:
    """Whether the rule lets this much go, be it all or not."""
    return task.rule.unfilled is not Unfilled.QUEUE or sum([pick.quantity for pick in picks]) == task.units


def _fill_together(task: Task, sites: Sequence[str]) -> tuple[Pick, ...]:
    """As `fill`, kit by kit."""
    demands = [line.demand for line in task.wanted]
    left = {one.sku: {site: task.options[site].free.get(one.sku, 0) for site in sites} for one in demands}
    nears = [task.options[site].near for site in sites]
    is_whole = task.rule.unfilled is not Unfilled.PART_SHIP
    picks = [pick for one in goods_of(demands, task.kits) for pick in give(one, nears, left, whole=is_whole)]
    return tuple(picks) if _may_go(task, picks) else ()


def _whole_from(demand: DemandLine, shelves: Sequence[tuple[str, Mapping[str, int]]]) -> str | None:
    sku, quantity = demand.sku, demand.quantity
    for site, free in shelves:
        if free.get(sku, 0) >= quantity:
            return site
    return None


def _parts(task: Task, demand: DemandLine, sites: Sequence[str], left: dict[str, dict[str, int]]) -> Sequence[Pick]:
    """What these sites give of a line, from what lines before it have left."""
    sku = demand.sku
    shelf = left.setdefault(sku, {site: task.options[site].free.get(sku, 0) for site in sites})
    if task.rule.unfilled is Unfilled.PART_SHIP or sum(shelf.values()) >= demand.quantity:
        return take(demand, [task.options[site].near for site in sites], shelf)
    return ()


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
