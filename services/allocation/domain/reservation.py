"""A new order: what sites have is promised at once, the rest waits."""

from collections.abc import Iterable, Mapping, Sequence

from schemas.stock import Backordered, DemandLine, Explanation, ReserveStock
from services.allocation.domain import rows as kinds
from services.allocation.domain.promises import promise
from services.allocation.domain.sourcing import Demand, NearSite, Pick, explain, nearest, source
from services.allocation.domain.stock import Draft, Stock, StockEvent


def reserve(stock: Stock, command: ReserveStock) -> tuple[StockEvent, ...]:
    """A promise, a backorder or both; nothing for an order that was decided on, or of which nothing is left."""
    order = stock.order(command.order_id)
    demands = () if order.reserved else _demands(command.lines, dict(order.ahead))
    if not demands:
        return ()
    sites = nearest(stock.sites(), command.destination)
    free = _free(stock, demands, sites)
    picks = source(demands, sites, free)
    trigger = f"{command.type}/{command.natural_key()}"
    explanation = explain(stock, demands, sites=sites, free=free, picks=picks, trigger=trigger)
    draft = Draft(stock, command.pool)
    if picks:
        promise(stock, draft, command, order_id=command.order_id, picks=picks, sites=sites, explanation=explanation)
    missing = _missing(demands, picks)
    if missing:
        draft.say(_backordered(command, missing, stock.last_queue_number() + 1, explanation))
    return tuple(draft.events)


def _demands(lines: Iterable[DemandLine], canceled: Mapping[str, int]) -> tuple[Demand, ...]:
    """The lines without the units that were canceled ahead of the reservation."""
    wanted = ((line, line.quantity - canceled.get(line.line_id, 0)) for line in lines)
    return tuple(Demand(line.line_id, line.sku, quantity) for line, quantity in wanted if quantity > 0)


def _free(stock: Stock, demands: Iterable[Demand], sites: Sequence[NearSite]) -> dict[str, dict[str, int]]:
    return {
        sku: {near.site: stock.position(kinds.position_key(sku, near.site)).free for near in sites}
        for sku in {demand.sku: None for demand in demands}
    }


def _missing(demands: Iterable[Demand], picks: Iterable[Pick]) -> tuple[DemandLine, ...]:
    picked: dict[str, int] = {}
    for pick in picks:
        picked[pick.demand.line_id] = picked.get(pick.demand.line_id, 0) + pick.quantity
    left = ((demand, demand.quantity - picked.get(demand.line_id, 0)) for demand in demands)
    return tuple(DemandLine(line_id=demand.line_id, sku=demand.sku, quantity=units) for demand, units in left if units)


def _backordered(
    command: ReserveStock, missing: tuple[DemandLine, ...], queue_number: int, explanation: Explanation
) -> Backordered:
    return Backordered(
        order_id=command.order_id,
        order_number=command.order_number,
        pool=command.pool,
        customer=command.customer,
        destination=command.destination,
        ship_option=command.ship_option,
        deliver_by=command.deliver_by,
        lines=missing,
        queue_number=queue_number,
        explanation=explanation,
    )
