"""How an order waits: before whom, and until when."""

from datetime import date, timedelta
from typing import NamedTuple

from services.allocation.domain.ruling import Party, RuledStock, rule_for
from services.allocation.domain.stock import Stock


class Patience(NamedTuple):
    """Whoever has the higher priority is served first, none is the lowest; from `cancel_on` (ISO 8601) none wait."""

    priority: int | None = None
    cancel_on: str | None = None


def waits_until(stock: Stock, party: Party) -> Patience:
    """By its rule, and by the order's own last day where that ends earlier."""
    own = _day_after(party.terms.cancel_after, 1) if party.terms and party.terms.cancel_after else None
    if not isinstance(stock, RuledStock):
        return Patience(cancel_on=own)
    rule = rule_for(stock.policy, party)
    ruled = _day_after(stock.day, rule.auto_cancel_days) if rule.auto_cancel_days else None
    days = [day for day in (own, ruled) if day]
    return Patience(rule.backorder_priority or None, min(days) if days else None)


def _day_after(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
