"""The best plan of an order: every plan is compared where few sites can serve, else greed and then improvement.

Plans are compared by units unfilled, then by the rule's score, then by the ids of their sites: no two are equal.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, permutations
from typing import NamedTuple

from schemas.policies import Unfilled
from services.allocation.domain.criteria import Points, points_of, total
from services.allocation.domain.plans import Task, fill, is_allowed, shelves_of
from services.allocation.domain.sourcing import Pick

EXACT_SITES = 4  # 64 plans; five sites have 325
EXACT, GREEDY = "exact", "greedy"
_NOBODY: tuple[str, ...] = ()
_RELAXED: dict[str, object] = {"unfilled": Unfilled.PART_SHIP, "min_shipment_value": None}

Rank = tuple[int, Points, tuple[str, ...], tuple[str, ...]]


class Plan(NamedTuple):
    """Sorts best first, and equal plans do not exist: `rank` is (unfilled, score, sites, sites in their order)."""

    rank: Rank
    points: Points
    picks: tuple[Pick, ...]

    @property
    def sites(self) -> tuple[str, ...]:
        """Those that were named, in their order."""
        return self.rank[3]


class Found(NamedTuple):
    """The best plan, how it was found, and among how many; and what each site that has any of it could send alone."""

    plan: Plan
    method: str
    compared: int
    alone: tuple[Plan, ...]


class _Looked:
    """Plans that were looked at, and those that were made: once for all orders of sites that give the same."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.plans: dict[tuple[str, ...], Plan] = {}
        self._units, self._shelves = task.units, shelves_of(task)
        self._made: dict[tuple[object, ...], Plan] = {}
        self._relaxed: _Looked | None = None

    def relaxed(self) -> "_Looked":
        """The same under a rule that lets go whatever can be sent: itself, where the rule does."""
        rule = self.task.rule
        if rule.unfilled is Unfilled.PART_SHIP and rule.min_shipment_value is None:
            return self
        if self._relaxed is None:
            self._relaxed = _Looked(self.task._replace(rule=rule.model_copy(update=_RELAXED)))
        return self._relaxed

    def at(self, sites: tuple[str, ...]) -> Plan:
        found = self.plans.get(sites)
        if found is None:
            found = self.plans[sites] = self._at(sites)
        return found

    def _at(self, sites: tuple[str, ...]) -> Plan:
        gives = tuple(shelf.gives(sites) for shelf in self._shelves)
        made = self._made.get(gives)
        if made is None:
            made = self._made[gives] = _plan(self.task, sites, self._units)
        if not made.sites:  # nobody, or not allowed
            return made
        unfilled, score, used, _ = made.rank
        return Plan((unfilled, score, used, sites), made.points, made.picks)


def search(task: Task) -> Found:
    """The best plan; one without picks where nothing can be sent."""
    looked, able = _Looked(task), able_sites(task)
    best, method = _explore(looked, able)
    compared = len(looked.plans)
    return Found(best, method, compared, tuple([looked.relaxed().at((site,)) for site in able]))


def plans(task: Task) -> list[Plan]:
    """All that a search looks at, best first, of those with the same picks one."""
    looked = _Looked(task)
    _explore(looked, able_sites(task))
    best: dict[tuple[Pick, ...], Plan] = {}
    for plan in sorted(looked.plans.values(), key=_rank):
        best.setdefault(plan.picks, plan)
    return list(best.values())


def _explore(looked: _Looked, able: tuple[str, ...]) -> tuple[Plan, str]:
    if len(able) <= EXACT_SITES:
        return min(map(looked.at, _orders(able, looked.task.most_sites)), key=_rank), EXACT
    return _improve(looked, _start(looked, able), able), GREEDY


def greedy(task: Task) -> Plan:
    """What adding the best next site gives, as long as it helps."""
    return _start(_Looked(task), able_sites(task))


def able_sites(task: Task) -> tuple[str, ...]:
    """Sites that have any of it, by id."""
    skus = {line.demand.sku for line in task.wanted}
    return tuple(site for site in sorted(task.options) if any(task.options[site].free.get(sku, 0) > 0 for sku in skus))


def _plan(task: Task, sites: tuple[str, ...], units: int) -> Plan:
    picks = fill(task, sites)
    if not is_allowed(task, picks):
        picks, sites = (), _NOBODY
    points = points_of(task, picks)
    unfilled = units - sum([pick.quantity for pick in picks])
    used = tuple(sorted({pick.site for pick in picks}))
    return Plan((unfilled, total(task.rule, points), used, sites), points, picks)


def _rank(plan: Plan) -> Rank:
    return plan.rank


def _orders(sites: Sequence[str], most: int) -> Iterator[tuple[str, ...]]:
    yield _NOBODY
    for count in range(1, most + 1):
        for chosen in combinations(sites, count):
            yield from permutations(chosen)


def _start(looked: _Looked, able: Sequence[str]) -> Plan:
    """Greed looks a site ahead, and a rule that wants all or nothing may hide what leads to all: it is also relaxed."""
    found, relaxed = _greedy(looked, able), looked.relaxed()
    return found if relaxed is looked else min(found, looked.at(_greedy(relaxed, able).sites), key=_rank)


def _greedy(looked: _Looked, able: Sequence[str]) -> Plan:
    best = looked.at(_NOBODY)
    while len(best.sites) < looked.task.most_sites:
        following = _best(looked, ((*best.sites, site) for site in able if site not in best.sites))
        if following is None or following.rank >= best.rank:
            break
        best = following
    return best


def _improve(looked: _Looked, plan: Plan, able: Sequence[str]) -> Plan:
    """The best neighbor again and again, as long as it is better: ranks fall, so it ends."""
    while True:
        better = _best(looked, _neighbors(plan.sites, able, looked.task.most_sites))
        if better is None or better.rank >= plan.rank:
            return plan
        plan = better


def _neighbors(sites: tuple[str, ...], able: Sequence[str], most: int) -> Iterator[tuple[str, ...]]:
    """One site less, one more, one in place of another, or two that change places."""
    others = [site for site in able if site not in sites]
    for at in range(len(sites)):
        yield (*sites[:at], *sites[at + 1 :])
        yield from ((*sites[:at], other, *sites[at + 1 :]) for other in others)
        for later in range(at + 1, len(sites)):
            yield (*sites[:at], sites[later], *sites[at + 1 : later], sites[at], *sites[later + 1 :])
    if len(sites) < most:
        yield from ((*sites, other) for other in others)


def _best(looked: _Looked, plans: Iterable[tuple[str, ...]]) -> Plan | None:
    return min(map(looked.at, plans), key=_rank, default=None)
