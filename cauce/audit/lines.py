"""Laws 5 and 7 by order line: every unit is somewhere, and in one place only."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from cauce.audit.record import Entry, Gap, Violation
from cauce.audit.states import State, Waiting
from schemas.backorders import Backordered, BackorderReleased
from schemas.failures import SourceFailed
from schemas.holding import OrderReleased
from schemas.holds import keeps_from_stock
from schemas.orders import OrderChanged, OrderPlaced
from schemas.reservations import StockReleased
from schemas.returns import GoodsReturned
from schemas.shipments import ParcelDelivered, ParcelShipped
from schemas.stock import Allocated, Move, StockMoved

_MOVES = {Move.RELEASED: "released", Move.SHIPPED: "left"}


@dataclass(slots=True)
class Units:
    """Units by line of one order, by what was said of them, and promises by the cause that each followed."""

    place: str = ""
    by_kind: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    promised: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    queued_by: str | None = None
    first: str | None = None
    from_stock: set[str] = field(default_factory=set)  # the holds that keep it from the stock
    released: set[str] = field(default_factory=set)

    def add(self, kind: str, lines: Iterable[Any]) -> None:
        """Count `lines` as `kind`."""
        for line in lines:
            self.by_kind[kind][line.line_id] += line.quantity

    def line(self, line_id: str) -> Counter[str]:
        """The line's units by kind; `at_once` are those promised when it was reserved, `later` those from the queue."""
        counts = Counter({kind: units[line_id] for kind, units in self.by_kind.items()})
        for cause, units in self.promised.items():
            kind = "at_once" if cause == (self.queued_by or self.first) else "later"
            counts[kind] += units[line_id]
        return counts


class Lines:
    """Per line: ordered = canceled ahead + promised + queued; what is canceled is given back; sent = off the shelves.

    Units that were canceled ahead of the reservation are left out of it: the keeper says so when it hears of the
    change, and nothing when it hears of an order of which nothing is left.
    """

    def __init__(self) -> None:
        self._orders: dict[str, Units] = defaultdict(Units)

    def see(self, entry: Entry) -> None:
        """Facts of one order are on many topics; they are summed by line and compared at the end."""
        message = entry.message
        match message:
            case OrderPlaced():
                self._orders[message.order_id].place = entry.place
                self._add("ordered", message, message.lines)
                kept = (hold.hold_id for hold in message.holds or () if keeps_from_stock([hold]))
                self._orders[message.order_id].from_stock.update(kept)
            case OrderReleased():
                self._orders[message.order_id].released.add(message.hold_id)
            case OrderChanged():
                self._add("canceled", message, message.canceled)
            case GoodsReturned():
                self._add("returned", message, message.units)
            case ParcelShipped():
                self._add("shipped", message, message.lines)
            case ParcelDelivered():
                self._add("delivered", message, message.lines)
            case _:
                self._see_stock(entry)

    def _see_stock(self, entry: Entry) -> None:
        message = entry.message
        match message:
            case SourceFailed() | Allocated(resourced=True) | Backordered(resourced=True):
                self._see_failure(message)
            case Allocated():
                if message.decision == 1:
                    self._orders[message.order_id].first = entry.envelope.cause_id
                promised = self._orders[message.order_id].promised[entry.envelope.cause_id]
                for line in (line for shipment in message.shipments for line in shipment.lines):
                    promised[line.line_id] += line.quantity
            case Backordered():
                self._orders[message.order_id].queued_by = entry.envelope.cause_id
                self._add("queued", message, message.lines)
            case BackorderReleased():
                self._add("unqueued", message, message.lines)
            case StockReleased():
                self._add("ahead", message, (units for units in message.units if not units.shipment_id))
            case StockMoved(move=Move.RELEASED | Move.SHIPPED) if message.line_id:
                self._add(_MOVES[message.move], message, (message,))
            case _:
                pass

    def _see_failure(self, message: SourceFailed | Allocated | Backordered) -> None:
        match message:
            case SourceFailed():
                self._add("failed", message, message.lines)
            case Allocated():
                self._add("resourced", message, (line for one in message.shipments for line in one.lines))
            case Backordered():
                self._add("requeued", message, message.lines)

    def violations(self) -> list[Violation]:
        """See Check."""
        found = []
        for order_id, units in self._orders.items():
            for line_id in _known_lines(units):
                broken = _wrong(units.line(line_id), may_wait=bool(units.from_stock - units.released))
                if broken:
                    kind = Gap if units.by_kind["ordered"][line_id] else Violation
                    found.append(kind(7, units.place or "order-placed", order_id, f"line {line_id}: {broken}"))
        return found

    def waiting(self) -> Iterable[Waiting]:
        """See Waits."""
        for order_id, units in self._orders.items():
            if any(_queued(units.line(line_id)) > 0 for line_id in units.by_kind["queued"]):
                yield Waiting(State.IN_QUEUE, order_id)

    def _add(self, kind: str, message: Any, lines: Iterable[Any]) -> None:
        self._orders[message.order_id].add(kind, lines)


def _known_lines(units: Units) -> dict[str, None]:
    kinds = [*units.by_kind.values(), *units.promised.values()]
    return dict.fromkeys(line_id for lines in kinds for line_id in lines)


def _queued(count: Counter[str]) -> int:
    """Units that are in the queue now."""
    return count["queued"] + count["requeued"] - count["unqueued"] - count["later"]


def _wrong(count: Counter[str], *, may_wait: bool) -> str:
    return _wrong_at_the_keeper(count, may_wait=may_wait) or _wrong_on_the_way(count)


def _wrong_at_the_keeper(count: Counter[str], *, may_wait: bool) -> str:
    ordered, ahead = count["ordered"], count["ahead"]
    nowhere = ordered - ahead - count["at_once"] - count["queued"]
    if may_wait and count["at_once"] + count["queued"]:
        return "it is held from the stock, and was given some"
    if nowhere > 0 and not may_wait:
        return f"{nowhere} units were neither promised nor put in the queue"
    if nowhere < 0:
        return f"{ordered} ordered, but {count['at_once']} promised, {count['queued']} queued and {ahead} left out"
    if _queued(count) < 0:
        return f"{count['later']} promised and {count['unqueued']} given up of {count['queued']} in the queue"
    if count["failed"] != count["resourced"] + count["requeued"]:
        return f"{count['failed']} failed, {count['resourced']} promised anew and {count['requeued']} put in the queue"
    back = ahead + count["unqueued"] + count["released"] - count["failed"]
    return f"{count['canceled']} canceled, but the keeper gave {back} back" if back != count["canceled"] else ""


def _wrong_on_the_way(count: Counter[str]) -> str:
    kept = count["at_once"] + count["later"] + count["resourced"] - count["released"]
    if not count["delivered"] <= count["shipped"] <= kept:
        return f"{count['shipped']} shipped and {count['delivered']} delivered of {kept} promised"
    if count["left"] != count["shipped"]:
        return f"{count['shipped']} shipped, but {count['left']} left the stock"
    if count["returned"] > count["shipped"]:
        return f"{count['returned']} returned of {count['shipped']} shipped"
    return ""
