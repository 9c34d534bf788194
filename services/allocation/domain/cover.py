"""How long the free units of a sku last at what was ordered of them, and what to buy when its supplier takes longer.

One large order says nothing about the next: cover is judged once a sku was ordered on three days of the window. It is
enough again when it is a quarter above the limit, so that a day more or less does not tell buyers the same thing again.
"""

from collections.abc import Iterator

from schemas.alerts import PurchaseRequested
from schemas.buying import Buying, Cover, CoverAlert
from services.allocation.domain import rows as kinds
from services.allocation.domain.demand import Recent, of, recent
from services.allocation.domain.demand_rows import Watched
from services.allocation.domain.lookout import Look
from services.allocation.domain.stock import Stock

BUSY_DAYS = 3


def news(look: Look, pool: int) -> Iterator[CoverAlert]:
    """That it lasts too short, once; and that it is enough again."""
    below, demand = look.rule.cover_below_days, recent(look.row, look.day)
    if look.row.is_short:
        if not below or look.free * demand.days * 4 >= demand.units * below * 5:
            yield _alert(look, pool, Cover.ENOUGH, demand)
    elif lasts_less(look.free, demand, below):
        yield _alert(look, pool, Cover.SHORT, demand)


def lasts_less(free: int, demand: Recent, days: int) -> bool:
    """Whether so many units last fewer days."""
    return demand.busy >= BUSY_DAYS and free * demand.days < demand.units * days


def _alert(look: Look, pool: int, alert: Cover, demand: Recent) -> CoverAlert:
    return CoverAlert(
        pool=pool,
        sku=look.sku,
        alert=alert,
        free=look.free,
        demand=demand.units,
        demand_days=demand.days,
        cover_days=look.free * demand.days // demand.units if demand.units else None,
        below_days=look.rule.cover_below_days,
    )


def wants_purchase(look: Look) -> bool:
    """Whether what is free lasts fewer days than the supplier takes, and no purchase was asked for in as many days."""
    lead = look.rule.lead_days
    if not lead or (look.row.asked and look.day - look.row.asked < lead):
        return False
    return lasts_less(look.free, recent(look.row, look.day), lead)


def purchase(ahead: Stock, look: Look, pool: int) -> Iterator[PurchaseRequested]:
    """What is missing for the supplier's days and those of the review; nothing while any is on its way."""
    rule, demand, sku = look.rule, recent(look.row, look.day), look.sku
    if any(True for _ in ahead.rows.scan(kinds.ARRIVALS, *kinds.queue_range(sku))):
        return
    waiting = sum(turn.quantity for _, turn in ahead.queue(sku))
    wanted = -(-demand.units * (rule.lead_days + rule.review_days) // demand.days)
    missing = wanted + waiting - look.free
    if missing > 0:
        yield PurchaseRequested(
            pool=pool,
            sku=sku,
            quantity=missing,
            free=look.free,
            to_come=0,
            waiting=waiting,
            **_reasons(rule, demand),
        )


def _reasons(rule: Buying, demand: Recent) -> dict[str, int | str | None]:
    return {
        "demand": demand.units,
        "demand_days": demand.days,
        "lead_days": rule.lead_days,
        "review_days": rule.review_days,
        "supplier": rule.supplier or None,
    }


def fold_cover(stock: Stock, event: CoverAlert) -> None:
    """The alert was told."""
    stock.rows.put(kinds.DEMAND, event.sku, of(stock, event.sku)._replace(is_short=event.alert is Cover.SHORT))


def fold_purchase(stock: Stock, event: PurchaseRequested) -> None:
    """One that follows from cover was asked for on the day that has begun; of the others no row depends."""
    if event.lead_days:
        watched: Watched = stock.rows.get(kinds.WATCHED, kinds.TODAY) or Watched()
        stock.rows.put(kinds.DEMAND, event.sku, of(stock, event.sku)._replace(asked=watched.day))
