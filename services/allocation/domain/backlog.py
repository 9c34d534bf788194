"""Who waits for stock: a queue for each sku, by priority and then first come first served.

A line is served when its whole missing quantity can be taken, from the nearest site that has it or from several; the
first that cannot be served holds up those behind it. What one command makes possible for an order is one promise.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count

from schemas.light import light, replace
from schemas.stock import Allocated, Backordered, BackorderReleased, DemandLine
from services.allocation.domain import rows as kinds
from services.allocation.domain.promises import fold_withdrawn, promise
from services.allocation.domain.rows import Order, Queued, Waiting, WaitingLine, site_key, turn_key, turn_of
from services.allocation.domain.ruling import RuledStock
from services.allocation.domain.safety import channel_of, safety_of, with_kept_back
from services.allocation.domain.sourcing import NearSite, Pick, SiteMap, explain, take
from services.allocation.domain.stock import Draft, Stock
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


def serve(
    stock: Stock, draft: Draft, skus: Iterable[str], trigger: str, shrunk: Mapping[str, int] = NOTHING_SHRUNK
) -> None:
    """Promise what the queues of `skus` can now have; `shrunk` are turns that this decision left with fewer units.

    The order that this decision sources anew is passed over: its turns are as they were before.
    """
    if isinstance(stock, RuledStock):
        serve_by_turns(stock, draft, skus, trigger, shrunk)
        return
    servings: dict[str, _Serving] = {}
    for sku in dict.fromkeys(skus):
        _serve_sku(stock, draft, sku, shrunk, servings)
    for one in sorted(servings.values(), key=lambda serving: turn_of(serving.waiting)):
        explanation = explain(stock, one.demands, sites=one.sites, free=one.free, picks=one.picks, trigger=trigger)
        if safety_of(stock) is not None:
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


def _serve_sku(stock: Stock, draft: Draft, sku: str, shrunk: Mapping[str, int], servings: dict[str, _Serving]) -> None:
    left: dict[str, int] = {}
    for key, queued in stock.queue(sku):
        if queued.order_id == draft.sourced_anew:
            continue
        left = left or {site: draft.free(sku, site) for site in stock.reference.derived("sites", SiteMap).ids}
        quantity = shrunk.get(key, queued.quantity)
        mine = _its_own(stock, queued.order_id, sku, left)
        if quantity > sum(mine.values()):
            if quantity > sum(left.values()):
                return
            continue  # only its channel's safety stock is in its way, which is nobody else's
        if quantity:
            serving = _serving(stock, queued.order_id, servings)
            demand = _demand(line_id=queued.line_id, sku=sku, quantity=quantity)
            serving.demands.append(demand)
            serving.there.setdefault(sku, dict(left))
            serving.free.setdefault(sku, dict(mine))
            picks = take(demand, serving.sites, mine)
            serving.picks += picks
            for pick in picks:
                left[pick.site] -= pick.quantity


def _its_own(stock: Stock, order_id: str, sku: str, left: Mapping[str, int]) -> dict[str, int]:
    """Of what is left of a sku by site, what an order may have."""
    safety = safety_of(stock)
    if safety is None:
        return dict(left)
    return safety.left(sku, channel_of(waiting_of(stock, order_id).terms), left)


def _serving(stock: Stock, order_id: str, servings: dict[str, _Serving]) -> _Serving:
    serving = servings.get(order_id)
    if serving is None:
        waiting = waiting_of(stock, order_id)
        near = stock.reference.derived("sites", SiteMap).nearest(waiting.destination.coordinates)
        serving = servings[order_id] = _Serving(order_id, waiting, near)
    return serving


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
