"""Law 5: units are conserved per pool, sku and site at every offset, and nothing is promised twice."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from cauce.audit.record import Entry, Violation
from schemas.stock import Allocated, Bucket, LotUnits, Move, StockMoved

_STEPS = {
    Move.RECEIVED: {(Bucket.OUTSIDE, Bucket.FREE), (Bucket.OUTSIDE, Bucket.QUARANTINED)},
    Move.RESTOCKED: {(Bucket.OUTSIDE, Bucket.FREE), (Bucket.OUTSIDE, Bucket.QUARANTINED)},
    Move.ADJUSTED: {(Bucket.OUTSIDE, Bucket.FREE), (Bucket.FREE, Bucket.OUTSIDE)},
    Move.COUNTED: {(Bucket.OUTSIDE, Bucket.FREE), (Bucket.FREE, Bucket.OUTSIDE)},
    Move.CLEARED: {(Bucket.QUARANTINED, Bucket.FREE)},
    Move.TRANSFERRED: {(Bucket.OUTSIDE, Bucket.FREE), (Bucket.FREE, Bucket.OUTSIDE)},
    Move.RESERVED: {(Bucket.FREE, Bucket.RESERVED)},
    Move.RELEASED: {(Bucket.RESERVED, Bucket.FREE), (Bucket.PICKED, Bucket.FREE)},
    Move.PICKED: {(Bucket.RESERVED, Bucket.PICKED)},
    Move.PACKED: {(Bucket.PICKED, Bucket.PACKED)},
    Move.SHIPPED: {(Bucket.PACKED, Bucket.OUTSIDE)},
    Move.QUARANTINED: {(Bucket.FREE, Bucket.QUARANTINED), (Bucket.OUTSIDE, Bucket.QUARANTINED)},
    Move.WRITTEN_OFF: {(Bucket.FREE, Bucket.OUTSIDE), (Bucket.QUARANTINED, Bucket.OUTSIDE)},
}
Position = tuple[int, str, str]
Held = tuple[str, str]


class Ledger:
    """Every entry is a legal step between buckets, none goes below zero, and its running totals are the sums.

    So is every lot: an entry's lots are all of its units, and the lots of a position never hold more than it has.
    """

    def __init__(self) -> None:
        self._buckets: dict[Position, Counter[Bucket]] = defaultdict(Counter)
        self._lots: dict[Position, dict[str, Counter[Bucket]]] = {}
        self._found: list[Violation] = []

    def see(self, entry: Entry) -> None:
        """Entries of a sku share a key, so a position's entries come in the order they were decided."""
        moved = entry.message
        if not isinstance(moved, StockMoved):
            return
        buckets = self._buckets[moved.pool, moved.sku, moved.site]
        if (moved.source, moved.target) not in _STEPS[moved.move]:
            self._say(entry, moved, f"{moved.move} cannot move units from {moved.source} to {moved.target}")
        buckets[moved.source] -= moved.quantity
        buckets[moved.target] += moved.quantity
        if moved.source is not Bucket.OUTSIDE and buckets[moved.source] < 0:
            self._say(entry, moved, f"{moved.source} would be {buckets[moved.source]}")
        on_hand = sum(units for bucket, units in buckets.items() if bucket is not Bucket.OUTSIDE)
        if (on_hand, buckets[Bucket.FREE]) != (moved.on_hand, moved.free):
            stated = f"{moved.on_hand} on hand and {moved.free} free"
            self._say(entry, moved, f"it states {stated}, the ledger gives {on_hand} and {buckets[Bucket.FREE]}")
        if moved.lots or (moved.pool, moved.sku, moved.site) in self._lots:
            self._see_lots(entry, moved, buckets)

    def _see_lots(self, entry: Entry, moved: StockMoved, buckets: Counter[Bucket]) -> None:
        lots = self._lots.setdefault((moved.pool, moved.sku, moved.site), {})
        by_lot = sum(one.quantity for one in moved.lots or ())
        if moved.lots and by_lot != moved.quantity:
            self._say(entry, moved, f"its lots are {by_lot} of {moved.quantity} units")
        for one in moved.lots or ():
            if moved.move is Move.RESERVED and one.expires_on and one.expires_on < entry.envelope.at.date().isoformat():
                self._say(entry, moved, f"lot {one.lot} was promised after {one.expires_on}, its last day")
            if one.lot:
                units = lots.setdefault(one.lot, Counter())
                units[moved.source] -= one.quantity
                units[moved.target] += one.quantity
        for bucket in {moved.source, moved.target} - {Bucket.OUTSIDE}:
            held = {name: units[bucket] for name, units in lots.items()}
            for name in sorted(name for name, units in held.items() if units < 0):
                self._say(entry, moved, f"{bucket} would be {held[name]} of lot {name}")
            if sum(held.values()) > buckets[bucket]:
                self._say(entry, moved, f"{bucket} is {buckets[bucket]}, and {sum(held.values())} by lot")

    def violations(self) -> list[Violation]:
        """See Check."""
        return self._found

    def _say(self, entry: Entry, moved: StockMoved, detail: str) -> None:
        self._found.append(Violation(5, entry.place, f"{moved.sku} at {moved.site}", detail))


class Promises:
    """A promise is backed by exactly its reserved units; what is picked, packed, shipped or released was reserved."""

    def __init__(self) -> None:
        self._promised: Counter[Held] = Counter()
        self._moved: dict[Move, Counter[Held]] = defaultdict(Counter)
        self._lots: Counter[tuple[str, str, str]] = Counter()  # promised and not reserved, by line and lot
        self._place: dict[Held, tuple[str, str]] = {}

    def see(self, entry: Entry) -> None:
        """Promises and entries of the ledger are on two topics; they are compared at the end."""
        match entry.message:
            case Allocated() as allocated:
                for shipment in allocated.shipments:
                    for line in shipment.lines:
                        held = shipment.shipment_id, line.line_id
                        self._promised[held] += line.quantity
                        self._place.setdefault(held, (entry.place, allocated.order_id))
                        self._by_lot(held, line.lots, 1)
            case StockMoved(order_id=order_id) as moved if order_id and moved.line_id:
                held = moved.reference, moved.line_id
                self._moved[moved.move][held] += moved.quantity
                self._place.setdefault(held, (entry.place, order_id))
                if moved.move is Move.RESERVED:
                    self._by_lot(held, moved.lots, -1)
            case _:
                pass

    def _by_lot(self, held: Held, lots: tuple[LotUnits, ...] | None, sign: int) -> None:
        for one in lots or ():
            self._lots[*held, one.lot] += sign * one.quantity

    def violations(self) -> list[Violation]:
        """See Check."""
        found = []
        for held, (place, order_id) in self._place.items():
            units = {move: self._moved[move][held] for move in Move}
            promised = self._promised[held]
            if units[Move.RESERVED] != promised:
                detail = f"line {held[1]} of {held[0]}: {promised} promised, {units[Move.RESERVED]} reserved"
                found.append(Violation(5, place, order_id, detail))
            elif units[Move.SHIPPED] + units[Move.RELEASED] > promised:
                detail = f"line {held[1]} of {held[0]}: more shipped and released than the {promised} promised"
                found.append(Violation(5, place, order_id, detail))
        return [*found, *self._wrong_lots()]

    def _wrong_lots(self) -> Iterator[Violation]:
        for (shipment_id, line_id, lot), units in self._lots.items():
            if units:
                place, order_id = self._place[shipment_id, line_id]
                detail = f"line {line_id} of {shipment_id}: of lot {lot} {units} more promised than reserved"
                yield Violation(5, place, order_id, detail)
