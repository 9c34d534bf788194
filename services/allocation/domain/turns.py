"""Who waits for stock under a policy: orders by their turns, each planned once a decision, by the rule that is for it.

An order takes the lines of which no earlier order still waits for the sku. A line is served whole; an order of a rule
that queues is served whole. Whoever is not served holds up those behind.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.kits import KitLines
from schemas.light import light
from schemas.policies import Rule, Unfilled
from schemas.reference import TimeReached
from schemas.stock import DemandLine
from services.allocation.domain.draft import Draft
from services.allocation.domain.pools import FIRST_POOL
from services.allocation.domain.promises import promise
from services.allocation.domain.rows import QUEUE, Waiting, queue_range, queued_sku, turn_key, turn_of
from services.allocation.domain.ruling import Decision, RuledStock, decide, explained, rule_for
from services.allocation.domain.safety import sellable, with_kept_back
from services.allocation.domain.sourcing import Free, SiteMap, units_by_sku
from services.allocation.domain.stock import Stock, StockEvent
from services.allocation.domain.together import goods_of, kits_of

_demand = light(DemandLine)
_AFTER_DIGITS = ":"
Turn = tuple[tuple[int, int], str]  # an order's turn and its id


@dataclass(slots=True)
class _Round:
    """One decision over the queues: working state that lives as long as it."""

    stock: RuledStock
    draft: Draft
    trigger: str
    shrunk: Mapping[str, int]
    queues: dict[str, Iterator[Turn]]
    heads: dict[str, Turn] = field(default_factory=dict)
    loads: dict[str, int] = field(default_factory=dict)
    served: set[tuple[str, str]] = field(default_factory=set)  # order and sku
    passed: set[tuple[str, str]] = field(default_factory=set)  # kept from it by its channel's safety stock


def serve_by_turns(
    stock: RuledStock, draft: Draft, skus: Iterable[str], trigger: str, shrunk: Mapping[str, int]
) -> None:
    """Promise what the queues of `skus` can now have; `shrunk` are turns that this decision left with fewer units."""
    queues = {sku: _turns(stock, sku, shrunk, draft.sourced_anew) for sku in dict.fromkeys(skus)}
    one = _Round(stock, draft, trigger, shrunk, queues, loads=dict(stock.loads))
    for sku in queues:
        _advance(one, sku)
    while one.heads:
        turn = min(one.heads.values())
        mine = [sku for sku, head in one.heads.items() if head == turn]
        _serve(one, turn, mine)
        for sku in mine:
            if (turn[1], sku) in one.served or (turn[1], sku) in one.passed:
                _advance(one, sku)
            else:
                del one.heads[sku]


def begin_day(stock: RuledStock) -> tuple[StockEvent, ...]:
    """With the day's first tick sites have their capacity again: whoever waits for that is served."""
    capacities = any(terms.capacity_a_day for terms in stock.policy.sites.values())
    if not capacities or stock.day == stock.counted:
        return ()
    draft = Draft(stock, FIRST_POOL)
    serve_by_turns(stock, draft, list(waited_for(stock)), f"{TimeReached.type}/{stock.day}", {})
    return tuple(draft.events)


def waited_for(stock: Stock) -> Iterator[str]:
    """Every sku with a queue."""
    start = ""
    while (first := next(stock.rows.scan(QUEUE, start, _AFTER_DIGITS), None)) is not None:
        sku = queued_sku(first[0])
        yield sku
        start = queue_range(sku)[1]


def _turns(stock: RuledStock, sku: str, shrunk: Mapping[str, int], anew: str = "") -> Iterator[Turn]:
    """The orders that wait for a sku, each once; not the one that is sourced `anew`."""
    last = ""
    for key, queued in stock.queue(sku):
        if queued.order_id not in (last, anew) and shrunk.get(key, queued.quantity):
            last = queued.order_id
            yield turn_of(waiting_of(stock, last)), last


def waiting_of(stock: Stock, order_id: str) -> Waiting:
    """What an order waits for whose turn stands in a queue."""
    waiting = stock.waiting(order_id)
    if waiting is None:
        raise LookupError(f"order {order_id} is in a queue and waits for nothing: the rows are not their events")
    return waiting


def _advance(one: _Round, sku: str) -> None:
    head = next((turn for turn in one.queues[sku] if (turn[1], sku) not in one.served), None)
    if head is None:
        one.heads.pop(sku, None)
    else:
        one.heads[sku] = head


def _serve(one: _Round, turn: Turn, skus: Iterable[str]) -> None:
    waiting = waiting_of(one.stock, turn[1])
    rule = rule_for(one.stock.policy, waiting)
    standing = _standing(one, waiting)
    if rule.unfilled is Unfilled.QUEUE:  # all or nothing, and behind nobody in any queue
        demands = standing if all(_is_first(one, line.sku, turn) for line in standing) else []
    else:
        demands = _demands(one, standing, kits_of(waiting.terms), turn, set(skus))
    if not demands:
        return
    ids = one.stock.reference.derived("sites", SiteMap).ids
    there = {demand.sku: {site: one.draft.sellable(demand.sku, site) for site in ids} for demand in demands}
    free = sellable(one.stock, waiting.terms, there)
    decision = decide(one.stock, waiting, demands, free, rule=whole_lines(rule), loads=one.loads)
    if decision.picks:
        explanation = explained(one.stock, decision, free, one.trigger)
        explanation = with_kept_back(one.stock, explanation, there, free)
        promise(
            one.stock,
            one.draft,
            waiting,
            order_id=turn[1],
            picks=decision.picks,
            sites=decision.nears,
            explanation=explanation,
        )
        _note(one, turn[1], standing, decision)
        if kits_of(waiting.terms):
            _look_behind(one, turn[1], demands)
    _pass_by(one, turn[1], demands, there, free)


def _pass_by(one: _Round, order_id: str, demands: Iterable[DemandLine], there: Free, free: Free) -> None:
    """Only its channel's safety stock is in the way of an order: it holds up nobody behind it."""
    if there is free:
        return
    for sku, units in units_by_sku(demands).items():
        if sum(free[sku].values()) < units <= sum(there[sku].values()):
            one.passed.add((order_id, sku))


def _look_behind(one: _Round, order_id: str, demands: Iterable[DemandLine]) -> None:
    """Whoever is behind a kit in the queue of another sku may come forward."""
    for sku in dict.fromkeys(demand.sku for demand in demands if demand.sku not in one.queues):
        if (order_id, sku) in one.served:
            one.queues[sku] = _turns(one.stock, sku, one.shrunk, one.draft.sourced_anew)
            _advance(one, sku)


def whole_lines(rule: Rule) -> Rule:
    """The rule for an order that has waited: no line is sent in parts."""
    return rule if rule.unfilled is Unfilled.QUEUE else rule.model_copy(update={"unfilled": Unfilled.BACKORDER})


def _standing(one: _Round, waiting: Waiting) -> list[DemandLine]:
    """All that it waits for."""
    units = (
        (line, one.shrunk.get(turn_key(waiting, line), line.quantity)) for line in waiting.lines if not line.lapsed
    )
    return [_demand(line_id=line.line_id, sku=line.sku, quantity=left) for line, left in units if left]


def _demands(
    one: _Round, standing: Sequence[DemandLine], kits: Sequence[KitLines], turn: Turn, skus: set[str]
) -> list[DemandLine]:
    """The lines it may have now: those of these skus, and kits of which it is the first for every component."""
    if not kits:
        return [line for line in standing if line.sku in skus]
    found = []
    for goods in goods_of(standing, kits):
        lines = [line for line, _ in goods.lines]
        if any(line.sku in skus for line in lines) and all(
            line.sku in skus or _is_first(one, line.sku, turn) for line in lines
        ):
            found += lines
    return found


def _is_first(one: _Round, sku: str, turn: Turn) -> bool:
    """Whether whoever came earlier for this sku has been served in this decision."""
    for earlier in _turns(one.stock, sku, one.shrunk):
        if earlier == turn:
            return True
        if (earlier[1], sku) not in one.served | one.passed:
            return False
    return True


def _note(one: _Round, order_id: str, demands: Iterable[DemandLine], decision: Decision) -> None:
    """Skus of which the order got all it asked for, and one more shipment at each of its sites."""
    got: dict[str, int] = {}
    for pick in decision.picks:
        got[pick.demand.line_id] = got.get(pick.demand.line_id, 0) + pick.quantity
    short = {demand.sku for demand in demands if got.get(demand.line_id, 0) < demand.quantity}
    one.served |= {(order_id, demand.sku) for demand in demands if demand.sku not in short}
    for site in {pick.site for pick in decision.picks}:
        one.loads[site] = one.loads.get(site, 0) + 1
