"""A new order: what sites have is promised at once, the rest waits."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from schemas.backorders import Backordered
from schemas.failures import ResourceUnits
from schemas.light import light
from schemas.sourcing import Explanation
from schemas.stock import DemandLine, ReserveStock
from services.allocation.domain.draft import Draft
from services.allocation.domain.patience import waits_until
from services.allocation.domain.promises import promise
from services.allocation.domain.ruling import RuledStock, decide, explained, rule_for
from services.allocation.domain.safety import sellable, with_kept_back
from services.allocation.domain.sourcing import NearSite, Pick, SiteMap, explain, source
from services.allocation.domain.stock import Stock, StockEvent
from services.allocation.domain.substitution import Sourced, with_substitutes
from services.allocation.domain.together import kits_of, source_together, with_kits

_waits, _line = light(Backordered), light(DemandLine)


def reserve(stock: Stock, command: ReserveStock) -> tuple[StockEvent, ...]:
    """A promise, a backorder or both; nothing for an order that was decided on, or of which nothing is left."""
    order = stock.order(command.order_id)
    demands = () if order.reserved else _demands(command.lines, dict(order.ahead))
    if not demands:
        return ()
    draft = Draft(stock, command.pool)
    sites = stock.reference.derived("sites", SiteMap).nearest(command.destination.coordinates)
    sourced = _sourced(stock, draft, command, sites, demands)
    if sourced.missing and stock.reference.version("substitutes"):
        again = partial(_sourced, stock, draft, command, sites)
        sourced = with_substitutes(stock, command.terms, sourced, again, partial(_free, stock, draft, command))
    _, picks, missing, explanation = sourced
    if picks:
        promise(stock, draft, command, order_id=command.order_id, picks=picks, sites=sites, explanation=explanation)
    if missing:
        draft.say(backordered(stock, command, missing, explanation))
    return tuple(draft.events)


def _free(stock: Stock, draft: Draft, command: ReserveStock, sku: str) -> int:
    """Units of a sku that the order could have."""
    ids = stock.reference.derived("sites", SiteMap).ids
    free = sellable(stock, command.terms, {sku: draft.spread(sku).free})[sku]
    return sum(free.get(site, 0) for site in ids)


def _sourced(
    stock: Stock, draft: Draft, command: ReserveStock, sites: Sequence[NearSite], demands: tuple[DemandLine, ...]
) -> Sourced:
    there = {demand.sku: draft.spread(demand.sku).free for demand in demands}
    free = sellable(stock, command.terms, there)
    trigger, kits = f"{command.type}/{command.natural_key()}", kits_of(command.terms)
    picks: Sequence[Pick]
    if isinstance(stock, RuledStock):
        decision = decide(stock, command, demands, free, rule=rule_for(stock.policy, command), loads=stock.loads)
        picks, explanation = decision.picks, explained(stock, decision, free, trigger)
    else:
        picks = source_together(demands, kits, sites, free) if kits else source(demands, sites, free)
        explanation = explain(stock, demands, sites=sites, free=free, picks=picks, trigger=trigger)
        explanation = with_kits(explanation, demands, kits, free) if kits else explanation
    explanation = with_kept_back(stock, explanation, there, free)
    return Sourced(demands, picks, missing_of(demands, picks), explanation)


def _demands(lines: tuple[DemandLine, ...], canceled: Mapping[str, int]) -> tuple[DemandLine, ...]:
    """The lines without the units that were canceled ahead of the reservation."""
    if not canceled:
        return lines
    wanted = ((line, line.quantity - canceled.get(line.line_id, 0)) for line in lines)
    return tuple(_line(line_id=line.line_id, sku=line.sku, quantity=units) for line, units in wanted if units > 0)


def missing_of(demands: Iterable[DemandLine], picks: Iterable[Pick]) -> tuple[DemandLine, ...]:
    """What no pick serves, by line."""
    if sum([pick.quantity for pick in picks]) == sum([demand.quantity for demand in demands]):
        return ()
    picked: dict[str, int] = {}
    for pick in picks:
        picked[pick.demand.line_id] = picked.get(pick.demand.line_id, 0) + pick.quantity
    left = ((demand, demand.quantity - picked.get(demand.line_id, 0)) for demand in demands)
    return tuple(_line(line_id=demand.line_id, sku=demand.sku, quantity=units) for demand, units in left if units)


def backordered(
    stock: Stock, command: ReserveStock | ResourceUnits, missing: tuple[DemandLine, ...], explanation: Explanation
) -> Backordered:
    """The order waits for these units, as its rule and its own last day say."""
    until = waits_until(stock, command)
    return _waits(
        order_id=command.order_id,
        order_number=command.order_number,
        pool=command.pool,
        customer=command.customer,
        destination=command.destination,
        ship_option=command.ship_option,
        deliver_by=command.deliver_by,
        lines=missing,
        queue_number=stock.last_queue_number() + 1,
        explanation=explanation,
        terms=command.terms,
        holds=command.holds,
        priority=until.priority,
        cancel_on=until.cancel_on,
    )
