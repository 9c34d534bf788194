"""What plans are scored by, in whole points: the less the better."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from cauce.calendars import add_working_days
from schemas.policies import By, Rule, Scoring
from services.allocation.domain.plans import Option, Task
from services.allocation.domain.sourcing import Pick
from services.allocation.domain.tariff import UNRATED

THOUSAND = 1000


class Sent(NamedTuple):
    """What a plan sends: its picks, and the sites that they are from, by id."""

    task: Task
    picks: tuple[Pick, ...]
    options: tuple[Option, ...]

    def grams(self, site: str) -> int:
        """What a site's parcel weighs."""
        lines = [(pick.demand.line_id, pick.quantity) for pick in self.picks if pick.site == site]
        return sum(
            line.grams_each * units
            for line_id, units in lines
            for line in self.task.wanted
            if line.demand.line_id == line_id
        )

    def taken(self, site: str) -> Mapping[str, int]:
        """Units of each sku that a site's parcel holds."""
        units: dict[str, int] = {}
        for demand, where, quantity in self.picks:
            if where == site:
                units[demand.sku] = units.get(demand.sku, 0) + quantity
        return units


Points = tuple[int, ...]


def points_of(task: Task, picks: tuple[Pick, ...]) -> Points:
    """The plan's points by the criteria of the rule, in their order."""
    sites = sorted({pick.site for pick in picks})
    sent = Sent(task, picks, tuple([task.options[site] for site in sites]))
    return tuple([_POINTS[criterion.by](sent) for criterion in task.rule.criteria])


def total(rule: Rule, points: Points) -> Points:
    """What plans are compared by: the points as they are, or one sum of them by weight."""
    if rule.scoring is Scoring.LEXICOGRAPHIC:
        return points
    return (sum(criterion.weight * point for criterion, point in zip(rule.criteria, points, strict=True)),)


def _distance(sent: Sent) -> int:
    return sum([option.near.meters for option in sent.options])


def _priority(sent: Sent) -> int:
    return sum([option.terms.priority for option in sent.options])


def _cost(sent: Sent) -> int:
    task = sent.task
    return sum(
        option.terms.handling
        + task.tariff.price(sent.grams(option.near.site), domestic=option.near.country == task.country)
        for option in sent.options
    )


def _splits(sent: Sent) -> int:
    return max(0, len(sent.options) - 1)


def _capacity(sent: Sent) -> int:
    capacities = ((option.load + 1, option.terms.capacity_a_day) for option in sent.options)
    return sum(load * THOUSAND // capacity for load, capacity in capacities if capacity)


def _balance(sent: Sent) -> int:
    return sum(
        units * THOUSAND // option.free[sku]
        for option in sent.options
        for sku, units in sent.taken(option.near.site).items()
    )


def _ship_by(sent: Sent) -> int:
    return sum(_days_late(sent.task, option) for option in sent.options)


def _days_late(task: Task, option: Option) -> int:
    if task.arrives is not None:
        promised = task.arrives(option.near)
        return UNRATED if promised is None else max(0, (promised - task.deliver_on).days)
    transit = task.tariff.transit_days(domestic=option.near.country == task.country)
    if transit == UNRATED:
        return UNRATED
    arrives = add_working_days(task.day, option.terms.handling_days + transit)
    return max(0, (arrives - task.deliver_on).days)


_POINTS: Mapping[By, Callable[[Sent], int]] = {
    By.DISTANCE: _distance,
    By.PRIORITY: _priority,
    By.COST: _cost,
    By.SPLITS: _splits,
    By.CAPACITY: _capacity,
    By.BALANCE: _balance,
    By.SHIP_BY: _ship_by,
}
