"""When those who wait may have their units: each turn by the day on which supply reaches it, in the queue's order.

Units that are free and too few for the first turn count for nobody: somebody who needs fewer may have them first.
Only a pool that expects purchases pays for this.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from schemas.backorders import Backordered, BackorderLapsed, BackorderReleased
from schemas.inbound import BackorderExpected, ExpectedLine, InboundChanged
from schemas.light import light, replace
from schemas.stock import Allocated
from services.allocation.domain import rows as kinds
from services.allocation.domain.foresight import Evolve, after
from services.allocation.domain.sourcing import SiteMap
from services.allocation.domain.stock import Stock, StockEvent

_expected, _line = light(BackorderExpected), light(ExpectedLine)


def retold(stock: Stock, pool: int, events: tuple[StockEvent, ...], evolve: Evolve) -> tuple[StockEvent, ...]:
    """A decision's events, and the days that they change for those who wait."""
    if not events or not _expects(stock, events):
        return events
    ahead = after(stock, events, evolve)
    ahead.dates = stock.dates
    by_order: dict[str, list[ExpectedLine]] = {}
    for sku in dict.fromkeys(sku for event in events for sku in _skus(stock, event)):
        for order_id, line in _news(ahead, sku):
            by_order.setdefault(order_id, []).append(line)
    before = stock.last_number(kinds.TELLING_NUMBER)
    numbered = enumerate(by_order.items(), start=before + 1)
    return (*events, *(_told(ahead, pool, number, order_id, lines) for number, (order_id, lines) in numbered))


def _told(stock: Stock, pool: int, number: int, order_id: str, lines: Iterable[ExpectedLine]) -> BackorderExpected:
    waiting = stock.waiting(order_id)
    return _expected(
        order_id=order_id,
        pool=pool,
        lines=tuple(lines),
        order_number=waiting.order_number if waiting else None,
        customer=waiting.customer if waiting else None,
        telling=number,
    )


def _expects(stock: Stock, events: Iterable[StockEvent]) -> bool:
    if stock.rows.get(kinds.COUNTERS, kinds.OPEN_PURCHASES):
        return True
    return any(event.type == InboundChanged.type for event in events)


def _skus(stock: Stock, event: Any) -> Iterable[str]:
    """Skus whose supply or queue an event changes."""
    match event:
        case Allocated():
            return (line.sku for shipment in event.shipments for line in shipment.lines)
        case Backordered() | InboundChanged():
            return (line.sku for line in event.lines)
        case BackorderReleased() | BackorderLapsed():
            waiting = stock.waiting(event.order_id)
            return (line.sku for line in waiting.lines) if waiting else ()
        case _:
            return ()


def _news(stock: Stock, sku: str) -> Iterator[tuple[str, ExpectedLine]]:
    """The lines in the queue of a sku whose day is another than they were told."""
    arrivals = stock.rows.scan(kinds.ARRIVALS, *kinds.queue_range(sku))
    there, day, site = 0, "", ""
    for _, turn in stock.queue(sku):
        there -= turn.quantity
        while there < 0 and (arrival := next(arrivals, None)):
            there += arrival[1]
            day, site = kinds.arrival_of(sku, arrival[0])
        expected = day if there >= 0 else ""
        if expected != (stock.rows.get(kinds.EXPECTED, turn.order_id) or {}).get(turn.line_id, ""):
            on = date.fromisoformat(expected) if expected else None
            line = _line(line_id=turn.line_id, sku=sku, quantity=turn.quantity, expected_on=on)
            yield turn.order_id, _dated(stock, turn.order_id, line, site)


def _dated(stock: Stock, order_id: str, line: ExpectedLine, site: str) -> ExpectedLine:
    """With the day at the customer's, if the site that is supplied last sends it."""
    waiting = stock.waiting(order_id) if stock.dates is not None and line.expected_on else None
    if waiting is None or line.expected_on is None:
        return line
    nears = stock.reference.derived("sites", SiteMap).nearest(waiting.destination.coordinates)
    near = next((near for near in nears if near.site == site), None)
    promise = near and stock.dates.supplied(near, waiting.destination, waiting.ship_option, line.expected_on)
    return replace(line, deliver_on=promise.deliver_on) if promise else line


def fold_expected(stock: Stock, event: BackorderExpected) -> None:
    """The order was told these days."""
    days = dict(stock.rows.get(kinds.EXPECTED, event.order_id) or {})
    days |= {line.line_id: line.expected_on.isoformat() if line.expected_on else "" for line in event.lines}
    stock.rows.put(kinds.EXPECTED, event.order_id, days)
    if event.telling:
        stock.rows.put(kinds.COUNTERS, kinds.TELLING_NUMBER, event.telling)
