"""Skus that lie: nobody ordered one for so many days, and what is there is worth telling. A sale ends it."""

from collections.abc import Iterator
from datetime import date

from cauce.money import Money
from schemas.buying import SlowAlert, Turnover
from services.allocation.domain import rows as kinds
from services.allocation.domain.demand import of
from services.allocation.domain.lookout import Look
from services.allocation.domain.stock import Stock


def news(stock: Stock, look: Look, pool: int) -> Iterator[SlowAlert]:
    """That it is slow, once; that it moves, or that nothing is left."""
    since = look.row.last or look.row.seen
    limit = look.rule.slow_after_days
    is_old = bool(limit and look.on_hand) and look.day - since >= limit
    if look.row.is_slow == is_old:
        return
    worth = _worth(stock, look)
    if is_old and worth is not None and worth.amount < look.rule.slow_from:
        return
    yield SlowAlert(
        pool=pool,
        sku=look.sku,
        alert=Turnover.SLOW if is_old else Turnover.MOVING,
        on_hand=look.on_hand,
        since=date.fromordinal(since),
        days=look.day - since,
        worth=worth,
    )


def _worth(stock: Stock, look: Look) -> Money | None:
    """What is there, at its unit value; None where that is not known in the currency of the limit."""
    stocking = stock.reference.item("stocking", look.sku)
    if stocking is None or look.rule.currency not in (None, stocking.unit_value.currency):
        return None
    return Money(amount=stocking.unit_value.amount * look.on_hand, currency=stocking.unit_value.currency)


def fold_slow(stock: Stock, event: SlowAlert) -> None:
    """The alert was told."""
    stock.rows.put(kinds.DEMAND, event.sku, of(stock, event.sku)._replace(is_slow=event.alert is Turnover.SLOW))
