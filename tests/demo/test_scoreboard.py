"""When a demo has come to its end, as far as the facts tell."""

from datetime import UTC, datetime

from cauce.demo.scoreboard import Scoreboard
from cauce.runtime.service import Received
from cauce.runtime.settings import CHECKOUT
from schemas.envelope import Envelope
from schemas.orders import OrderPlaced
from schemas.shipments import ParcelDelivered, ParcelShipped
from schemas.stock import ShipmentLine

EXAMPLES = CHECKOUT / "schemas" / "examples"


def example(kind):
    return kind.read(next(iter(sorted((EXAMPLES / kind.type).glob("*.json")))).read_bytes())


def seen(*messages):
    score = Scoreboard()
    for message in messages:
        at = datetime(2026, 3, 2, tzinfo=UTC)
        envelope = Envelope("id", message.type, "/test", "subject", 1, at, "test")
        score.see(Received("topic", envelope, message))
    return score


def test_an_order_is_open_until_it_arrives_or_where_days_take_days_until_it_leaves():
    order = example(OrderPlaced)
    units = [
        ShipmentLine(line_id=line.line_id, sku=line.sku, quantity=line.quantity, weight_grams=1) for line in order.lines
    ]
    parcel = {"order_id": order.order_id, "lines": units}
    shipped = example(ParcelShipped).model_copy(update=parcel)
    delivered = example(ParcelDelivered).model_copy(update=parcel)
    sent = {"orders": 1, "returns": 0, "adjustments": 0}

    assert seen(order).open(**sent) == {"orders not shipped": 1, "orders not delivered": 1}
    assert seen(order).open(**sent, arriving=False) == {"orders not shipped": 1}
    assert seen(order, shipped).open(**sent) == {"orders not delivered": 1}
    assert seen(order, shipped).open(**sent, arriving=False) == {}
    assert seen(order, shipped, delivered).open(**sent) == {}
