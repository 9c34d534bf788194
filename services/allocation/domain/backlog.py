"""Who waits for stock: a queue for each sku, by priority and then first come first served.

A line is served when its whole missing quantity can be taken, from the nearest site that has it or from several; the
first that cannot be served holds up those behind it. What one command makes possible for an order is one promise.
A kit is served when it can be taken whole and has come first in the queues of all its components.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from schemas.backorders import Backordered, BackorderReleased
from schemas.light import light, replace
from schemas.stock import Allocated, DemandLine
from services.allocation.domain import rows as kinds
from services.allocation.domain.draft import Draft
from services.allocation.domain.promises import fold_withdrawn, promise
from services.allocation.domain.rows import Order, Queued, Waiting, WaitingLine, site_key, turn_key, turn_of
from services.allocation.domain.ruling import RuledStock
from services.allocation.domain.safety import channel_of, safety_of, with_kept_back
from services.allocation.domain.sourcing import NearSite, Pick, SiteMap, explain
from services.allocation.domain.stock import Stock
from services.allocation.domain.together import Left, give, goods_of, kit_lines, kits_of, with_kits
from services.allocation.domain.turns import serve_by_turns, waiting_of

NOTHING_SHRUNK: Mapping[str, int] = {}
_waits, _line, _demand = light(Waiting), light(WaitingLine), light(DemandLine)


@dataclass(slots=True)
class _Serving:
    """What one order gets in this decision; of what each of its skus had `there` before it took any, `free` is its."""

    order_id: str
    waiting: Waiting
    sites: tuple[NearSite, ...]
    demands: list[DemandLine] = field(default_factory=list)
    there: dict[str, dict[str, int]] = field(default_factory=dict)
    free: dict[str, dict[str, int]] = field(default_factory=dict)
    picks: list[Pick] = field(default_factory=list)

    def take(self, demands: Iterable[DemandLine], there: Left, mine: Left, picks: Iterable[Pick]) -> None:
        """These lines are served; of a sku that the order had before, what was there then stands."""
        self.demands += demands
        self.there = there | self.there
        self.free = mine | self.free
        self.picks += picks


@dataclass(slots=True)
class _Round:
    """One decision over the queues: `skus` still to look at, what it has `left` of each; `settled` turns are over."""

    stock: Stock
    draft: Draft
    shrunk: Mapping[str, int]
    skus: dict[str, None]
    left: dict[str, dict[str, int]] = field(default_factory=dict)
    settled: set[tuple[str, str]] = field(default_factory=set)  # order and line
    servings: dict[str, _Serving] = field(default_factory=dict)

    def left_of(self, sku: str) -> dict[str, int]:
        """Free units by site, less what this decision has given."""
        if sku not in self.left:
            ids = self.stock.reference.derived("sites", SiteMap).ids
            self.left[sku] = {site: self.draft.sellable(sku, site) for site in ids}
        return self.left[sku]

    def note(self, order_id: str, demands: Sequence[DemandLine], picks: Iterable[Pick]) -> None:
        """These lines are served; whoever is behind a kit in the queue of another sku may come forward."""
        self.settled |= {(order_id, demand.line_id) for demand in demands}
        for pick in picks:
            self.left_of(pick.demand.sku)[pick.site] -= pick.quantity
        if len(demands) > 1:
            self.skus |= {demand.sku: None for demand in demands}


def serve(
    stock: Stock, draft: Draft, skus: Iterable[str], trigger: str, shrunk: Mapping[str, int] = NOTHING_SHRUNK
) -> None:
    """Promise what the queues of `skus` can now have; `shrunk` are turns that this decision left with fewer units.

    The order that this decision sources anew is passed over: its turns are as they were before.
    """
    if isinstance(stock, RuledStock):
        serve_by_turns(stock, draft, skus, trigger, shrunk)
        return
    one_round = _Round(stock, draft, shrunk, dict.fromkeys(skus))
    while one_round.skus:
        sku = next(iter(one_round.skus))
        del one_round.skus[sku]
        _serve_sku(one_round, sku)
    for one in sorted(one_round.servings.values(), key=lambda serving: turn_of(serving.waiting)):
        explanation = explain(stock, one.demands, sites=one.sites, free=one.free, picks=one.picks, trigger=trigger)
        explanation = with_kits(explanation, one.demands, kits_of(one.waiting.terms), one.free)
        if safety_of(stock) is not None or stock.shelf_life is not None:
            explanation = with_kept_back(stock, explanation, one.there, one.free)
        promise(
            stock,
            draft,
            one.waiting,
            order_id=one.order_id,
            picks=one.picks,
            sites=one.sites,
            explanation=explanation,
        )


def _serve_sku(one: _Round, sku: str) -> None:
    for key, queued in one.stock.queue(sku):
        if queued.order_id == one.draft.sourced_anew:
            continue
        quantity = one.shrunk.get(key, queued.quantity)
        if not quantity or (queued.order_id, queued.line_id) in one.settled:
            continue
        line = _demand(line_id=queued.line_id, sku=sku, quantity=quantity)
        demands = _with_its_kit(one, queued.order_id, line)
        goods = goods_of(demands, kits_of(waiting_of(one.stock, queued.order_id).terms))[0]
        if len(demands) > 1 and not all(_is_first(one, queued.order_id, each) for each in demands):
            return
        there = {each.sku: dict(one.left_of(each.sku)) for each in demands}
        mine = {name: _its_own(one.stock, queued.order_id, name, left) for name, left in there.items()}
        serving = one.servings.get(queued.order_id) or _serving(one.stock, queued.order_id)
        picks = give(goods, serving.sites, {name: dict(left) for name, left in mine.items()}, whole=True)
        if not picks:
            if sum(goods.at(there, near.site) for near in serving.sites) < goods.demand.quantity:
                return
            one.settled |= {(queued.order_id, each.line_id) for each in demands}
            continue  # only its channel's safety stock is in its way, which is nobody else's
        one.servings[queued.order_id] = serving
        serving.take(demands, there, mine, picks)
        one.note(queued.order_id, demands, picks)


def _with_its_kit(one: _Round, order_id: str, line: DemandLine) -> tuple[DemandLine, ...]:
    """The line that has its turn, with all lines of its kit."""
    waiting = waiting_of(one.stock, order_id)
    kits = kits_of(waiting.terms)
    if not kits:
        return (line,)
    units = (
        (each, one.shrunk.get(turn_key(waiting, each), each.quantity)) for each in waiting.lines if not each.lapsed
    )
    standing = [_demand(line_id=each.line_id, sku=each.sku, quantity=left) for each, left in units if left]
    return kit_lines(standing, kits, line.line_id)


def _is_first(one: _Round, order_id: str, line: DemandLine) -> bool:
    """Whether whoever came earlier for its sku has been served in this decision."""
    for key, queued in one.stock.queue(line.sku):
        if queued.order_id == order_id:
            return True
        if queued.order_id == one.draft.sourced_anew:
            continue
        if one.shrunk.get(key, queued.quantity) and (queued.order_id, queued.line_id) not in one.settled:
            return False
    return True


def _its_own(stock: Stock, order_id: str, sku: str, left: Mapping[str, int]) -> dict[str, int]:
    """Of what is left of a sku by site, what an order may have."""
    safety = safety_of(stock)
    if safety is None:
        return dict(left)
    return safety.left(sku, channel_of(waiting_of(stock, order_id).terms), left)


def _serving(stock: Stock, order_id: str) -> _Serving:
    waiting = waiting_of(stock, order_id)
    near = stock.reference.derived("sites", SiteMap).nearest(waiting.destination.coordinates)
    return _Serving(order_id, waiting, near)


def fold_backordered(stock: Stock, event: Backordered) -> None:
    """The order is decided on and waits, each line in the queue of its sku."""
    before = stock.waiting(event.order_id)
    lines = _lines(before, event)
    waiting = _waits(
        order_number=event.order_number,
        customer=event.customer,
        destination=event.destination,
        ship_option=event.ship_option,
        deliver_by=event.deliver_by,
        queue_number=event.queue_number,
        lines=lines,
        terms=event.terms,
        holds=event.holds,
        priority=event.priority,
        cancel_on=event.cancel_on,
    )
    order = stock.order(event.order_id)
    stock.rows.put(kinds.ORDERS, event.order_id, order._replace(reserved=True, ahead=()))
    stock.rows.put(kinds.WAITING, event.order_id, waiting)
    if before is None:
        stock.rows.put(kinds.COUNTERS, kinds.QUEUE_NUMBER, event.queue_number)
    else:
        put_lapse(stock, event.order_id, before, stands=False)
    put_lapse(stock, event.order_id, waiting, stands=True)
    for line in lines:
        put_turn(stock, event.order_id, waiting, line, line.quantity)


def _lines(before: Waiting | None, event: Backordered) -> tuple[WaitingLine, ...]:
    """What it waits for now, behind what it waited for already; more units of a line keep its place."""
    kept = {line.line_id: line for line in (before.lines if before else ())}
    places = count(1 + max((line.place for line in kept.values()), default=-1))
    for line in event.lines:
        there = kept.get(line.line_id)
        kept[line.line_id] = (
            _line(line_id=line.line_id, sku=line.sku, quantity=line.quantity, place=next(places))
            if there is None
            else replace(there, quantity=there.quantity + line.quantity)
        )
    return tuple(kept.values())


def fold_served(stock: Stock, event: Allocated) -> None:
    """Lines that were promised after waiting wait no more."""
    served = {line.line_id: 0 for shipment in event.shipments for line in shipment.lines}
    _shrink(stock, event.order_id, served)


def fold_backorder_released(stock: Stock, event: BackorderReleased) -> None:
    """Waiting lines lose the canceled units; the change is accounted for."""
    order = stock.order(event.order_id)
    stock.rows.put(kinds.ORDERS, event.order_id, with_version(order, event.version))
    waiting = stock.waiting(event.order_id)
    released = {line.line_id: line.quantity for line in event.lines}
    lines = waiting.lines if waiting else ()
    left = {line.line_id: line.quantity - released[line.line_id] for line in lines if line.line_id in released}
    _shrink(stock, event.order_id, left)
    fold_withdrawn(stock, event.order_id, event.withdrawn)


def with_version(order: Order, version: int) -> Order:
    """The order with a change accounted for."""
    return order._replace(versions=tuple(sorted({*order.versions, version})))


def _shrink(stock: Stock, order_id: str, left: Mapping[str, int]) -> None:
    """Set what these lines of an order still wait for; with nothing left they leave their queues."""
    waiting = stock.waiting(order_id)
    if waiting is None:
        return
    lines = []
    for line in waiting.lines:
        units = left.get(line.line_id, line.quantity)
        if units:
            lines.append(line if units == line.quantity else replace(line, quantity=units))
        if line.line_id in left and not line.lapsed:
            put_turn(stock, order_id, waiting, line, units)
    rest = replace(waiting, lines=tuple(lines)) if lines else None
    stock.rows.put(kinds.WAITING, order_id, rest)
    if rest is None:
        put_lapse(stock, order_id, waiting, stands=False)
    if rest is None and stock.rows.get(kinds.EXPECTED, order_id) is not None:
        stock.rows.put(kinds.EXPECTED, order_id, None)


def put_turn(stock: Stock, order_id: str, waiting: Waiting, line: WaitingLine, units: int) -> None:
    """A line's turn is for so many units; with none it has no turn."""
    turn = Queued(order_id, line.line_id, units) if units else None
    stock.rows.put(kinds.QUEUE, turn_key(waiting, line), turn)


def put_lapse(stock: Stock, order_id: str, waiting: Waiting, *, stands: bool) -> None:
    """The day on which an order waits no more is remembered while it stands."""
    if waiting.cancel_on:
        stock.rows.put(kinds.LAPSES, site_key(waiting.cancel_on, order_id), order_id if stands else None)
