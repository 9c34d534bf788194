"""The buyers' watch over a pool: each decision on the skus it touches, and ticks on all the others, once a day.

Days are those of the records. A day begins with its first record, whatever it is about; the clock's ticks then look
through the stock, so many skus a tick. A pool without a version of buying is not watched.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import NamedTuple

from schemas.buying import DemandCounted, StockWatched
from schemas.reference import TimeReached
from services.allocation.domain import cover, demand, lookout, slow
from services.allocation.domain import rows as kinds
from services.allocation.domain.demand_rows import Watched
from services.allocation.domain.foresight import Evolve, after
from services.allocation.domain.pools import FIRST_POOL
from services.allocation.domain.ruling import Timed
from services.allocation.domain.stock import Stock, StockEvent

SKUS_A_TICK = 500
_NOT_YET, _AFTER_ALL = Watched(), "\U0010ffff"


class _Round(NamedTuple):
    """What one decision looks at."""

    stock: Stock
    pool: int
    day: int
    events: tuple[StockEvent, ...]
    evolve: Evolve


def told(stock: Stock, timed: Timed, events: tuple[StockEvent, ...], evolve: Evolve) -> tuple[StockEvent, ...]:
    """A decision's events with what they make of demand, and what buyers are told because of them or of the day."""
    command, watched = timed.command, stock.rows.get(kinds.WATCHED, kinds.TODAY) or _NOT_YET
    day = max(timed.at.date().toordinal(), watched.day)  # a record that is late counts on the day that has begun
    pool = FIRST_POOL if isinstance(command, TimeReached) else command.pool
    skus: list[str] = []
    if isinstance(command, TimeReached):
        skus = _next_skus(stock, watched, day)
        seen = () if watched.done and watched.day == day else (_watched(stock, pool, day, skus, watched),)
    else:
        seen = () if watched.day == day else (_begun(pool, day),)
    counted = demand.count(stock, command, events, day)
    one = _Round(stock, pool, day, (*seen, *events, *([counted] if counted else [])), evolve)
    return (*one.events, *_news(one, skus, counted))


def _next_skus(stock: Stock, watched: Watched, day: int) -> list[str]:
    through, done = (watched.through, watched.done) if watched.day == day else ("", False)
    rows = () if done else stock.rows.scan(kinds.POSITIONS, f"{through}\0" if through else "", _AFTER_ALL)
    return [sku for sku, _ in islice(rows, SKUS_A_TICK)]


def _begun(pool: int, day: int) -> StockWatched:
    return StockWatched(pool=pool, on=date.fromordinal(day), through="", done=False)


def _watched(stock: Stock, pool: int, day: int, skus: list[str], watched: Watched) -> StockWatched:
    through = watched.through if watched.day == day else ""
    return StockWatched(
        pool=pool,
        on=date.fromordinal(day),
        through=skus[-1] if skus else through,
        done=len(skus) < SKUS_A_TICK,
        found=tuple(sku for sku in skus if not demand.of(stock, sku).seen),
    )


def _news(one: _Round, skus: Iterable[str], counted: DemandCounted | None) -> Iterator[StockEvent]:
    sums = {one.sku: one for one in counted.skus} if counted else {}
    moves = lookout.moved(one.events)
    for sku in dict.fromkeys((*moves, *sums, *skus)):
        rule = lookout.rule_of(one.stock, sku)
        row = demand.of(one.stock, sku)
        if rule is None:
            continue
        row = demand.after(row, sums[sku], one.day) if sku in sums else row._replace(seen=row.seen or one.day)
        look = lookout.look(one.stock, sku, rule=rule, row=row, moves=moves, day=one.day)
        yield from cover.news(look, one.pool)
        yield from slow.news(one.stock, look, one.pool)
        if cover.wants_purchase(look):
            yield from cover.purchase(after(one.stock, one.events, one.evolve), look, one.pool)


def fold_watched(stock: Stock, event: StockWatched) -> None:
    """How far the day's look is; skus that were never seen are from now on."""
    day = event.on.toordinal()
    stock.rows.put(kinds.WATCHED, kinds.TODAY, Watched(day, event.through, event.done))
    for sku in event.found:
        row = demand.of(stock, sku)
        stock.rows.put(kinds.DEMAND, sku, row._replace(seen=row.seen or day))
