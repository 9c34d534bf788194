"""The best choice of one plan at most for each of several orders that share the same shelves, by HiGHS.

Units come first, then the plans' scores, a component after the other, each kept at its best for those that follow.
"""

from collections.abc import Mapping, Sequence
from math import floor, isfinite
from typing import Any, NamedTuple

from services.allocation.domain.search import Plan

NODES = 2_000  # never a limit of time: the same wave is decided alike on any machine
_TOLERANCE, _NEARLY = 0.5, 1e-6  # between whole numbers, and below the next
Shelf = tuple[str, str]  # site and sku


class Column(NamedTuple):
    """A plan that an order could have."""

    order_id: str
    plan: Plan

    def takes(self) -> Mapping[Shelf, int]:
        """Units by shelf."""
        taken: dict[Shelf, int] = {}
        for demand, site, units in self.plan.picks:
            taken[site, demand.sku] = taken.get((site, demand.sku), 0) + units
        return taken

    def units(self) -> int:
        """All that it sends."""
        return sum(pick.quantity for pick in self.plan.picks)


class GivenUp(NamedTuple):
    """The search came to its limit of nodes; `most` units at most could be sent by all together, if that is known."""

    nodes: int
    most: int | None = None


def choose(
    columns: Sequence[Column], shelves: Mapping[Shelf, int], capacities: Mapping[str, int], *, nodes: int = NODES
) -> list[Column] | GivenUp:
    """The chosen plans, in the order of `columns`, unless `nodes` were not enough to be sure."""
    limits = _limits(columns, shelves, capacities)
    depth = max((len(column.plan.rank[1]) for column in columns), default=0)
    goals = [[-column.units() for column in columns]]
    goals += [[_component(column, at) for column in columns] for at in range(depth)]
    picked: list[int] = []
    for goal in goals:
        found = _least(goal, limits, nodes)
        if found.picked is None:
            return GivenUp(nodes, _units(columns, picked) if picked else found.most)
        picked = found.picked
        limits.append((goal, sum(points * take for points, take in zip(goal, picked, strict=True))))
    chosen = [column for column, take in zip(columns, picked, strict=True) if take]
    return chosen if _fits(picked, limits) else GivenUp(nodes)


def _units(columns: Sequence[Column], picked: Sequence[int]) -> int:
    return sum(column.units() * take for column, take in zip(columns, picked, strict=True))


Limit = tuple[list[int], int]  # a row of coefficients, and what it may come to


def _component(column: Column, at: int) -> int:
    score = column.plan.rank[1]
    return score[at] if at < len(score) else 0


def _limits(columns: Sequence[Column], shelves: Mapping[Shelf, int], capacities: Mapping[str, int]) -> list[Limit]:
    takes = [column.takes() for column in columns]
    orders = dict.fromkeys(column.order_id for column in columns)
    rows: list[Limit] = [([int(column.order_id == order) for column in columns], 1) for order in orders]
    rows += [([taken.get(shelf, 0) for taken in takes], free) for shelf, free in shelves.items()]
    sites = [{site for site, _ in taken} for taken in takes]
    rows += [([int(site in used) for used in sites], most) for site, most in capacities.items()]
    return rows


class _Found(NamedTuple):
    """Which columns to take; None where the solver was not sure, and then what they could come to at most."""

    picked: list[int] | None
    most: int | None = None


def _least(goal: list[int], limits: list[Limit], nodes: int) -> _Found:
    """Which columns to take for the least of `goal`."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415  # most keepers never see a wave

    rows, most = [row for row, _ in limits], [limit for _, limit in limits]
    result: Any = milp(
        goal,
        integrality=[1] * len(goal),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(rows, ub=most),
        options={"node_limit": nodes, "mip_rel_gap": 0},
    )
    if result.status == 0:
        return _Found([int(value > _TOLERANCE) for value in result.x])
    bound = result.mip_dual_bound
    return _Found(None, floor(_NEARLY - bound) if bound is not None and isfinite(bound) else None)


def _fits(picked: list[int], limits: list[Limit]) -> bool:
    """In whole numbers: a solver's are not."""
    return all(sum(one * take for one, take in zip(row, picked, strict=True)) <= most for row, most in limits)
