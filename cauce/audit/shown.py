"""What a read model showed at one moment, as the auditor compares it: orders with their lines, stock, and how far."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from cauce.audit.kept import Counts
from cauce.audit.record import Place
from schemas.changing import OrderRedirected
from schemas.orders import CanceledUnits, OrderChanged, OrderPlaced, OrderRefused
from schemas.payments import PaymentCaptured, PaymentRefunded
from schemas.returns import GoodsReturned

IN_HAND = ("open", "backordered", "reserved", "picked", "packed")
STAGES = (*IN_HAND, "shipped", "delivered", "canceled", "returned")
Units = Mapping[str, int]  # by stage, or by bucket of the stock; what is not named is none
NO_LINES: Mapping[str, Units] = {}


class ShownOrder(NamedTuple):
    """An order as people see it; money in minor units, `lines` by their id."""

    state: str
    amount: int | None = None
    captured: int = 0
    refunded: int = 0
    lines: Mapping[str, Units] = NO_LINES


class Shown(NamedTuple):
    """All of it, as of the offsets up to which it has `read`; what is `unread` was passed over, with a reason."""

    read: Mapping[tuple[str, int], int]
    unread: Mapping[Place, str]
    orders: Mapping[str, ShownOrder]
    positions: Mapping[tuple[str, str], Units]  # by site and sku
    kept: Mapping[str, Counts] | None = None  # promise dates by site; None where nobody asked


@dataclass(slots=True)
class Told:
    """What facts tell of one order, until it is asked what should be shown of it."""

    place: str
    is_refused: bool = False
    amounts: dict[int, int] = field(default_factory=dict)
    ordered: Counter[str] = field(default_factory=Counter)
    canceled: Counter[str] = field(default_factory=Counter)
    returned: Counter[str] = field(default_factory=Counter)
    queued: set[str] = field(default_factory=set)
    promised: Counter[tuple[str, str]] = field(default_factory=Counter)  # by shipment and line
    released: Counter[tuple[str, str]] = field(default_factory=Counter)
    reached: dict[str, set[str]] = field(default_factory=dict)
    captured: dict[str, int] = field(default_factory=dict)  # by payment
    refunded: dict[tuple[str, str], int] = field(default_factory=dict)  # by refund and payment

    def of_order(self, fact: OrderPlaced | OrderChanged | OrderRedirected | OrderRefused | GoodsReturned) -> None:
        """What was ordered, canceled and sent back."""
        match fact:
            case OrderPlaced():
                self.amounts[fact.version] = fact.amount().amount
                self.ordered.update({line.line_id: line.quantity for line in fact.lines})
            case OrderChanged():
                self.amounts[fact.version] = fact.amount.amount
                _add(self.canceled, fact.canceled)
            case OrderRedirected():
                self.amounts[fact.version] = fact.amount.amount
            case OrderRefused():
                self.is_refused = True
            case GoodsReturned():
                for units in fact.units:
                    self.returned[units.line_id] += units.quantity

    def of_money(self, fact: PaymentCaptured | PaymentRefunded) -> None:
        """What was taken and given back; a fact that stands twice breaks other laws, and counts once here."""
        if isinstance(fact, PaymentCaptured):
            self.captured[fact.payment_id] = fact.amount.amount
        else:
            self.refunded[fact.refund_id, fact.payment_id] = fact.amount.amount

    def to_show(self) -> ShownOrder:
        """The order as it should be seen."""
        lines = {line_id: self._line(line_id) for line_id in self.ordered}
        amount = self.amounts[max(self.amounts)] if self.amounts else None
        return ShownOrder(self._state(lines), amount, sum(self.captured.values()), sum(self.refunded.values()), lines)

    def _line(self, line_id: str) -> Counter[str]:
        """Each unit ordered is canceled, at the stage of its shipment, in the queue, or open."""
        units: Counter[str] = Counter({"canceled": self.canceled[line_id], "returned": self.returned[line_id]})
        for (shipment_id, of_line), quantity in self.promised.items():
            stage = _furthest(self.reached.get(shipment_id, set()))
            if of_line == line_id and stage != "stopped":
                units[stage] += max(0, quantity - self.released[shipment_id, line_id])
        placed = sum(units[stage] for stage in ("reserved", "picked", "packed", "shipped", "delivered"))
        rest = max(0, self.ordered[line_id] - units["canceled"] - placed)
        units["backordered" if line_id in self.queued else "open"] += rest
        return units

    def _state(self, lines: Mapping[str, Counter[str]]) -> str:
        if not self.ordered:
            return "refused" if self.is_refused else "unknown"
        units: Counter[str] = sum(lines.values(), Counter())
        here, gone = sum(units[stage] for stage in IN_HAND), units["shipped"] + units["delivered"]
        if not here:
            return _gone(units, gone)
        if gone:
            return "part_shipped"
        if units["picked"] + units["packed"]:
            return "packed" if units["packed"] == here else "picking"
        if units["backordered"]:
            return "backordered"
        return "allocated" if units["reserved"] == here else "placed"


def _gone(units: Counter[str], gone: int) -> str:
    """Of an order of which nothing is left to be sent."""
    if not gone:
        return "canceled"
    if units["returned"] >= gone:
        return "returned"
    return "shipped" if units["shipped"] else "delivered"


def _furthest(reached: set[str]) -> str:
    steps = ("delivered", "shipped", "stopped", "packed", "picked")
    return next((step for step in steps if step in reached), "reserved")


def _add(counter: Counter[str], lines: tuple[CanceledUnits, ...]) -> None:
    for units in lines:
        counter[units.line_id] += units.quantity
