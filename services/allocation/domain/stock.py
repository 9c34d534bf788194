"""The keeper's state: the rows of a pool as a decision sees them, and the ledger that alone changes its numbers."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cauce.decider import Reference, Rows
from schemas.backorders import Backordered, BackorderLapsed, BackorderReleased
from schemas.failures import SourceFailed
from schemas.light import light
from schemas.movements import MoveStock
from schemas.reference import Product
from schemas.reservations import ShipmentAdvanced, StockReleased
from schemas.stock import AdjustmentRefused, Allocated, Bucket, Move, StockMoved
from schemas.waves import WaveDecided
from services.allocation.domain import rows as kinds
from services.allocation.domain.facts import DeskFact
from services.allocation.domain.rows import Failures, Order, Position, Queued, Spread, Waiting

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


_entry = light(StockMoved)


class Overdrawn(ValueError):
    """An entry would take more units from a bucket than are in it: who asked for it is mistaken."""


class Stock:
    """A pool's stock over its rows, with the reference data of the moment. Deciding reads it; `keeper.evolve` puts."""

    __slots__ = ("dates", "reference", "rows")

    def __init__(self, rows: Rows, reference: Reference, dates: Any = None) -> None:
        self.rows, self.reference = rows, reference
        self.dates = dates  # dates.Dates, where the pool was given promise terms and the command says when it came

    def spread(self, sku: str) -> Spread:
        """A sku at the sites that ever had it."""
        return self.rows.get(kinds.POSITIONS, sku) or _NOWHERE

    def position(self, sku: str, site: str) -> Position:
        """A sku at a site."""
        return self.spread(sku).positions.get(site, _NOTHING)

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


class Step(NamedTuple):
    """A move and the buckets it is between."""

    move: Move
    source: Bucket
    target: Bucket


RECEIVE = Step(Move.RECEIVED, Bucket.OUTSIDE, Bucket.FREE)
FIND = Step(Move.ADJUSTED, Bucket.OUTSIDE, Bucket.FREE)
LOSE = Step(Move.ADJUSTED, Bucket.FREE, Bucket.OUTSIDE)
COUNT_FOUND = Step(Move.COUNTED, Bucket.OUTSIDE, Bucket.FREE)
COUNT_LOST = Step(Move.COUNTED, Bucket.FREE, Bucket.OUTSIDE)
SET_ASIDE = Step(Move.QUARANTINED, Bucket.FREE, Bucket.QUARANTINED)
CLEAR = Step(Move.CLEARED, Bucket.QUARANTINED, Bucket.FREE)
SEND = Step(Move.TRANSFERRED, Bucket.FREE, Bucket.OUTSIDE)
UNPACK = Step(Move.TRANSFERRED, Bucket.OUTSIDE, Bucket.FREE)
RESTOCK = Step(Move.RESTOCKED, Bucket.OUTSIDE, Bucket.FREE)
QUARANTINE = Step(Move.RESTOCKED, Bucket.OUTSIDE, Bucket.QUARANTINED)
WRITE_OFF = Step(Move.WRITTEN_OFF, Bucket.QUARANTINED, Bucket.OUTSIDE)
RESERVE = Step(Move.RESERVED, Bucket.FREE, Bucket.RESERVED)
PICK = Step(Move.PICKED, Bucket.RESERVED, Bucket.PICKED)
PACK = Step(Move.PACKED, Bucket.PICKED, Bucket.PACKED)
SHIP = Step(Move.SHIPPED, Bucket.PACKED, Bucket.OUTSIDE)
RELEASE_RESERVED = Step(Move.RELEASED, Bucket.RESERVED, Bucket.FREE)
RELEASE_PICKED = Step(Move.RELEASED, Bucket.PICKED, Bucket.FREE)

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


_NOTHING_WITHDRAWN: Mapping[str, int] = {}


class Draft:
    """One decision in the making: its events so far, and the positions as they leave them.

    Working state that lives as long as the decision, so that later entries of one decision see the earlier ones.
    """

    __slots__ = (
        "_entries",
        "_positions",
        "_spreads",
        "_stock",
        "events",
        "pool",
        "sourced_anew",
        "withdrawing",
        "withdrawn",
    )

    def __init__(self, stock: Stock, pool: int) -> None:
        self.pool = pool
        self.events: list[StockEvent] = []
        self.sourced_anew = ""  # an order
        self.withdrawing, self.withdrawn = "", _NOTHING_WITHDRAWN  # an order, and its units by line
        self._stock, self._entries = stock, 0
        self._positions: dict[tuple[str, str], Position] = {}
        self._spreads: dict[str, Spread] = {}  # what was asked for, as it was before the first entry

    def spread(self, sku: str) -> Spread:
        """A sku over the sites, before any entry of this decision."""
        found = self._spreads.get(sku)
        if found is None:
            found = self._spreads[sku] = self._stock.spread(sku)
        return found

    def free(self, sku: str, site: str) -> int:
        """Free units after the entries so far."""
        return self._position(sku, site).free

    def _position(self, sku: str, site: str) -> Position:
        return self._positions.get((sku, site)) or self.spread(sku).positions.get(site, _NOTHING)

    def say(self, event: StockEvent) -> None:
        """Add an event that is no entry."""
        self.events.append(event)

    def move(
        self, step: Step, sku: str, site: str, quantity: int, *, reference: str, order_id: str = "", line_id: str = ""
    ) -> None:
        """Add an entry of the ledger. Raises Overdrawn."""
        after = moved(self._position(sku, site), step.source, step.target, quantity)
        self._positions[sku, site] = after
        self._entries += 1
        self.events.append(
            _entry(
                pool=self.pool,
                sku=sku,
                site=site,
                move=step.move,
                quantity=quantity,
                source=step.source,
                target=step.target,
                on_hand=after.on_hand,
                free=after.free,
                order_id=order_id,
                reference=reference,
                line_id=line_id,
                entry=str(self._entries),
            )
        )


_MARKED: dict[Move, str] = {move: move for move in (Move.RECEIVED, Move.ADJUSTED, Move.RESTOCKED)}
_MARKED |= dict.fromkeys((Move.QUARANTINED, Move.CLEARED, Move.WRITTEN_OFF), MoveStock.type)


def fold_entry(stock: Stock, event: StockMoved) -> None:
    """An entry changes its position; of those that are no step of an order, the first marks its cause as seen."""
    sku, site = event.sku, event.site
    spread = stock.spread(sku)
    after = moved(spread.positions.get(site, _NOTHING), event.source, event.target, event.quantity)
    stock.rows.put(kinds.POSITIONS, sku, spread.having(site, after))
    if event.move in _MARKED and not (event.order_id and event.move is Move.WRITTEN_OFF):  # a return has its mark
        mark_seen(stock, _MARKED[event.move], site, event.reference)


def mark_seen(stock: Stock, move: str, site: str, reference: str) -> None:
    """Remember that a site's receipt, adjustment, return receipt or request was decided on."""
    if not stock.has_seen(move, site, reference):
        stock.rows.put(kinds.SEEN, kinds.seen_key(move, site, reference), kinds.SEEN_MARK)
