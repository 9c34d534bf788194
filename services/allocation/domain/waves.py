"""A wave: listed orders that wait are decided on together, so that scarce goods go where they fill most.

Every order brings plans for all its lines, and for fewer where its rule allows; each gets one of them or none. What
deciding one after another would have chosen is among them, so that together is never worse.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

from schemas.light import light
from schemas.policies import Unfilled
from schemas.stock import DemandLine
from schemas.waves import DecideWave, WaveDecided, WaveMethod
from services.allocation.domain import rows as kinds
from services.allocation.domain.draft import Draft
from services.allocation.domain.joint import NODES, Column, GivenUp, Shelf, choose
from services.allocation.domain.promises import promise
from services.allocation.domain.rows import Waiting, wave_key
from services.allocation.domain.ruling import Decision, RuledStock, decide, explained, rule_for
from services.allocation.domain.safety import sellable, with_kept_back
from services.allocation.domain.search import Found, Plan, plans
from services.allocation.domain.sourcing import Free, SiteMap
from services.allocation.domain.stock import Stock, StockEvent
from services.allocation.domain.together import splits_kits
from services.allocation.domain.turns import whole_lines

PLANS_AN_ORDER, LINES_APART = 24, 4
_demand, _decided = light(DemandLine), light(WaveDecided)


class _Asked(NamedTuple):
    """An order of the wave, decided on as if it were alone; of what is `there`, `free` is what it may have."""

    order_id: str
    waiting: Waiting
    alone: Decision
    there: Free
    free: Free


def decide_wave(stock: Stock, command: DecideWave) -> tuple[StockEvent, ...]:
    """The promises of the wave and how they came about; nothing for a wave that was decided."""
    if stock.rows.get(kinds.SEEN, wave_key(command.wave_id)):
        return ()
    if not isinstance(stock, RuledStock):
        return (_said(command, WaveMethod.REFUSED, (), "no policy is active: activate one, and send another wave"),)
    asked = list(_asked(stock, command))
    one_by_one = list(_sequential(stock, asked))
    columns = [*one_by_one, *(column for one in asked for column in _columns(one))]
    nodes = command.nodes or NODES
    chosen = choose(columns, _shelves(asked), _capacities(stock), nodes=nodes) if columns else []
    method = WaveMethod.SEQUENTIAL if isinstance(chosen, GivenUp) else WaveMethod.JOINT
    draft = Draft(stock, command.pool)
    picked = {column.order_id: column for column in (one_by_one if isinstance(chosen, GivenUp) else chosen)}
    for one in asked:
        if one.order_id in picked:
            found = Found(picked[one.order_id].plan, str(method), len(columns), one.alone.found.alone)
            _promise(stock, draft, one, found, command)
    reason = _given_up(chosen, one_by_one) if isinstance(chosen, GivenUp) else ""
    draft.say(_said(command, method, tuple(one.order_id for one in asked if one.order_id in picked), reason))
    return tuple(draft.events)


def in_turn(stock: RuledStock, command: DecideWave) -> dict[str, Plan]:
    """What each order would get that gets something, if they were decided on one after another as they are listed."""
    return {column.order_id: column.plan for column in _sequential(stock, list(_asked(stock, command)))}


def _asked(stock: RuledStock, command: DecideWave) -> Iterator[_Asked]:
    ids = stock.reference.derived("sites", SiteMap).ids
    for order_id in dict.fromkeys(command.order_ids):
        waiting = stock.waiting(order_id)
        lines = [one for one in waiting.lines if not one.lapsed] if waiting else []
        if waiting is not None and lines:
            demands = [_demand(line_id=one.line_id, sku=one.sku, quantity=one.quantity) for one in lines]
            there = {one.sku: {site: stock.spread(one.sku).free.get(site, 0) for site in ids} for one in demands}
            free = sellable(stock, waiting.terms, there)
            yield _Asked(order_id, waiting, _alone(stock, waiting, demands, free, stock.loads), there, free)


def _alone(
    stock: RuledStock, waiting: Waiting, demands: Iterable[DemandLine], free: Free, loads: Mapping[str, int]
) -> Decision:
    rule = whole_lines(rule_for(stock.policy, waiting))
    return decide(stock, waiting, demands, free, rule=rule, loads=loads)


def _sequential(stock: RuledStock, asked: Iterable[_Asked]) -> Iterator[Column]:
    """What each order would get after those before it."""
    gone: dict[Shelf, int] = {}
    loads = dict(stock.loads)
    for one in asked:
        demands = [line.demand for line in one.alone.task.wanted]
        free = {
            sku: {site: max(0, units - gone.get((site, sku), 0)) for site, units in of.items()}
            for sku, of in one.free.items()
        }
        column = Column(one.order_id, _alone(stock, one.waiting, demands, free, loads).found.plan)
        if column.plan.picks:
            yield column
        for shelf, units in column.takes().items():
            gone[shelf] = gone.get(shelf, 0) + units
        for site in column.plan.rank[2]:
            loads[site] = loads.get(site, 0) + 1


def _columns(one: _Asked) -> Iterator[Column]:
    """Its best plans for all of its lines, and for some of them."""
    task = one.alone.task
    demands = [line.demand for line in task.wanted]
    for count in _counts(len(task.wanted), whole=task.rule.unfilled is Unfilled.QUEUE):
        for lines in combinations(task.wanted, count):
            if task.kits and splits_kits({line.demand.line_id for line in lines}, demands, task.kits):
                continue
            found = plans(task._replace(wanted=lines))[:PLANS_AN_ORDER]
            yield from (Column(one.order_id, plan) for plan in found if plan.picks)


def _counts(lines: int, *, whole: bool) -> Iterable[int]:
    """Of how many lines plans are made; where there are many, of all and of single ones."""
    if whole:
        return (lines,)
    return range(lines, 0, -1) if lines <= LINES_APART else (lines, 1)


def _shelves(asked: Iterable[_Asked]) -> dict[Shelf, int]:
    """What the wave may take: where rules keep back more or less, the least of it."""
    found: dict[Shelf, int] = {}
    for one in asked:
        for site, option in one.alone.task.options.items():
            for sku, units in option.free.items():
                found[site, sku] = min(units, found.get((site, sku), units))
    return found


def _capacities(stock: RuledStock) -> dict[str, int]:
    terms = stock.policy.sites.items()
    return {
        site: max(0, one.capacity_a_day - stock.loads.get(site, 0))
        for site, one in terms
        if one.capacity_a_day is not None
    }


def _promise(stock: RuledStock, draft: Draft, one: _Asked, found: Found, command: DecideWave) -> None:
    decision = one.alone._replace(found=found)
    trigger = f"{command.type}/{command.natural_key()}"
    explanation = with_kept_back(stock, explained(stock, decision, one.free, trigger), one.there, one.free)
    promise(
        stock,
        draft,
        one.waiting,
        order_id=one.order_id,
        picks=decision.picks,
        sites=decision.nears,
        explanation=explanation,
    )


def _given_up(given: GivenUp, in_turn: Iterable[Column]) -> str:
    """What may be lost by it."""
    said = f"the search for the best was given up at its limit of nodes, {given.nodes}"
    units = sum(column.units() for column in in_turn)
    if given.most is None:
        return f"{said}: {units} units in turn, and nobody knows how many could be together"
    if given.most <= units:
        return f"{said}: {units} units in turn, as many as can be, perhaps not with the best scores"
    return f"{said}: {units} units in turn, where {given.most} at most could be together"


def _said(command: DecideWave, method: WaveMethod, promised: tuple[str, ...], reason: str) -> WaveDecided:
    left = tuple(order for order in dict.fromkeys(command.order_ids) if order not in promised)
    return _decided(
        pool=command.pool, wave_id=command.wave_id, method=method, promised=promised, left=left, reason=reason
    )


def fold_wave(stock: Stock, event: WaveDecided) -> None:
    """The wave was decided on."""
    stock.rows.put(kinds.SEEN, wave_key(event.wave_id), kinds.SEEN_MARK)
