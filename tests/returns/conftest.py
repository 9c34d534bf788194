"""A returns lane in memory, fed through its declared translations, and a shop's facts to feed it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cauce.decider import MemoryReference
from cauce.money import Money
from cauce.places import Coordinates
from cauce.runtime.service import EntityLane, Received
from schemas.base import Message, Sealed
from schemas.envelope import Envelope
from schemas.orders import Customer, Destination, LineQuantity, OrderLine, OrderPlaced, ShipOption
from schemas.payments import PaymentRefunded, RefundCause
from schemas.reference import Policy
from schemas.returns import Grade, GradedUnits, ReceiveReturn, RequestReturn
from schemas.shipments import ParcelDelivered, ParcelShipped
from schemas.stock import ShipmentLine
from services.returns.domain.commands import TimePassed
from services.returns.worker import SERVICE

ORDER = "k3v7q2m5xw4tz6ynb7adhcpe"
NUMBER = "web-1001"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CUSTOMER = Customer(person_id="p7w2", country="ES", language="es", personal=Sealed(person_id="p7w2", content=b"sealed"))
POLICY = Policy(
    currencies=("EUR",),
    deliver_within_days={ShipOption.STANDARD: 5, ShipOption.EXPRESS: 2},
    return_window_days=14,
    returns_site="madrid",
)
(LANE,) = (lane for lane in SERVICE.lanes if isinstance(lane, EntityLane))


class Lane:
    """The state of one order and everything published about it, in order."""

    def __init__(self, **reference: Any) -> None:
        self.reference = MemoryReference(**(reference or {"policy": (POLICY,)}))
        self.state = LANE.decider.initial(ORDER)
        self.events: list[Message] = []

    def hear(self, topic: str, message: Message, at: datetime = NOON) -> tuple[Message, ...]:
        """What the lane publishes because of a record."""
        envelope = Envelope(f"{topic}/{at}", message.type, "/test", message.key_value(), 1, at, "test")
        command = LANE.inputs[topic](Received(topic, envelope, message), self.reference)
        return self._do(command) if command else ()

    def tick(self, at: datetime) -> tuple[Message, ...]:
        """What the lane publishes because it is `at`; as in the lane, only what is due is reached."""
        due = LANE.decider.due(self.state)
        events = self._do(TimePassed(at)) if due and due <= at else ()
        due = LANE.decider.due(self.state)
        assert due is None or due > at, "time that passed leaves nothing due"
        return events

    def _do(self, command: Any) -> tuple[Message, ...]:
        events = LANE.decider.decide(self.state, command)
        for event in events:
            assert isinstance(event, LANE.publishes)
            self.state = LANE.decider.evolve(self.state, type(event).read(event.to_bytes()))
        stored = self.state.__pydantic_serializer__.to_json(self.state, exclude_defaults=True)
        assert LANE.state.model_validate_json(stored) == self.state, "a state is what its table keeps of it"
        self.events += events
        return events


class Shop:
    """Facts and requests about one order, as other services and the door write them."""

    noon, order_id, policy = NOON, ORDER, POLICY

    def euros(self, amount: int) -> Money:
        return Money(amount=amount, currency="EUR")

    def placed(self, *lines: tuple[int, int, int]) -> OrderPlaced:
        """An order with a line for each (quantity, amount, tax); without any, two lamps for 39.99 of which 6.94 tax."""
        return OrderPlaced(
            order_id=ORDER,
            order_number=NUMBER,
            channel="web",
            channel_order="1001",
            placed_at=NOON,
            currency="EUR",
            customer=CUSTOMER,
            destination=Destination(country="ES", coordinates=Coordinates(latitude=40.4, longitude=-3.7)),
            ship_option=ShipOption.STANDARD,
            deliver_by=NOON + timedelta(days=5),
            lines=tuple(
                OrderLine(
                    line_id=str(number),
                    sku=f"LAMP-{number}",
                    quantity=quantity,
                    unit_price=self.euros(amount // quantity),
                    amount=self.euros(amount),
                    tax=self.euros(tax),
                )
                for number, (quantity, amount, tax) in enumerate(lines or ((2, 3999, 694),), start=1)
            ),
        )

    def shipped(self, number: int = 1, **units: int) -> ParcelShipped:
        """A parcel with `_1=2`: two units of line 1; without any, both lamps."""
        return ParcelShipped(
            **self._parcel(number, units), carrier="correos", service="48h", arrives_on=date(2026, 3, 5)
        )

    def delivered(self, number: int = 1, *, at: datetime = NOON, **units: int) -> ParcelDelivered:
        return ParcelDelivered(**self._parcel(number, units), delivered_at=at)

    def request(self, request_id: str = "r1", *, known: bool = True, **units: int) -> RequestReturn:
        return RequestReturn(
            order_id=ORDER,
            request_id=request_id,
            purchase_known=known,
            lines=self._lines(units),
            reason="too bright",
            asked_by="web",
        )

    def receipt(self, receipt_id: str = "17", *, number: int = 1, grade: str = "new", **units: int) -> ReceiveReturn:
        graded = tuple(
            GradedUnits(line_id=line.line_id, quantity=line.quantity, grade=Grade(grade)) for line in self._lines(units)
        )
        return ReceiveReturn(
            order_id=ORDER,
            return_id=f"R{ORDER}-{number}",
            receipt_id=receipt_id,
            site="madrid",
            units=graded,
            operator="op-4",
        )

    def refunded(self, refund_id: str, amount: int, payment_id: str = "pay-1") -> PaymentRefunded:
        return PaymentRefunded(
            order_id=ORDER,
            order_number=NUMBER,
            refund_id=refund_id,
            payment_id=payment_id,
            provider="sandbox",
            provider_reference="re_1",
            amount=self.euros(amount),
            because=RefundCause.RETURNED,
            customer=CUSTOMER,
        )

    def _lines(self, units: dict[str, int]) -> tuple[LineQuantity, ...]:
        return tuple(LineQuantity(line_id=line.strip("_"), quantity=count) for line, count in units.items())

    def _parcel(self, number: int, units: dict[str, int]) -> dict[str, Any]:
        lines = tuple(
            ShipmentLine(line_id=line.line_id, sku=f"LAMP-{line.line_id}", quantity=line.quantity, weight_grams=900)
            for line in self._lines(units or {"_1": 2})
        )
        return {
            "order_id": ORDER,
            "order_number": NUMBER,
            "shipment_id": f"{ORDER}-{number}",
            "site": "madrid",
            "lines": lines,
            "tracking_number": f"CA{ORDER}{number:03d}".upper(),
            "customer": CUSTOMER,
        }


@pytest.fixture(scope="session")
def new_lane() -> type[Lane]:
    return Lane


@pytest.fixture(scope="session")
def shop() -> Shop:
    return Shop()


@pytest.fixture
def lane() -> Lane:
    """A lane that knows nothing of the order yet."""
    return Lane()


@pytest.fixture
def delivered(lane: Lane, shop: Shop) -> Lane:
    """A lane that knows two lamps for 39.99 with their customer since noon."""
    lane.hear("order-placed", shop.placed())
    lane.hear("shipped", shop.shipped())
    lane.hear("delivered", shop.delivered())
    return lane
