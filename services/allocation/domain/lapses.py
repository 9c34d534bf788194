"""Waiting that ends: units that wait on the day after the last on which they were wanted leave their queues.

They are the order's until its cancellation comes, so that a lapse and a promise never meet; whoever was behind them is
served by the decision that lets them go.
"""

from collections.abc import Iterable, Iterator

from schemas.backorders import BackorderLapsed
from schemas.light import light, replace
from schemas.orders import LineQuantity
from schemas.reference import TimeReached
from services.allocation.domain import rows as kinds
from services.allocation.domain.backlog import put_lapse, put_turn, serve
from services.allocation.domain.draft import Draft
from services.allocation.domain.pools import FIRST_POOL
from services.allocation.domain.rows import Waiting, WaitingLine, site_key, turn_key
from services.allocation.domain.stock import Stock, StockEvent

_LAST = "\x7f"  # after any order's id
_lapses, _units = light(BackorderLapsed), light(LineQuantity)


def lapse(stock: Stock, reached: TimeReached) -> tuple[StockEvent, ...]:
    """What has waited too long by this day, and the promises that it makes way for."""
    day = reached.reached_at.date().isoformat()
    late = [order_id for _, order_id in stock.rows.scan(kinds.LAPSES, "", site_key(day, _LAST))]
    if not late:
        return ()
    draft, gone, skus = Draft(stock, FIRST_POOL), dict[str, int](), list[str]()
    number = stock.last_number(kinds.LAPSE_NUMBER)
    for order_id in late:
        waiting = stock.waiting(order_id)
        lines = _standing(waiting)
        if waiting is None or not lines:
            continue
        number += 1
        draft.say(_lapsed(order_id, number, waiting, lines))
        gone |= {turn_key(waiting, line): 0 for line in lines}
        skus += [line.sku for line in lines]
    serve(stock, draft, skus, f"{TimeReached.type}/{day}", gone)
    return tuple(draft.events)


def _standing(waiting: Waiting | None) -> list[WaitingLine]:
    return [line for line in waiting.lines if not line.lapsed] if waiting else []


def _lapsed(order_id: str, number: int, waiting: Waiting, lines: Iterable[WaitingLine]) -> BackorderLapsed:
    return _lapses(
        order_id=order_id,
        pool=FIRST_POOL,
        lapse=number,
        lines=tuple(_by_line(lines)),
        cancel_on=waiting.cancel_on or "",
    )


def _by_line(lines: Iterable[WaitingLine]) -> Iterator[LineQuantity]:
    return (_units(line_id=line.line_id, quantity=line.quantity) for line in lines)


def fold_lapsed(stock: Stock, event: BackorderLapsed) -> None:
    """The lines are in no queue any more; they wait for their cancellation alone."""
    stock.rows.put(kinds.COUNTERS, kinds.LAPSE_NUMBER, event.lapse)
    waiting = stock.waiting(event.order_id)
    if waiting is None:
        return
    named = {line.line_id for line in event.lines}
    for line in waiting.lines:
        if line.line_id in named:
            put_turn(stock, event.order_id, waiting, line, 0)
    put_lapse(stock, event.order_id, waiting, stands=False)
    lines = tuple(replace(line, lapsed=True) if line.line_id in named else line for line in waiting.lines)
    stock.rows.put(kinds.WAITING, event.order_id, replace(waiting, lines=lines))
