"""What became of everything, folded from the public facts as they come: the demo's live figures and its last table."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from cauce.runtime.service import Received
from schemas.notices import CustomerNotified, NoticeFailed, NoticeSuperseded, TellCustomer
from schemas.orders import OrderChanged, OrderPlaced, OrderRefused
from schemas.payments import PaymentCaptured, PaymentFailed, PaymentRefunded
from schemas.returns import GoodsReturned, RefundRequested, ReturnAuthorized, ReturnRefused
from schemas.shipments import ParcelDelivered, ParcelPacked, ParcelShipped
from schemas.stock import AdjustmentRefused, Allocated, Backordered, Bucket, Move, StockMoved

TOPICS = (
    "order-placed", "order-refused", "order-changed", "allocated", "backordered", "packed", "shipped", "delivered",
    "return-authorized", "returned", "refund-requested", "captured", "refunded", "payment-failed", "notices",
    "notified", "stock-moved",
)  # fmt: skip


class Scoreboard:
    """Counts each fact once, whatever order the topics come in."""

    def __init__(self) -> None:
        self.placed: dict[str, OrderPlaced] = {}
        self.refused: set[str] = set()
        self.backordered: set[str] = set()
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
        self._to_go: dict[str, int] = defaultdict(int)
        self._canceled: dict[str, int] = defaultdict(int)
        self._shipped: dict[str, int] = defaultdict(int)
        self.parcels = 0

    def see(self, received: Received) -> None:  # noqa: C901, PLR0912  # one flat table of facts reads best
        """Take one fact in."""
        match received.message:
            case OrderPlaced() as order:
                self.placed[order.order_id] = order
                self._goods(order.order_id, "ordered", order.lines, 1)
            case OrderRefused() as refused:
                self.refused.add(refused.channel_order)
            case OrderChanged() as change:
                self._goods(change.order_id, "canceled", change.canceled, -1)
                self._canceled[change.order_id] += sum(units.quantity for units in change.canceled)
            case Allocated() as allocated:
                for shipment in allocated.shipments:
                    self._count("allocated", shipment.lines)
            case Backordered() as waiting:
                self.backordered.add(waiting.order_id)
                self._count("backordered", waiting.lines)
            case ParcelPacked() as parcel:
                self._count("packed", parcel.lines)
            case ParcelShipped() as parcel:
                self.parcels += 1
                self._count("shipped", parcel.lines)
                self._shipped[parcel.order_id] += sum(line.quantity for line in parcel.lines)
            case ParcelDelivered() as parcel:
                self._goods(parcel.order_id, "delivered", parcel.lines, -1)
            case ReturnAuthorized() as authorized:
                self.requested.add(authorized.request_id)
                self.returns.setdefault(authorized.return_id, "authorized")
            case ReturnRefused() as refused_return:
                self.return_refusals.add(refused_return.request_id)
            case GoodsReturned() as returned:
                self.returns[returned.return_id] = "received"
                self._count("returned", returned.units)
            case RefundRequested() as refund:
                self.refunds.setdefault(refund.refund_id, "asked" if refund.amount.amount else "nothing due")
            case PaymentCaptured() as captured:
                self.money["captured"] += captured.amount.amount
            case PaymentRefunded() as paid:
                self.money["refunded"] += paid.amount.amount
                self.refunds[paid.refund_id] = "paid"
            case PaymentFailed() as failed:
                self.refunds[failed.refund_id] = "failed"
            case TellCustomer():
                self.notices["told"] += 1
            case CustomerNotified() as notified:
                self.notices["sent"] += 1
                self.notices["repeated"] += notified.repeats
            case NoticeFailed():
                self.notices["failed"] += 1
            case NoticeSuperseded():
                self.notices["superseded"] += 1
            case StockMoved() as moved:
                self._ledger(moved)
            case AdjustmentRefused() as adjustment:
                self.adjustments.add(adjustment.adjustment_id)
            case _:
                pass

    def shipped_orders(self) -> int:
        """Orders of which everything that was not canceled has left."""
        return sum(1 for order in self._to_go if self._whole(order, self._shipped[order]))

    def delivered_orders(self) -> int:
        """Orders of which everything that was not canceled has arrived."""
        return sum(1 for order, units in self._to_go.items() if units == 0 and not self._all_canceled(order))

    def canceled_orders(self) -> int:
        """Orders of which nothing is left."""
        return sum(1 for order in self._to_go if self._all_canceled(order))

    def settled(self, *, orders: int, returns: int, adjustments: int) -> bool:
        """Whether everything that was sent in has reached its end, and everybody was told."""
        return (
            len(self.placed) + len(self.refused) >= orders
            and len(self.requested) + len(self.return_refusals) >= returns
            and len(self.adjustments) >= adjustments
            and all(units == 0 for units in self._to_go.values())
            and all(state == "received" for state in self.returns.values())
            and len(self.refunds) >= len(self.returns)
            and "asked" not in self.refunds.values()
            and self.notices["told"] == sum(self.notices[end] for end in ("sent", "failed", "superseded"))
        )

    def units_table(self) -> Mapping[str, int]:
        """Units by what became of them, and what the sites hold."""
        return {**self.units, "on_hand": sum(self.on_hand.values()), **{f"moved_{m}": n for m, n in self.moved.items()}}

    def _whole(self, order: str, units: int) -> bool:
        placed = self.placed.get(order)
        ordered = sum(line.quantity for line in placed.lines) if placed else 0
        return placed is not None and 0 < ordered - self._canceled[order] == units

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
