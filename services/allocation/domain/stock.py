"""The keeper's state: the rows of a pool as a decision sees them, and the ledger that alone changes its numbers."""

from collections.abc import Iterator
from typing import Any

from cauce.decider import Reference, Rows
from schemas.backorders import Backordered, BackorderLapsed, BackorderReleased
from schemas.failures import SourceFailed
from schemas.movements import MoveStock
from schemas.reference import Product
from schemas.reservations import ShipmentAdvanced, StockReleased
from schemas.stock import AdjustmentRefused, Allocated, Bucket, Move, StockMoved
from schemas.waves import WaveDecided
from services.allocation.domain import rows as kinds
from services.allocation.domain.facts import DeskFact
from services.allocation.domain.lot_fold import fold_lots
from services.allocation.domain.lots import SkuLots, unsellable
from services.allocation.domain.rows import Failures, Order, Position, Queued, Spread, Waiting
from services.allocation.domain.shelf_life import ShelfLife

StockEvent = (
    Allocated
    | Backordered
    | BackorderLapsed
    | BackorderReleased
    | ShipmentAdvanced
    | StockReleased
    | SourceFailed
    | StockMoved
    | AdjustmentRefused
    | DeskFact
    | WaveDecided
)


class Overdrawn(ValueError):
    """An entry would take more units from a bucket than are in it: who asked for it is mistaken."""


class Stock:
    """A pool's stock over its rows, with the reference data of the moment. Deciding reads it; `keeper.evolve` puts."""

    __slots__ = ("dates", "reference", "rows", "shelf_life")

    def __init__(
        self, rows: Rows, reference: Reference, dates: Any = None, shelf_life: ShelfLife | None = None
    ) -> None:
        self.rows, self.reference = rows, reference
        self.dates = dates  # dates.Dates, where the pool was given promise terms and the command says when it came
        self.shelf_life = shelf_life  # where skus are kept by lot and the command says when it came

    def spread(self, sku: str) -> Spread:
        """A sku at the sites that ever had it; what is `free` of lots that do not last is left out."""
        found: Spread = self.rows.get(kinds.POSITIONS, sku) or _NOWHERE
        return found if found.lots is None else found._replace(free=self._sellable(sku, found, found.lots))

    def _sellable(self, sku: str, spread: Spread, lots: SkuLots) -> dict[str, int]:
        until = self.until(sku)
        return {
            site: units - unsellable(lots.sites.get(site, {}), until, lots.recalled)
            for site, units in spread.free.items()
        }

    def until(self, sku: str) -> str:
        """The first day of expiry with which units of a sku may be promised, where there is any."""
        return self.shelf_life.until(sku) if self.shelf_life else ""

    def position(self, sku: str, site: str) -> Position:
        """A sku at a site."""
        return (self.rows.get(kinds.POSITIONS, sku) or _NOWHERE).positions.get(site, _NOTHING)

    def order(self, order_id: str) -> Order:
        """What is known of an order; of an unknown one, nothing."""
        return self.rows.get(kinds.ORDERS, order_id) or _UNKNOWN

    def waiting(self, order_id: str) -> Waiting | None:
        """What an order waits for."""
        return self.rows.get(kinds.WAITING, order_id)

    def failures(self, order_id: str) -> Failures:
        """What sites failed of an order."""
        return self.rows.get(kinds.FAILED, order_id) or _NO_FAILURES

    def queue(self, sku: str) -> Iterator[tuple[str, Queued]]:
        """Who waits for a sku, by turn."""
        return self.rows.scan(kinds.QUEUE, *kinds.queue_range(sku))

    def last_queue_number(self) -> int:
        """The highest number given to an order that waits."""
        return self.last_number(kinds.QUEUE_NUMBER)

    def last_number(self, counter: str) -> int:
        """The highest number given by one of the pool's counters."""
        return self.rows.get(kinds.COUNTERS, counter) or 0

    def has_seen(self, move: str, site: str, reference: str) -> bool:
        """Whether a site's receipt, adjustment or return receipt was decided on."""
        return self.rows.get(kinds.SEEN, kinds.seen_key(move, site, reference)) is not None

    def product(self, sku: str) -> Product | None:
        """What is known of a sku."""
        return self.reference.item("products", sku)


_NOWHERE = Spread({}, {})
_NOTHING = Position()
_UNKNOWN = Order()
_NO_FAILURES = Failures()


_OUTSIDE = Bucket.OUTSIDE
_PLACE = {bucket: Position._fields.index(bucket) for bucket in Bucket if bucket is not _OUTSIDE} | {_OUTSIDE: 0}


def moved(position: Position, source: Bucket, target: Bucket, quantity: int) -> Position:
    """The position after `quantity` units went from `source` to `target`. Raises Overdrawn."""
    numbers = list(position)
    if source is _OUTSIDE:
        numbers[0] += quantity
    else:
        place = _PLACE[source]
        if numbers[place] < quantity:
            raise Overdrawn(f"{quantity} units would leave {source}, which has {numbers[place]}")
        numbers[place] -= quantity
    numbers[_PLACE[target]] += quantity if target is not _OUTSIDE else -quantity
    return tuple.__new__(Position, numbers)  # a fifth of the entry, were its class asked


_MARKED: dict[Move, str] = {move: move for move in (Move.RECEIVED, Move.ADJUSTED, Move.RESTOCKED)}
_MARKED |= dict.fromkeys((Move.QUARANTINED, Move.CLEARED, Move.WRITTEN_OFF), MoveStock.type)


def fold_entry(stock: Stock, event: StockMoved) -> None:
    """An entry changes its position; of those that are no step of an order, the first marks its cause as seen."""
    sku, site = event.sku, event.site
    spread: Spread = stock.rows.get(kinds.POSITIONS, sku) or _NOWHERE
    after = moved(spread.positions.get(site, _NOTHING), event.source, event.target, event.quantity)
    spread = spread.having(site, after)
    if event.lots is not None or spread.lots is not None:
        spread = fold_lots(stock.rows, event, spread)
    stock.rows.put(kinds.POSITIONS, sku, spread)
    if event.move in _MARKED and not (event.order_id and event.move is Move.WRITTEN_OFF):  # a return has its mark
        mark_seen(stock, _MARKED[event.move], site, event.reference)


def mark_seen(stock: Stock, move: str, site: str, reference: str) -> None:
    """Remember that a site's receipt, adjustment, return receipt or request was decided on."""
    if not stock.has_seen(move, site, reference):
        stock.rows.put(kinds.SEEN, kinds.seen_key(move, site, reference), kinds.SEEN_MARK)
