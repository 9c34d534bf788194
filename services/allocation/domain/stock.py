"""The keeper's state: the rows of a pool as a decision sees them, and the ledger that alone changes its numbers."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from cauce.decider import Reference, Rows
from schemas.reference import Site
from schemas.reservations import ShipmentAdvanced, StockReleased
from schemas.stock import AdjustmentRefused, Allocated, Backordered, BackorderReleased, Bucket, Move, StockMoved
from services.allocation.domain import rows as kinds
from services.allocation.domain.rows import Order, Position, Queued, Waiting

StockEvent = (
    Allocated | Backordered | BackorderReleased | ShipmentAdvanced | StockReleased | StockMoved | AdjustmentRefused
)


class Overdrawn(ValueError):
    """An entry would take more units from a bucket than are in it: who asked for it is mistaken."""


class Stock:
    """A pool's stock over its rows, with the reference data of the moment. Deciding reads it; `keeper.evolve` puts."""

    __slots__ = ("reference", "rows")

    def __init__(self, rows: Rows, reference: Reference) -> None:
        self.rows, self.reference = rows, reference

    def position(self, key: str) -> Position:
        """A sku at a site, by `rows.position_key`."""
        return self.rows.get(kinds.POSITIONS, key) or _NOTHING

    def order(self, order_id: str) -> Order:
        """What is known of an order; of an unknown one, nothing."""
        return self.rows.get(kinds.ORDERS, order_id) or _UNKNOWN

    def waiting(self, order_id: str) -> Waiting | None:
        """What an order waits for."""
        return self.rows.get(kinds.WAITING, order_id)

    def queue(self, sku: str) -> Iterator[tuple[str, Queued]]:
        """Who waits for a sku, by turn."""
        return self.rows.scan(kinds.QUEUE, *kinds.queue_range(sku))

    def last_queue_number(self) -> int:
        """The highest number given to an order that waits."""
        return self.rows.get(kinds.COUNTERS, kinds.QUEUE_NUMBER) or 0

    def has_seen(self, move: Move, site: str, reference: str) -> bool:
        """Whether a site's receipt, adjustment or return receipt was decided on."""
        return self.rows.get(kinds.SEEN, kinds.seen_key(move, site, reference)) is not None

    def sites(self) -> tuple[Site, ...]:
        """Every site there is."""
        return self.reference.items("sites")


_NOTHING = Position()
_UNKNOWN = Order()


class Step(NamedTuple):
    """A move and the buckets it is between."""

    move: Move
    source: Bucket
    target: Bucket


RECEIVE = Step(Move.RECEIVED, Bucket.OUTSIDE, Bucket.FREE)
FIND = Step(Move.ADJUSTED, Bucket.OUTSIDE, Bucket.FREE)
LOSE = Step(Move.ADJUSTED, Bucket.FREE, Bucket.OUTSIDE)
RESTOCK = Step(Move.RESTOCKED, Bucket.OUTSIDE, Bucket.FREE)
QUARANTINE = Step(Move.RESTOCKED, Bucket.OUTSIDE, Bucket.QUARANTINED)
WRITE_OFF = Step(Move.WRITTEN_OFF, Bucket.QUARANTINED, Bucket.OUTSIDE)
RESERVE = Step(Move.RESERVED, Bucket.FREE, Bucket.RESERVED)
PICK = Step(Move.PICKED, Bucket.RESERVED, Bucket.PICKED)
PACK = Step(Move.PACKED, Bucket.PICKED, Bucket.PACKED)
SHIP = Step(Move.SHIPPED, Bucket.PACKED, Bucket.OUTSIDE)
RELEASE_RESERVED = Step(Move.RELEASED, Bucket.RESERVED, Bucket.FREE)
RELEASE_PICKED = Step(Move.RELEASED, Bucket.PICKED, Bucket.FREE)

_PLACE = {bucket: Position._fields.index(bucket) for bucket in Bucket if bucket is not Bucket.OUTSIDE}


def moved(position: Position, source: Bucket, target: Bucket, quantity: int) -> Position:
    """The position after `quantity` units went from `source` to `target`. Raises Overdrawn."""
    numbers = list(position)
    if source is Bucket.OUTSIDE:
        numbers[0] += quantity
    else:
        numbers[_PLACE[source]] -= quantity
        if numbers[_PLACE[source]] < 0:
            raise Overdrawn(f"{quantity} units would leave {source}, which has {position[_PLACE[source]]}")
    if target is Bucket.OUTSIDE:
        numbers[0] -= quantity
    else:
        numbers[_PLACE[target]] += quantity
    return Position(*numbers)


class Draft:
    """One decision in the making: its events so far, and the positions as they leave them.

    Working state that lives as long as the decision, so that later entries of one decision see the earlier ones.
    """

    __slots__ = ("_entries", "_positions", "_stock", "events", "pool")

    def __init__(self, stock: Stock, pool: int) -> None:
        self.pool = pool
        self.events: list[StockEvent] = []
        self._stock, self._entries = stock, 0
        self._positions: dict[str, Position] = {}

    def free(self, sku: str, site: str) -> int:
        """Free units after the entries so far."""
        key = kinds.position_key(sku, site)
        return (self._positions.get(key) or self._stock.position(key)).free

    def say(self, event: StockEvent) -> None:
        """Add an event that is no entry."""
        self.events.append(event)

    def move(self, step: Step, sku: str, site: str, quantity: int, **cause: Any) -> None:
        """Add an entry of the ledger; `cause` are order_id, reference and line_id. Raises Overdrawn."""
        key = kinds.position_key(sku, site)
        before = self._positions.get(key) or self._stock.position(key)
        self._positions[key] = after = moved(before, step.source, step.target, quantity)
        self._entries += 1
        self.events.append(
            StockMoved(
                pool=self.pool,
                sku=sku,
                site=site,
                move=step.move,
                quantity=quantity,
                source=step.source,
                target=step.target,
                on_hand=after.on_hand,
                free=after.free,
                entry=str(self._entries),
                **cause,
            )
        )


_MARKED = frozenset({Move.RECEIVED, Move.ADJUSTED, Move.RESTOCKED})


def fold_entry(stock: Stock, event: StockMoved) -> None:
    """An entry changes its position; of the entries from outside, the first also marks its cause as seen."""
    key = kinds.position_key(event.sku, event.site)
    stock.rows.put(kinds.POSITIONS, key, moved(stock.position(key), event.source, event.target, event.quantity))
    if event.move in _MARKED:
        mark_seen(stock, event.move, event.site, event.reference)


def mark_seen(stock: Stock, move: Move, site: str, reference: str) -> None:
    """Remember that a site's receipt, adjustment or return receipt was decided on."""
    if not stock.has_seen(move, site, reference):
        stock.rows.put(kinds.SEEN, kinds.seen_key(move, site, reference), kinds.SEEN_MARK)
