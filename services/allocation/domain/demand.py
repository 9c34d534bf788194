"""What was ordered of each sku in its last days: counted by the day of the order, whether units are there or wait.

The window has four of every weekday. Units that are canceled come off on the day they are.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from schemas.backorders import Backordered, BackorderReleased
from schemas.buying import WINDOW_DAYS, DemandCounted, DemandOfDay, demand_days
from schemas.light import light
from schemas.stock import Move, ReleaseStock, ReserveStock, StockMoved
from services.allocation.domain import rows as kinds
from services.allocation.domain.demand_rows import Demand
from services.allocation.domain.stock import Stock, StockEvent

_counted, _of_day = light(DemandCounted), light(DemandOfDay)
_NEVER = Demand(seen=0)


class Recent(NamedTuple):
    """What was ordered in the window less what was canceled, in so many days, on so many of which any was ordered."""

    units: int
    days: int
    busy: int


def recent(row: Demand, day: int) -> Recent:
    """The window that ends with `day`."""
    within = row.units[: max(0, WINDOW_DAYS - (day - row.day))]
    days = demand_days(date.fromordinal(row.seen), date.fromordinal(day))
    return Recent(max(0, sum(within)), days, sum(units > 0 for units in within))


def count(stock: Stock, command: Any, events: Iterable[StockEvent], day: int) -> DemandCounted | None:
    """What the decision on an order, or on its cancellation, made of the day's demand; None where nothing."""
    if isinstance(command, ReserveStock):
        ordered, canceled = _ordered(command.order_id, events), Counter[str]()
    elif isinstance(command, ReleaseStock):
        ordered, canceled = Counter[str](), _canceled(stock, command.order_id, events)
    else:
        return None
    skus = tuple(_sums(stock, sku, ordered[sku], canceled[sku], day) for sku in ordered or canceled)
    if not skus:
        return None
    return _counted(pool=command.pool, order_id=command.order_id, on=date.fromordinal(day), skus=skus)


def _ordered(order_id: str, events: Iterable[StockEvent]) -> Counter[str]:
    units: Counter[str] = Counter()
    for event in events:
        if isinstance(event, StockMoved):
            if event.move is Move.RESERVED and event.order_id == order_id:
                units[event.sku] += event.quantity
        elif isinstance(event, Backordered):
            for line in event.lines:
                units[line.sku] += line.quantity
    return units


def _canceled(stock: Stock, order_id: str, events: Iterable[StockEvent]) -> Counter[str]:
    units: Counter[str] = Counter()
    for event in events:
        if isinstance(event, StockMoved):
            if event.move is Move.RELEASED and event.order_id == order_id:
                units[event.sku] += event.quantity
        elif isinstance(event, BackorderReleased):
            waiting = stock.waiting(order_id)
            skus = {line.line_id: line.sku for line in waiting.lines} if waiting else {}
            for line in event.lines:
                units[skus[line.line_id]] += line.quantity
    return units


def _sums(stock: Stock, sku: str, ordered: int, canceled: int, day: int) -> DemandOfDay:
    row = of(stock, sku)
    if row.day == day:
        ordered, canceled = row.ordered + ordered, row.canceled + canceled
    return _of_day(sku=sku, ordered=ordered, canceled=canceled)


def of(stock: Stock, sku: str) -> Demand:
    """What is remembered of a sku."""
    return stock.rows.get(kinds.DEMAND, sku) or _NEVER


def after(row: Demand, sums: DemandOfDay, day: int) -> Demand:
    """The row with these sums of the day, which is no earlier than its own."""
    is_same = row.day == day
    earlier = row.units[1:] if is_same else (0,) * min(WINDOW_DAYS, day - row.day - 1) + row.units if row.day else ()
    return row._replace(
        seen=row.seen or day,
        day=day,
        ordered=sums.ordered,
        canceled=sums.canceled,
        units=(sums.ordered - sums.canceled, *earlier)[:WINDOW_DAYS],
        last=day if sums.ordered > (row.ordered if is_same else 0) else row.last,
    )


def fold_counted(stock: Stock, event: DemandCounted) -> None:
    """The sums of the day."""
    day = event.on.toordinal()
    for sums in event.skus:
        stock.rows.put(kinds.DEMAND, sums.sku, after(of(stock, sums.sku), sums, day))


def fold_supply(stock: Stock, skus: Iterable[str]) -> None:
    """A supplier was asked, or answered, or sent: from now on a purchase of these skus may be asked for anew."""
    for sku in skus:
        row = of(stock, sku)
        if row.asked:
            stock.rows.put(kinds.DEMAND, sku, row._replace(asked=0))
