"""What a pool's events alone say, and rows as a lane's batch sees them."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from schemas.backorders import Backordered, BackorderReleased
from schemas.stock import Allocated, Bucket, Move, StockMoved
from services.allocation.domain.rows import KINDS

BOTH_WAYS = (Move.ADJUSTED, Move.COUNTED, Move.TRANSFERRED)


class BatchedRows:
    """Rows as a lane's batch sees them: its changes over bytes, which `commit` makes of them."""

    def __init__(self) -> None:
        self.stored: dict[str, dict[str, bytes]] = {kind: {} for kind in KINDS}
        self.changes: dict[tuple[str, str], Any] = {}

    def get(self, kind: str, key: str) -> Any | None:
        if (kind, key) in self.changes:
            return self.changes[kind, key]
        value = self.stored[kind].get(key)
        return None if value is None else KINDS[kind].decode(value)

    def put(self, kind: str, key: str, row: Any | None) -> None:
        self.changes[kind, key] = row

    def scan(self, kind: str, start: str, stop: str) -> Iterator[tuple[str, Any]]:
        keys = {*self.stored[kind], *(key for of, key in self.changes if of == kind)}
        within = (key for key in keys if start.encode() <= key.encode() < stop.encode())
        rows = ((key, self.get(kind, key)) for key in sorted(within, key=str.encode))
        return iter([(key, row) for key, row in rows if row is not None])

    def commit(self) -> None:
        for (kind, key), row in self.changes.items():
            if row is None:
                self.stored[kind].pop(key, None)
            else:
                self.stored[kind][key] = KINDS[kind].encode(row)
        self.changes.clear()


class Books:
    """What the events alone say: the oracle, which knows no rows."""

    def __init__(self) -> None:
        self.buckets: dict[tuple[str, str], Counter[str]] = {}
        self.moved: Counter[tuple[str, str, Move, bool]] = Counter()
        self.waiting: Counter[tuple[str, str]] = Counter()
        self.promised: Counter[tuple[str, str]] = Counter()
        self.reserved: Counter[tuple[str, str]] = Counter()
        self.shipments: dict[str, list[str]] = {}
        self.numbers: dict[str, int] = {}
        self.served: list[tuple[str, int]] = []  # sku and queue number, since the last command

    def enter(self, event: Any) -> None:
        match event:
            case StockMoved():
                self._move(event)
            case Allocated():
                self._promise(event)
            case Backordered():
                assert event.queue_number == len(self.numbers) + 1
                self.numbers[event.order_id] = event.queue_number
                self.waiting.update({(event.order_id, line.line_id): line.quantity for line in event.lines})
            case BackorderReleased():
                self.waiting.subtract({(event.order_id, line.line_id): line.quantity for line in event.lines})

    def _move(self, event: StockMoved) -> None:
        buckets = self.buckets.setdefault((event.sku, event.site), Counter())
        buckets[event.source] -= event.quantity
        buckets[event.target] += event.quantity
        inside = {bucket: buckets[bucket] for bucket in Bucket if bucket is not Bucket.OUTSIDE}
        assert min(inside.values()) >= 0
        assert (event.on_hand, event.free) == (sum(inside.values()), buckets[Bucket.FREE])
        self.moved[event.sku, event.site, event.move, event.source is Bucket.OUTSIDE] += event.quantity
        if event.move is Move.RESERVED:
            self.reserved[event.reference, event.line_id] += event.quantity

    def _promise(self, event: Allocated) -> None:
        known = self.shipments.setdefault(event.order_id, [])
        for shipment in event.shipments:
            known.append(shipment.shipment_id)
            for line in shipment.lines:
                self.promised[shipment.shipment_id, line.line_id] += line.quantity
                if self.waiting.pop((event.order_id, line.line_id), None):  # a waiting line is served whole
                    self.served.append((line.sku, self.numbers[event.order_id]))

    def on_hand(self, sku: str, site: str) -> int:
        """By the law: what was received and restocked, adjusted, less what was shipped and written off."""
        came = sum(self.moved[sku, site, move, True] for move in (Move.RECEIVED, Move.RESTOCKED, *BOTH_WAYS))
        went = sum(self.moved[sku, site, move, False] for move in (Move.SHIPPED, Move.WRITTEN_OFF, *BOTH_WAYS))
        return came - went
