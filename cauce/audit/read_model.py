"""Law 11: what people are shown is what the facts say, as far as the read model has read.

Which facts it has read it says itself, by the offsets that it wrote in the same transaction as its rows. So it is
compared with exactly these, and one that lags is found late, not wrong.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from cauce.audit.kept import Counts, KeptDates
from cauce.audit.record import Entry, Violation
from cauce.audit.shown import STAGES, Shown, ShownOrder, Told, Units
from schemas.backorders import Backordered
from schemas.breaches import PromiseAtRisk, PromiseBroken, PromiseMoved
from schemas.changing import OrderRedirected
from schemas.failures import SourceFailed
from schemas.holding import OrderHeld, OrderReleased
from schemas.orders import CanceledUnits, LineQuantity, OrderChanged, OrderPlaced, OrderRefused
from schemas.payments import PaymentCaptured, PaymentRefunded
from schemas.reservations import StockReleased
from schemas.returns import GoodsReturned
from schemas.shipments import ParcelDelivered, ParcelPacked, ParcelShipped, WarehouseWork, Work, WorkPicked
from schemas.stock import Allocated, Bucket, StockMoved
from schemas.topics import BY_NAME

LAW = 11
READER = "insight"
_STEPS: dict[type[Any], str] = {
    WorkPicked: "picked",
    ParcelPacked: "packed",
    ParcelShipped: "shipped",
    ParcelDelivered: "delivered",
}
_MENTIONS = {OrderHeld, OrderReleased, PromiseAtRisk, PromiseMoved, PromiseBroken}  # leave stages and money alone
_BUCKETS = ("on_hand", *(bucket.value for bucket in Bucket if bucket is not Bucket.OUTSIDE))


class ReadModel:
    """State, amount and money of every order, the units of its lines by stage, and every position of the stock."""

    def __init__(self, shown: Shown) -> None:
        self.behind = 0
        self._shown = shown
        self._orders: dict[str, Told] = {}
        self._positions: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._places: dict[tuple[str, str], str] = {}
        self._last: dict[tuple[str, str], int] = {}
        self._kept = KeptDates()
        self._found: list[Violation] = []

    def see(self, entry: Entry) -> None:
        """Facts that the model has read are summed up; later ones are counted."""
        if READER not in BY_NAME[entry.topic].readers:
            return
        if entry.offset >= self._shown.read.get((entry.topic, entry.partition), 0):
            self.behind += 1
        elif entry.at in self._shown.unread:
            reason = self._shown.unread[entry.at]
            self._found.append(Violation(LAW, entry.place, entry.envelope.subject, f"it was passed over: {reason}"))
        else:
            self._take(entry)

    def _take(self, entry: Entry) -> None:
        self._kept.see(entry.message)
        match entry.message:
            case StockMoved() as moved:
                self._move(entry, moved)
            case OrderPlaced() | OrderChanged() | OrderRedirected() | OrderRefused() | GoodsReturned() as fact:
                self._told(entry).of_order(fact)
            case PaymentCaptured() | PaymentRefunded() as paid:
                self._told(entry).of_money(paid)
            case _:
                self._take_stock(entry)

    def _take_stock(self, entry: Entry) -> None:
        match entry.message:
            case Allocated() as allocated:
                for shipment in allocated.shipments:
                    for line in shipment.lines:
                        self._told(entry).promised[shipment.shipment_id, line.line_id] += line.quantity
            case Backordered() as waits:
                self._told(entry).queued.update(line.line_id for line in waits.lines)
            case StockReleased() | SourceFailed() as released:
                for name, units in _released(released):
                    self._told(entry).released[name, units.line_id] += units.quantity
            case WarehouseWork() as work:
                self._reach(entry, "stopped" if work.work is Work.STOP else "reserved")
            case message if type(message) in _STEPS:
                self._reach(entry, _STEPS[type(message)])
            case message if type(message) in _MENTIONS:
                self._told(entry)
            case _:
                pass

    def _reach(self, entry: Entry, step: str) -> None:
        self._told(entry).reached.setdefault(entry.message.shipment_id, set()).add(step)

    def _told(self, entry: Entry) -> Told:
        return self._orders.setdefault(entry.message.order_id, Told(entry.place))

    def _move(self, entry: Entry, moved: StockMoved) -> None:
        """A position's moves are in one partition, in order. Whether its totals are their sums is for law 5."""
        if entry.envelope.sequence <= self._last.get((moved.site, moved.sku), 0):
            return  # it stands twice, which breaks other laws
        self._last[moved.site, moved.sku] = entry.envelope.sequence
        units = self._positions[moved.site, moved.sku]
        units[moved.source.value] -= moved.quantity
        units[moved.target.value] += moved.quantity
        units["on_hand"], units["free"] = moved.on_hand, moved.free
        self._places[moved.site, moved.sku] = entry.place

    def violations(self) -> list[Violation]:
        """See Check: what was passed over, then orders and positions, each where a fact or a row speaks of it."""
        return [*self._found, *self._orders_wrong(), *self._positions_wrong(), *self._dates_wrong()]

    def _dates_wrong(self) -> Iterator[Violation]:
        if self._shown.kept is None:
            return
        for group, shown, told in self._kept.differences(self._shown.kept):
            yield Violation(LAW, "the read model", group, f"promise dates: {_two(_counts(shown), _counts(told))}")

    def _orders_wrong(self) -> Iterator[Violation]:
        unknown = ShownOrder("unknown")
        for order_id in dict.fromkeys([*self._orders, *self._shown.orders]):
            told, shown = self._orders.get(order_id), self._shown.orders.get(order_id)
            place = told.place if told else "the read model"
            if told is None:
                yield Violation(LAW, place, order_id, "the read model shows an order that no fact speaks of")
            elif shown is None and told.to_show() != unknown:
                yield Violation(LAW, place, order_id, "the read model does not show the order")
            elif shown is not None:
                yield from (Violation(LAW, place, order_id, what) for what in _differences(shown, told.to_show()))

    def _positions_wrong(self) -> Iterator[Violation]:
        for position in dict.fromkeys([*self._positions, *self._shown.positions]):
            site, sku = position
            shown, told = self._shown.positions.get(position, {}), self._positions.get(position, Counter())
            place = self._places.get(position, "the read model")
            for name in _BUCKETS:
                if shown.get(name, 0) != told[name]:
                    what = f"{name.replace('_', ' ')}: {_two(shown.get(name, 0), told[name])}"
                    yield Violation(LAW, place, f"{sku} at {site}", what)


def _differences(shown: ShownOrder, told: ShownOrder) -> Iterator[str]:
    for name, mine, yours in zip(ShownOrder._fields[:-1], shown[:-1], told[:-1], strict=True):
        if mine != yours:
            yield f"{name}: {_two(mine, yours)}"
    for line_id in dict.fromkeys([*told.lines, *shown.lines]):
        mine, yours = _units(shown.lines.get(line_id, {})), _units(told.lines.get(line_id, {}))
        if mine != yours:
            yield f"line {line_id}: {_two(mine, yours)}"


def _units(line: Units) -> str:
    return ", ".join(f"{line.get(stage, 0)} {stage}" for stage in STAGES if line.get(stage, 0)) or "nothing"


def _counts(counts: Counts) -> str:
    kept, broken, at_risk = counts
    return f"{kept} kept, {broken} broken, {at_risk} at risk"


def _two(shown: object, told: object) -> str:
    return f"{shown} in the read model, {told} by the facts"


def _released(fact: StockReleased | SourceFailed) -> list[tuple[str, CanceledUnits | LineQuantity]]:
    if isinstance(fact, SourceFailed):
        return [(fact.shipment_id, line) for line in fact.lines]
    return [(units.shipment_id, units) for units in fact.units]
