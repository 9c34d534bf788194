"""Laws 5 and 7 by order line: what was ordered is canceled, promised or waiting, and nothing is in two places."""

from collections import Counter, defaultdict

from cauce.audit.record import Entry, Violation
from schemas.orders import OrderChanged, OrderPlaced
from schemas.returns import GoodsReturned
from schemas.shipments import ParcelDelivered, ParcelShipped
from schemas.stock import Allocated, Backordered, Move, StockMoved

Line = tuple[str, str]


class Lines:
    """Per line: ordered = canceled + promised + waiting; delivered ≤ shipped ≤ promised; returned ≤ delivered."""

    def __init__(self) -> None:
        self._units: dict[str, Counter[Line]] = defaultdict(Counter)
        self._places: dict[str, str] = {}

    def see(self, entry: Entry) -> None:
        """Facts of one order are on many topics; they are summed by line and compared at the end."""
        match entry.message:
            case OrderPlaced() as order:
                self._places[order.order_id] = entry.place
                self._add("ordered", order.order_id, order.lines)
            case OrderChanged() as change:
                self._add("canceled", change.order_id, change.canceled)
            case Allocated() as allocated:
                for shipment in allocated.shipments:
                    self._add("promised", allocated.order_id, shipment.lines)
            case Backordered() as backordered:
                self._add("backordered", backordered.order_id, backordered.lines)
            case ParcelShipped() as parcel:
                self._add("shipped", parcel.order_id, parcel.lines)
            case ParcelDelivered() as parcel:
                self._add("delivered", parcel.order_id, parcel.lines)
            case GoodsReturned() as returned:
                self._add("returned", returned.order_id, returned.units)
            case StockMoved(move=Move.RELEASED) as moved:
                self._units["released"][moved.order_id, moved.line_id] += moved.quantity
            case _:
                pass

    def violations(self) -> list[Violation]:
        """See Check."""
        found = []
        for line in self._units["ordered"]:
            wrong = self._wrong({kind: units[line] for kind, units in self._units.items()})
            if wrong:
                found.append(Violation(7, self._places[line[0]], line[0], f"line {line[1]}: {wrong}"))
        return found

    def _add(self, kind: str, order_id: str, lines: tuple[object, ...]) -> None:
        units = self._units[kind]
        for line in lines:
            units[order_id, line.line_id] += line.quantity  # type: ignore[attr-defined]  # every line of ours has both

    def _wrong(self, units: dict[str, int]) -> str:
        count = Counter(units)
        kept = count["promised"] - count["released"]
        open_units = count["ordered"] - count["canceled"] - kept
        if open_units < 0:
            return f"{count['ordered']} ordered, but {kept} promised and {count['canceled']} canceled"
        if count["promised"] + count["backordered"] < count["ordered"]:
            missing = count["ordered"] - count["promised"] - count["backordered"]
            return f"{missing} units were neither promised nor put in the queue"
        if not count["delivered"] <= count["shipped"] <= kept:
            return f"{count['shipped']} shipped and {count['delivered']} delivered of {kept} promised"
        if count["returned"] > count["delivered"]:
            return f"{count['returned']} returned of {count['delivered']} delivered"
        return ""
