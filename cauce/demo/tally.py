"""What the public facts say of each line, order and cent; nothing here knows what was put in."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, NamedTuple

from schemas.backorders import Backordered
from schemas.orders import OrderChanged, OrderPlaced, OrderRefused
from schemas.payments import PaymentCaptured, PaymentFailed, PaymentRefunded
from schemas.returns import GoodsReturned, RefundRequested, ReturnAuthorized, ReturnRefused
from schemas.shipments import ParcelDelivered, ParcelPacked, ParcelShipped
from schemas.stock import AdjustmentRefused, Allocated, Move, StockMoved


class Stage(StrEnum):
    """How far units of a line are, each stage after those before it; then the ends beside the way."""

    ALLOCATED = "allocated"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    BACKORDERED = "backordered"
    CANCELED = "canceled"


class Granted(NamedTuple):
    """A return that may come: units by line."""

    return_id: str
    units: Counter[str]


class Tally:
    """Sums facts by line and order, each fact once; topics in any order."""

    def __init__(self) -> None:
        self.placed: dict[str, OrderPlaced] = {}  # by the channel's name, as are refusals
        self.refused: Counter[str] = Counter()
        self.because: Counter[str] = Counter()  # why orders and returns were refused, by the code of the reason
        self.units: dict[Stage, Counter[tuple[str, str]]] = {stage: Counter() for stage in Stage}  # by order, line
        self.answered: set[str] = set()  # orders of which the stock was asked, and said what it has
        self.adjusted: Counter[str] = Counter()
        self.adjustments_refused: Counter[str] = Counter()
        self.granted: dict[str, Granted] = {}  # by request, as are refusals
        self.returns_refused: Counter[str] = Counter()
        self.returned: dict[str, Counter[str]] = defaultdict(Counter)  # by return, then line
        self.captured: Counter[str] = Counter()  # by order, as are the rest
        self.owed: Counter[str] = Counter()
        self.refunded: Counter[str] = Counter()
        self.not_refunded: Counter[str] = Counter()

    def see(self, fact: Any) -> None:
        """Take one fact in; what says nothing of a line or a cent is passed over."""
        match fact:
            case OrderPlaced() | OrderRefused() | OrderChanged():
                self._see_order(fact)
            case Allocated() | Backordered() | ParcelPacked() | ParcelShipped() | ParcelDelivered():
                self._see_goods(fact)
            case StockMoved() | AdjustmentRefused():
                self._see_stock(fact)
            case ReturnAuthorized() | ReturnRefused() | GoodsReturned():
                self._see_return(fact)
            case PaymentCaptured() | RefundRequested() | PaymentRefunded() | PaymentFailed():
                self._see_money(fact)
            case _:
                pass

    def unanswered(self) -> int:
        """Placed orders of which the stock has said nothing yet, and that are not canceled."""
        waiting = [order for order in self.placed.values() if order.order_id not in self.answered]
        return sum(1 for order in waiting if not self._canceled(order))

    def _canceled(self, order: OrderPlaced) -> bool:
        canceled = self.units[Stage.CANCELED]
        return all(canceled[order.order_id, line.line_id] >= line.quantity for line in order.lines)

    def _see_order(self, fact: OrderPlaced | OrderRefused | OrderChanged) -> None:
        match fact:
            case OrderPlaced():
                self.placed[fact.channel_order] = fact
            case OrderRefused():
                self.refused[fact.channel_order] += 1
                self.because.update(reason.code for reason in fact.reasons)
            case OrderChanged():
                self._count(Stage.CANCELED, fact.order_id, fact.canceled)
                self.owed[fact.order_id] += fact.taken_off.amount

    def _see_goods(self, fact: Allocated | Backordered | ParcelPacked | ParcelShipped | ParcelDelivered) -> None:
        match fact:
            case Allocated():
                self.answered.add(fact.order_id)
                for shipment in fact.shipments:
                    self._count(Stage.ALLOCATED, fact.order_id, shipment.lines)
            case Backordered():
                self.answered.add(fact.order_id)
                self._count(Stage.BACKORDERED, fact.order_id, fact.lines)
            case ParcelPacked():
                self._count(Stage.PACKED, fact.order_id, fact.lines)
            case ParcelShipped():
                self._count(Stage.SHIPPED, fact.order_id, fact.lines)
            case ParcelDelivered():
                self._count(Stage.DELIVERED, fact.order_id, fact.lines)

    def _count(self, stage: Stage, order_id: str, lines: Iterable[Any]) -> None:
        for line in lines:
            self.units[stage][order_id, line.line_id] += line.quantity

    def _see_stock(self, fact: StockMoved | AdjustmentRefused) -> None:
        match fact:
            case StockMoved(move=Move.ADJUSTED):
                self.adjusted[fact.reference] += fact.quantity
            case AdjustmentRefused():
                self.adjustments_refused[fact.adjustment_id] += abs(fact.change) - fact.taken
            case _:
                pass

    def _see_return(self, fact: ReturnAuthorized | ReturnRefused | GoodsReturned) -> None:
        match fact:
            case ReturnAuthorized():
                units = Counter({line.line_id: line.quantity for line in fact.lines})
                self.granted[fact.request_id] = Granted(fact.return_id, units)
            case ReturnRefused():
                self.returns_refused[fact.request_id] += 1
                self.because.update(reason.code for reason in fact.reasons)
            case GoodsReturned():
                for line in fact.units:
                    self.returned[fact.return_id][line.line_id] += line.quantity

    def _see_money(self, fact: PaymentCaptured | RefundRequested | PaymentRefunded | PaymentFailed) -> None:
        match fact:
            case PaymentCaptured():
                self.captured[fact.order_id] += fact.amount.amount
            case RefundRequested():
                self.owed[fact.order_id] += fact.amount.amount
            case PaymentRefunded():
                self.refunded[fact.order_id] += fact.amount.amount
            case PaymentFailed():
                self.not_refunded[fact.order_id] += fact.amount.amount
