"""A pool as it will be: what a decision in the making changes, over what is there."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from cauce.decider import Rows
from schemas.lots import LotsTurned
from schemas.stock import Bucket, StockMoved
from services.allocation.domain.stock import Stock, StockEvent

Evolve = Callable[[Stock, StockEvent], Any]


def after(stock: Stock, events: Iterable[StockEvent], evolve: Evolve) -> Stock:
    """The stock as these events will leave it; the stock itself stays as it is."""
    ahead = Stock(Foresight(stock.rows), stock.reference, shelf_life=stock.shelf_life)
    for event in events:
        evolve(ahead, event)
    return ahead


def skus_of_free(events: Iterable[StockEvent]) -> dict[str, None]:
    """The skus of which these events make more or fewer units free, or sellable by their days, each once."""
    return dict.fromkeys(sku for event in events for sku in _touched(event))


def _touched(event: StockEvent) -> tuple[str, ...]:
    if isinstance(event, StockMoved):
        return (event.sku,) if Bucket.FREE in (event.source, event.target) else ()
    return event.skus if isinstance(event, LotsTurned) else ()


class Foresight:
    """Rows (`cauce.decider.Rows`) over others, which stay as they are. They live as long as one decision."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._changes: dict[str, dict[str, Any]] = {}

    def get(self, kind: str, key: str) -> Any | None:
        """The row, or None."""
        changes = self._changes.get(kind, {})
        return changes[key] if key in changes else self._rows.get(kind, key)

    def put(self, kind: str, key: str, row: Any | None) -> None:
        """Set or, with None, delete a row."""
        self._changes.setdefault(kind, {})[key] = row

    def scan(self, kind: str, start: str, stop: str) -> Iterator[tuple[str, Any]]:
        """Rows with start <= key < stop, in the order of their keys' UTF-8 bytes."""
        rows = dict(self._rows.scan(kind, start, stop))
        first, end = start.encode(), stop.encode()
        rows |= {key: row for key, row in self._changes.get(kind, {}).items() if first <= key.encode() < end}
        yield from ((key, rows[key]) for key in sorted(rows, key=str.encode) if rows[key] is not None)
