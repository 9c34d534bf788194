"""What plans are scored by, in whole points: the less the better."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from cauce.calendars import add_working_days
from schemas.policies import By, Rule, Scoring
from services.allocation.domain.plans import Option, Task
from services.allocation.domain.sourcing import Pick
from services.allocation.domain.tariff import UNRATED

THOUSAND = 1000


class Parcel(NamedTuple):
    """What a plan takes from one site."""

    option: Option
    grams: int
    taken: Mapping[str, int]  # by sku


Points = tuple[int, ...]


def parcels_of(task: Task, picks: tuple[Pick, ...]) -> tuple[Parcel, ...]:
    """What a plan takes, by site."""
    grams_each = {line.demand.line_id: line.grams_each for line in task.wanted}
    grams: dict[str, int] = {}
    taken: dict[str, dict[str, int]] = {}
    for demand, site, units in picks:
        grams[site] = grams.get(site, 0) + units * grams_each[demand.line_id]
        of_site = taken.setdefault(site, {})
        of_site[demand.sku] = of_site.get(demand.sku, 0) + units
    return tuple(Parcel(task.options[site], grams[site], taken[site]) for site in sorted(grams))


def points_of(task: Task, picks: tuple[Pick, ...]) -> Points:
    """The plan's points by the criteria of the rule, in their order."""
    parcels = parcels_of(task, picks)
    return tuple(_POINTS[criterion.by](task, parcels) for criterion in task.rule.criteria)


def total(rule: Rule, points: Points) -> Points:
    """What plans are compared by: the points as they are, or one sum of them by weight."""
    if rule.scoring is Scoring.LEXICOGRAPHIC:
        return points
    return (sum(criterion.weight * point for criterion, point in zip(rule.criteria, points, strict=True)),)


def _distance(_task: Task, parcels: tuple[Parcel, ...]) -> int:
    return sum(parcel.option.near.meters for parcel in parcels)


def _priority(_task: Task, parcels: tuple[Parcel, ...]) -> int:
    return sum(parcel.option.terms.priority for parcel in parcels)


def _cost(task: Task, parcels: tuple[Parcel, ...]) -> int:
    return sum(
        parcel.option.terms.handling + task.tariff.price(parcel.grams, domestic=_is_domestic(task, parcel))
        for parcel in parcels
    )


def _splits(_task: Task, parcels: tuple[Parcel, ...]) -> int:
    return max(0, len(parcels) - 1)


def _capacity(_task: Task, parcels: tuple[Parcel, ...]) -> int:
    capacities = ((parcel.option.load + 1, parcel.option.terms.capacity_a_day) for parcel in parcels)
    return sum(load * THOUSAND // capacity for load, capacity in capacities if capacity)


def _balance(_task: Task, parcels: tuple[Parcel, ...]) -> int:
    return sum(units * THOUSAND // parcel.option.free[sku] for parcel in parcels for sku, units in parcel.taken.items())


def _ship_by(task: Task, parcels: tuple[Parcel, ...]) -> int:
    return sum(_days_late(task, parcel) for parcel in parcels)


def _days_late(task: Task, parcel: Parcel) -> int:
    if task.arrives is not None:
        promised = task.arrives(parcel.option.near)
        return UNRATED if promised is None else max(0, (promised - task.deliver_on).days)
    transit = task.tariff.transit_days(domestic=_is_domestic(task, parcel))
    if transit == UNRATED:
        return UNRATED
    arrives = add_working_days(task.day, parcel.option.terms.handling_days + transit)
    return max(0, (arrives - task.deliver_on).days)


def _is_domestic(task: Task, parcel: Parcel) -> bool:
    return parcel.option.near.country == task.country


_POINTS: Mapping[By, Callable[[Task, tuple[Parcel, ...]], int]] = {
    By.DISTANCE: _distance,
    By.PRIORITY: _priority,
    By.COST: _cost,
    By.SPLITS: _splits,
    By.CAPACITY: _capacity,
    By.BALANCE: _balance,
    By.SHIP_BY: _ship_by,
}
