"""What the keeper remembers of a pool, row by row, and how rows are written. Most are light tuples: they are hot.

Kinds: `positions`, those of a sku at all its sites in one row, as a decision asks for them all; `orders`, a few numbers
each once everything was shipped; `waiting`, what an order waits for and what its later promise must carry; `queue`, the
same by sku and turn; `seen`, a mark for every receipt, adjustment and return receipt, kept for ever (some 60 bytes
each, and they are rare beside orders); `counters`; `counts`, the shelves that are being counted;
`transfers`, the units between two sites; `purchases`, what suppliers are to send, and `arrivals`, the same by sku and
day; `expected`, the day by line that an order which waits was told; `lapses`, the orders that wait by their last day;
`failed`, the sites that failed lines of an order; `withdrawn`, its canceled units by line that no shipment will bring;
`levels`, what channels were told of a sku; `alerts`, those that stand; `demand`, what was ordered of a sku in its last
days and what its buyers were told; `watched`, how far the stock was looked through; `loads`, the shipments of the day
under a policy; `departures`, those promised for a site's day;
`closures`, the sites that send nothing, all in one row; and those of `lot_rows` and `missing_rows`.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple, Self

import msgspec

from cauce.decider import RowCodec
from schemas.base import Instant, Part
from schemas.holds import Hold
from schemas.light import read_form
from schemas.orders import Customer, Destination, ShipOption, Sku
from schemas.sourcing import OrderTerms
from schemas.stock import Stage
from services.allocation.domain import lot_rows, missing_rows
from services.allocation.domain.demand_rows import Demand, Watched
from services.allocation.domain.lots import SkuLots

POSITIONS, ORDERS, WAITING, QUEUE, SEEN, COUNTERS = "positions", "orders", "waiting", "queue", "seen", "counters"
COUNTS, TRANSFERS, PURCHASES, ARRIVALS, EXPECTED = "counts", "transfers", "purchases", "arrivals", "expected"
LAPSES, FAILED, WITHDRAWN, LEVELS, ALERTS = "lapses", "failed", "withdrawn", "levels", "alerts"
DEPARTURES, CLOSURES = "departures", "closures"
DEMAND, WATCHED = "demand", "watched"
LOADS, TODAY = "loads", "today"  # the kind, and its only key; it is that of WATCHED as well
# the counters' keys
QUEUE_NUMBER, OPEN_PURCHASES, LEVEL_NUMBER = "queue_number", "open_purchases", "level_number"
LAPSE_NUMBER, TELLING_NUMBER, FAILURE_NUMBER = "lapse_number", "telling_number", "failure_number"
AFTER_ANY_SKU = "\U0010ffff"
ALL_SITES = "sites"  # the only key of CLOSURES: most pools have none
SEEN_MARK = True

_SEPARATOR = "\x1f"  # in no site's id and no foreign key


class Position(NamedTuple):
    """One sku at one site: `on_hand` is the sum of the others."""

    on_hand: int = 0
    free: int = 0
    reserved: int = 0
    picked: int = 0
    packed: int = 0
    quarantined: int = 0


class Spread(NamedTuple):
    """A sku at the sites that ever had it. `free` repeats what is free by site: every decision asks for it first.

    `lots` are its lots, if it ever had one.
    """

    positions: Mapping[str, Position]
    free: Mapping[str, int]
    lots: SkuLots | None = None

    def having(self, site: str, position: Position) -> Self:
        """The same with another position at a site."""
        free = {**self.free, site: position.free}
        return tuple.__new__(type(self), ({**self.positions, site: position}, free, self.lots))

    @classmethod
    def of(cls, positions: Mapping[str, Position], lots: SkuLots | None = None) -> Self:
        """Of positions by site."""
        return cls(positions, {site: position.free for site, position in positions.items()}, lots)


class LineUnits(NamedTuple):
    """Units of a line in a shipment, by stage."""

    line_id: str
    sku: str
    reserved: int
    picked: int = 0
    packed: int = 0


class OpenShipment(NamedTuple):
    """A shipment of which units are still at its site. `stage` is the highest that any of its units reached."""

    number: int
    site: str
    stage: Stage
    lines: tuple[LineUnits, ...]


class Order(NamedTuple):
    """An order: `reserved` once it was decided on; how many promises and shipments it has had; what is still at sites.

    `versions` are the changes that were accounted for; `ahead` are units by line that were canceled before the order
    came to be reserved. While units are at sites, it is known until when they are to be there and by which rule.
    """

    reserved: bool = False
    decisions: int = 0
    shipments: int = 0
    open: tuple[OpenShipment, ...] = ()
    versions: tuple[int, ...] = ()
    ahead: tuple[tuple[str, int], ...] = ()
    deliver_by: datetime | None = None
    rule: str = ""


class Failures(NamedTuple):
    """What sites failed of an order: by line each site with its reason; then units by `failed_key`.

    `units` were failed so far; `early` were canceled as failed before the keeper heard that they were.
    """

    sites: Mapping[str, Mapping[str, str]] = {}
    units: Mapping[str, int] = {}
    early: Mapping[str, int] = {}


def failed_key(shipment_id: str, line_id: str) -> str:
    """A line's units in a shipment, among what was failed."""
    return f"{shipment_id}/{line_id}"


class WaitingLine(Part):
    """Units of a line that wait; `place` is the line's in its `Backordered`. What has `lapsed` is in no queue."""

    line_id: str
    sku: Sku
    quantity: int
    place: int
    lapsed: bool | None = None


class Waiting(Part):
    """An order that waits for stock, with what a promise must say of it."""

    order_number: str
    customer: Customer
    destination: Destination
    ship_option: ShipOption
    deliver_by: Instant
    queue_number: int
    lines: tuple[WaitingLine, ...]
    terms: OrderTerms | None = None
    holds: tuple[Hold, ...] | None = None
    priority: int | None = None
    cancel_on: str | None = None


class Today(NamedTuple):
    """How many shipments were promised from each site on the latest day."""

    day: str
    shipments: Mapping[str, int]


class Closure(NamedTuple):
    """A site that is `closed`, or will be on the day `begins_on`; days as ISO 8601."""

    closure_id: str
    reason: str
    closed: bool
    begins_on: str | None = None
    ends_on: str | None = None

    def is_over(self, day: str) -> bool:
        """Whether its last day is past."""
        return self.ends_on is not None and self.ends_on < day

    def why(self) -> str:
        """As an explanation says it."""
        return f"it is closed{f' until {self.ends_on}' if self.ends_on else ''}: {self.reason}"


class CountStage(StrEnum):
    """How far a count is."""

    OPEN = "open"
    WAITS = "waits"
    DONE = "done"


class CountLine(NamedTuple):
    """A sku of a count: units that the book had on the shelf when it was opened, and that were seen there."""

    sku: str
    book: int
    counted: int = 0


class Count(NamedTuple):
    """A count; of one that is done nothing is left. A difference worth more than `limit` (amount, currency) waits."""

    stage: CountStage
    limit: tuple[int, str] | None = None
    lines: tuple[CountLine, ...] = ()


class Transfer(NamedTuple):
    """Units between two sites, by sku; none, once they were received."""

    to_site: str
    lines: tuple[tuple[str, int], ...] = ()


class InboundUnits(NamedTuple):
    """Units of a sku that are still to come, and the day (ISO 8601)."""

    sku: str
    quantity: int
    due_on: str
    confirmed: bool


class Purchase(NamedTuple):
    """What is still to come of a purchase, after so many changes."""

    version: int
    lines: tuple[InboundUnits, ...]


class Queued(NamedTuple):
    """A line's turn in the queue of its sku."""

    order_id: str
    line_id: str
    quantity: int


def seen_key(move: str, site: str, reference: str) -> str:
    """The key of the mark that a site's receipt, adjustment, return receipt or request was decided on."""
    return f"{move}{_SEPARATOR}{site}{_SEPARATOR}{reference}"


def arrival_key(sku: str, due_on: str, site: str, purchase: str) -> str:
    """The key of units to come: those of a sku are read in the order of their days, in its `queue_range`."""
    return f"{queue_range(sku)[0]}{due_on}{_SEPARATOR}{site}{_SEPARATOR}{purchase}"


def arrival_of(sku: str, key: str) -> tuple[str, str]:
    """The day and the site of units to come, by their key."""
    day, site, _ = key.removeprefix(queue_range(sku)[0]).split(_SEPARATOR)
    return day, site


def site_key(site: str, name: str) -> str:
    """The key of what a site named; so is an order's with its last day (ISO 8601) for a site."""
    return f"{site}{_SEPARATOR}{name}"


def wave_key(wave_id: str) -> str:
    """The key of the mark that a wave was decided on."""
    return f"wave{_SEPARATOR}{wave_id}"


def queue_range(sku: str) -> tuple[str, str]:
    """Where the queue of a sku begins and ends: its length comes first, so no other sku's turns lie within."""
    start = f"{len(sku):02d}{sku}"
    return start, f"{start}:"  # the character after the digits


def queued_sku(key: str) -> str:
    """The sku of a turn, by its key."""
    return key[2 : 2 + int(key[:2])]


def queue_key(sku: str, number: int, place: int, priority: int = 0) -> str:
    """The key of a turn: queues are read in the order of their keys, a minus before any digit."""
    urgent = f"-{9 - priority}" if priority else ""
    return f"{queue_range(sku)[0]}{urgent}{number:012d}{place:04d}"


def turn_key(waiting: Waiting, line: WaitingLine) -> str:
    """The key of a waiting line's turn."""
    return queue_key(line.sku, waiting.queue_number, line.place, waiting.priority or 0)


def turn_of(waiting: Waiting) -> tuple[int, int]:
    """An order's turn: the least is served first."""
    return -(waiting.priority or 0), waiting.queue_number


_write = msgspec.json.Encoder(order="deterministic").encode


def _json(kind: Any, *, small: bool = False) -> RowCodec:
    """Named tuples are arrays."""
    return RowCodec(_write, msgspec.json.Decoder(kind).decode, small)


_read = msgspec.json.Decoder(dict[str, Position]).decode
_read_lots = msgspec.json.Decoder(tuple[dict[str, Position], SkuLots]).decode


def _write_spread(row: Spread) -> bytes:
    return _write(row.positions) if row.lots is None else _write((row.positions, row.lots))


def _read_spread(value: bytes) -> Spread:
    """Of a sku without lots an object, else an array."""
    return Spread.of(_read(value)) if value.startswith(b"{") else Spread.of(*_read_lots(value))


_KEPT = len(Order._fields) - 2


def _write_order(order: Order) -> bytes:
    """One that left takes a few bytes for ever."""
    return _write(order if order.open else order[:_KEPT])


KINDS: dict[str, RowCodec] = {
    POSITIONS: RowCodec(_write_spread, _read_spread, small=True),
    ORDERS: RowCodec(_write_order, msgspec.json.Decoder(Order).decode),
    WAITING: RowCodec(_write, partial(read_form, Waiting)),
    QUEUE: _json(Queued, small=True),
    COUNTS: _json(Count),
    TRANSFERS: _json(Transfer),
    PURCHASES: _json(Purchase),
    ARRIVALS: RowCodec(lambda units: b"%d" % units, int, small=True),
    EXPECTED: _json(dict[str, str]),
    LEVELS: _json(dict[str, int], small=True),
    ALERTS: _json(str, small=True),
    FAILED: _json(Failures),
    WITHDRAWN: _json(dict[str, int]),
    LAPSES: _json(str, small=True),
    SEEN: RowCodec(lambda _: b"", lambda _: SEEN_MARK, small=True),
    DEMAND: _json(Demand, small=True),
    WATCHED: _json(Watched, small=True),
    LOADS: _json(Today, small=True),
    DEPARTURES: RowCodec(lambda count: b"%d" % count, int, small=True),
    CLOSURES: _json(dict[str, Closure], small=True),
    lot_rows.HELD: _json(tuple[lot_rows.HeldLot, ...], small=True),
    lot_rows.GONE: _json(dict[str, dict[str, tuple[str, int]]]),
    lot_rows.EXPIRIES: RowCodec(lambda _: b"", lambda _: SEEN_MARK, small=True),
    lot_rows.TURNED: _json(str, small=True),
    missing_rows.MISSING: _json(tuple[missing_rows.Missing, ...]),
    COUNTERS: RowCodec(lambda count: b"%d" % count, int, small=True),
}
