"""The customers: they wait for their parcels, send some back, and the returns desk receives what they send."""

from collections.abc import Iterable

from cauce.demo.chance import draw, pick
from cauce.demo.plan import Plan
from cauce.demo.stage import Said
from cauce.runtime.service import Received
from schemas.orders import OrderChanged, OrderPlaced, OrderRefused
from schemas.raw import GradedLine, RawTopic, ReturnLineAsked, ReturnReceipt, ReturnRequest
from schemas.returns import Grade, ReturnAuthorized
from schemas.shipments import ParcelDelivered

TOPICS = ("order-placed", "order-refused", "order-changed", "delivered", "return-authorized")
RETURNED_DELIVERIES = 0.03
DAMAGED = 0.2


class Customers:
    """Remembers which units of which order have come; an order that is complete may send something back."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._open: dict[str, int] = {}
        self._delivered: set[str] = set()
        self._orders: dict[str, OrderPlaced] = {}
        self._seen: set[str] = set()
        self.simulated: set[str] = set()

    def respond(self, received: Received) -> Iterable[Said]:
        """Return requests once an order is complete, and the desk's receipts once they are authorized."""
        if received.envelope.id in self._seen:
            return
        self._seen.add(received.envelope.id)
        match received.message:
            case OrderPlaced() as order:
                self._orders[order.order_id] = order
                yield from self._came(order.order_id, -sum(line.quantity for line in order.lines))
            case ParcelDelivered() as parcel:
                self._delivered.add(parcel.order_id)
                yield from self._came(parcel.order_id, sum(line.quantity for line in parcel.lines))
            case OrderChanged() as change:
                yield from self._came(change.order_id, sum(units.quantity for units in change.canceled))
            case OrderRefused() as refused:
                yield from self._planned(refused.channel_order)  # who asks for goods that never came is told so
            case ReturnAuthorized() as authorized:
                yield _receipt(authorized)

    def unknown_purchases(self) -> Iterable[Said]:
        """The returns whose purchase nobody knows; they wait for nothing."""
        for planned in self._plan.returns.get("", ()):
            yield Said(RawTopic.RETURN_REQUESTS, planned.request.request, planned.request)

    def _came(self, order_id: str, units: int) -> Iterable[Said]:
        self._open[order_id] = self._open.get(order_id, 0) + units
        order = self._orders.get(order_id)
        if order is not None and self._open[order_id] == 0 and order_id in self._delivered:
            yield from self._returns(order)

    def _returns(self, order: OrderPlaced) -> Iterable[Said]:
        if order.channel_order in self._plan.returns:
            yield from self._planned(order.channel_order)
        elif draw("return", order.channel_order) < RETURNED_DELIVERIES:
            self.simulated.add(order.channel_order)
            yield Said(RawTopic.RETURN_REQUESTS, order.channel_order, _simulated(order))

    def _planned(self, channel_order: str) -> Iterable[Said]:
        for planned in self._plan.returns.get(channel_order, ()):
            yield Said(RawTopic.RETURN_REQUESTS, channel_order, planned.request)


def _simulated(order: OrderPlaced) -> ReturnRequest:
    line = order.lines[pick(len(order.lines), "line", order.channel_order)]
    return ReturnRequest(
        channel=order.channel,
        request=f"return-{order.channel_order}",
        order=order.channel_order,
        lines=(ReturnLineAsked(line=int(line.line_id), quantity=1),),
        reason="changed-mind",
    )


def _receipt(authorized: ReturnAuthorized) -> Said:
    form = ReturnReceipt(
        receipt=f"receipt-{authorized.return_id}",
        return_id=authorized.return_id,
        site=authorized.site,
        operator="desk",
        units=tuple(
            GradedLine(line=int(line.line_id), quantity=line.quantity, grade=_grade(authorized.request_id, line.sku))
            for line in authorized.lines
        ),
    )
    return Said(RawTopic.RETURN_REQUESTS, authorized.return_id, form)


def _grade(request: str, sku: str) -> Grade:
    return Grade.DAMAGED if draw("grade", request, sku) < DAMAGED else Grade.NEW
