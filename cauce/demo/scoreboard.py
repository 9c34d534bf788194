"""What became of everything, folded from the public facts as they come: the demo's live figures and its last table."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from cauce.demo.tally import Tally
from cauce.runtime.service import Received
from schemas.backorders import Backordered
from schemas.changing import ChangeRefused
from schemas.notices import CustomerNotified, NoticeFailed, NoticeSuperseded, TellCustomer
from schemas.orders import OrderChanged, OrderPlaced, OrderRefused
from schemas.payments import PaymentCaptured, PaymentFailed, PaymentRefunded
from schemas.returns import GoodsReturned, RefundRequested, ReturnAuthorized, ReturnRefused
from schemas.shipments import ParcelDelivered, ParcelPacked, ParcelShipped
from schemas.stock import AdjustmentRefused, Allocated, Bucket, Move, StockMoved

TOPICS = (
    "order-placed", "order-refused", "change-requested", "order-changed", "allocated", "backordered", "packed",
    "shipped", "delivered", "return-authorized", "returned", "refund-requested", "captured", "refunded",
    "payment-failed", "notices", "notified", "stock-moved",
)  # fmt: skip
_UNITS = ("ordered", "allocated", "backordered", "packed", "shipped", "delivered", "canceled", "returned")


class Scoreboard:
    """Counts each fact once, whatever order the topics come in."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.placed: dict[str, OrderPlaced] = {}
        self.refused: set[str] = set()
        self.backordered: set[str] = set()
        self.changes: set[str] = set()  # requests that were answered
        self.units: Counter[str] = Counter()
        self.money: Counter[str] = Counter()
        self.notices: Counter[str] = Counter()
        self.moved: Counter[Move] = Counter()
        self.on_hand: Counter[tuple[str, str]] = Counter()
        self.adjustments: set[str] = set()
        self.requested: set[str] = set()
        self.return_refusals: set[str] = set()
        self.returns: dict[str, str] = {}
        self.refunds: dict[str, str] = {}
        self._request_of: dict[str, str] = {}
        self._return_of: dict[str, str] = {}
        self._received: dict[str, GoodsReturned] = {}
        self._to_go: dict[str, int] = defaultdict(int)
        self._canceled: dict[str, int] = defaultdict(int)
        self._shipped: dict[str, int] = defaultdict(int)
        self.parcels = 0

    def see(self, received: Received) -> None:
        """Take one fact in; what is not counted is passed over."""
        self.tally.see(received.message)
        match received.message:
            case OrderPlaced() | OrderRefused() | OrderChanged() | ChangeRefused() as fact:
                self._see_order(fact)
            case Allocated() | Backordered() as fact:
                self._see_promise(fact)
            case ParcelPacked() | ParcelShipped() | ParcelDelivered() as fact:
                self._see_parcel(fact)
            case ReturnAuthorized() | ReturnRefused() | GoodsReturned() as fact:
                self._see_return(fact)
            case PaymentCaptured() | RefundRequested() | PaymentRefunded() | PaymentFailed() as fact:
                self._see_money(fact)
            case TellCustomer() | CustomerNotified() | NoticeFailed() | NoticeSuperseded() as fact:
                self._see_notice(fact)
            case StockMoved() | AdjustmentRefused() as fact:
                self._see_stock(fact)
            case _:
                pass

    def _see_order(self, fact: OrderPlaced | OrderRefused | OrderChanged | ChangeRefused) -> None:
        match fact:
            case OrderPlaced():
                self.placed[fact.order_id] = fact
                self._goods(fact.order_id, "ordered", fact.lines, 1)
            case OrderRefused():
                self.refused.add(fact.channel_order)
            case ChangeRefused():
                self.changes.add(fact.request_id)
            case OrderChanged():
                self.changes.add(fact.request_id)
                self._goods(fact.order_id, "canceled", fact.canceled, -1)
                self._canceled[fact.order_id] += sum(units.quantity for units in fact.canceled)

    def _see_promise(self, fact: Allocated | Backordered) -> None:
        match fact:
            case Allocated():
                for shipment in fact.shipments:
                    self._count("allocated", shipment.lines)
            case Backordered():
                self.backordered.add(fact.order_id)
                self._count("backordered", fact.lines)

    def _see_parcel(self, fact: ParcelPacked | ParcelShipped | ParcelDelivered) -> None:
        match fact:
            case ParcelPacked():
                self._count("packed", fact.lines)
            case ParcelShipped():
                self.parcels += 1
                self._count("shipped", fact.lines)
                self._shipped[fact.order_id] += sum(line.quantity for line in fact.lines)
            case ParcelDelivered():
                self._goods(fact.order_id, "delivered", fact.lines, -1)

    def _see_return(self, fact: ReturnAuthorized | ReturnRefused | GoodsReturned) -> None:
        match fact:
            case ReturnAuthorized():
                self.requested.add(fact.request_id)
                self.returns.setdefault(fact.return_id, "authorized")
                self._request_of[fact.return_id] = fact.request_id
            case ReturnRefused():
                self.return_refusals.add(fact.request_id)
            case GoodsReturned():
                self.returns[fact.return_id] = "received"
                self._received[fact.return_id] = fact
                self._count("returned", fact.units)

    def _see_money(self, fact: PaymentCaptured | RefundRequested | PaymentRefunded | PaymentFailed) -> None:
        match fact:
            case PaymentCaptured():
                self.money["captured"] += fact.amount.amount
            case RefundRequested():
                self.refunds.setdefault(fact.refund_id, "asked")
                self._return_of[fact.refund_id] = fact.return_id
            case PaymentRefunded():
                self.money["refunded"] += fact.amount.amount
                self.refunds[fact.refund_id] = "paid"
            case PaymentFailed():
                self.refunds[fact.refund_id] = "failed"

    def _see_notice(self, fact: TellCustomer | CustomerNotified | NoticeFailed | NoticeSuperseded) -> None:
        match fact:
            case TellCustomer():
                self.notices["told"] += 1
            case CustomerNotified():
                self.notices["sent"] += 1
                self.notices["repeated"] += fact.repeats
            case NoticeFailed():
                self.notices["failed"] += 1
            case NoticeSuperseded():
                self.notices["superseded"] += 1

    def _see_stock(self, fact: StockMoved | AdjustmentRefused) -> None:
        match fact:
            case StockMoved():
                self._ledger(fact)
            case AdjustmentRefused():
                self.adjustments.add(fact.adjustment_id)

    def shipped_orders(self) -> int:
        """Orders of which everything that was not canceled has left."""
        return sum(1 for order in self._to_go if self._whole(order, self._shipped[order]))

    def delivered_orders(self) -> int:
        """Orders of which everything that was not canceled has arrived."""
        return sum(1 for order, units in self._to_go.items() if units == 0 and not self._all_canceled(order))

    def canceled_orders(self) -> int:
        """Orders of which nothing is left."""
        return sum(1 for order in self._to_go if self._all_canceled(order))

    def refunded_requests(self) -> set[str]:
        """The return requests whose money went back, or that were worth none."""
        paid = {
            self._return_of[refund]
            for refund, state in self.refunds.items()
            if state == "paid" and refund in self._return_of
        }
        worthless = {of for of, returned in self._received.items() if not self._worth_something(returned)}
        return {self._request_of[of] for of in paid | worthless if of in self._request_of}

    def open(self, *, orders: int, returns: int, adjustments: int, arriving: bool = True) -> dict[str, int]:
        """What was sent in and has not come to its end, by kind; empty once everything is settled.

        Where days take days, `arriving` is False: what the carrier has is as far as it comes today.
        """
        told = self.notices["told"] - sum(self.notices[end] for end in ("sent", "failed", "superseded"))
        found = {
            "orders without a decision": orders - len(self.placed) - len(self.refused),
            "adjustments not booked": adjustments - len(self.adjustments),
            "orders not delivered": sum(1 for units in self._to_go.values() if units) if arriving else 0,
            "orders not shipped": sum(1 for order in self.placed if not self._left(order)),
            "returns without a decision": returns - len(self.requested) - len(self.return_refusals),
            "returns not received": sum(1 for state in self.returns.values() if state != "received"),
            "refunds not asked for": sum(1 for _ in self._unasked()),
            "refunds not answered": sum(1 for state in self.refunds.values() if state == "asked"),
            "notices not sent": told,
        }
        return {what: count for what, count in found.items() if count > 0}

    def _unasked(self) -> Iterator[str]:
        asked = set(self._return_of.values())
        for of, returned in self._received.items():
            if of not in asked and self._worth_something(returned):
                yield of

    def _worth_something(self, returned: GoodsReturned) -> bool:
        order = self.placed.get(returned.order_id)
        worth = {line.line_id: line.amount.amount for line in order.lines} if order else {}
        return any(worth.get(units.line_id, 1) > 0 for units in returned.units)

    def units_table(self) -> Mapping[str, int]:
        """Units by what became of them, what came in from suppliers, and what the sites hold now."""
        return {
            **{became: self.units[became] for became in _UNITS},
            "received": self.moved[Move.RECEIVED],
            "on_hand": sum(self.on_hand.values()),
        }

    def _whole(self, order: str, units: int) -> bool:
        return 0 < self._wanted(order) == units

    def _left(self, order: str) -> bool:
        """Whether nothing of it is still with us; more may have left than is wanted by now."""
        return self._shipped[order] >= self._wanted(order)

    def _wanted(self, order: str) -> int:
        """Units ordered and not canceled; none of an order that was not seen."""
        placed = self.placed.get(order)
        return sum(line.quantity for line in placed.lines) - self._canceled[order] if placed else 0

    def _all_canceled(self, order: str) -> bool:
        placed = self.placed.get(order)
        return placed is not None and self._canceled[order] == sum(line.quantity for line in placed.lines)

    def _goods(self, order: str, became: str, lines: tuple[Any, ...], sign: int) -> None:
        self._count(became, lines)
        self._to_go[order] += sign * sum(line.quantity for line in lines)

    def _count(self, became: str, lines: tuple[Any, ...]) -> None:
        self.units[became] += sum(line.quantity for line in lines)

    def _ledger(self, moved: StockMoved) -> None:
        self.moved[moved.move] += moved.quantity
        if moved.move is Move.ADJUSTED:
            self.adjustments.add(moved.reference)
        if moved.source is Bucket.OUTSIDE:
            self.on_hand[moved.sku, moved.site] += moved.quantity
        if moved.target is Bucket.OUTSIDE:
            self.on_hand[moved.sku, moved.site] -= moved.quantity
