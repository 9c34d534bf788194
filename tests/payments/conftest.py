"""What payments reads, and a lane's fold in memory."""

import json
from datetime import UTC, datetime
from functools import reduce

import pytest

from cauce.decider import MemoryReference
from cauce.money import Money
from cauce.places import Coordinates
from cauce.runtime.service import Received
from cauce.runtime.settings import CHECKOUT
from schemas.effects import EffectAnswered, EffectOutcome
from schemas.envelope import Envelope
from schemas.orders import CanceledUnits, Destination, OrderChanged, OrderPlaced, Payment
from schemas.payments import RefundOwed, RefundPayment
from schemas.returns import RefundLine, RefundRequested
from services.payments.domain import DECIDER
from services.payments.worker import SERVICE

EXAMPLES = CHECKOUT / "schemas" / "examples"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ORDER = "orsxg5a3nfzsaz3vnruxg4dm"
LANE = SERVICE.lanes[0]


def gbp(amount):
    return Money(amount=amount, currency="GBP")


class Facts:
    """Messages of others about one order, amounts in pence."""

    order_id = ORDER
    customer = RefundOwed.model_validate(
        json.loads((EXAMPLES / "refund.owed.v1" / "returned.json").read_text())
    ).customer

    def placed(self, *payments):
        """The order with what the channel captured, one payment an amount."""
        return OrderPlaced(
            order_id=ORDER,
            order_number="C-104211",
            channel="shop",
            channel_order="536365",
            placed_at=NOON,
            currency="GBP",
            customer=self.customer,
            destination=Destination(country="GB", coordinates=Coordinates(latitude=51.5, longitude=-0.12)),
            ship_option="standard",
            deliver_by=NOON,
            lines=(),
            payments=tuple(
                Payment(payment_id=f"pay-{number}", provider="sandbox", reference=f"ch_{number}", amount=gbp(amount))
                for number, amount in enumerate(payments, 1)
            ),
        )

    def changed(self, amount, version=2):
        """Units worth so much were canceled."""
        return OrderChanged(
            order_id=ORDER,
            order_number="C-104211",
            version=version,
            request_id=f"request-{version}",
            canceled=(CanceledUnits(line_id="1", quantity=1),),
            whole=False,
            taken_off=gbp(amount),
            amount=gbp(500),
            reason="too late",
            customer=self.customer,
        )

    def returned(self, amount, number=1):
        """Units worth so much came back."""
        return RefundRequested(
            order_id=ORDER,
            order_number="C-104211",
            refund_id=f"R{ORDER}-{number}:desk",
            return_id=f"R{ORDER}-{number}",
            lines=(RefundLine(line_id="1", quantity=1, amount=gbp(amount), tax=gbp(0)),),
            amount=gbp(amount),
            customer=self.customer,
        )

    def answer(self, ask, outcome=EffectOutcome.DONE):
        """The provider's word on an effect of ours."""
        return EffectAnswered(
            subject=ORDER,
            effect_id=f"effect-of-{ask.natural_key()}",
            effect=RefundPayment.type,
            reference=ask.natural_key(),
            outcome=outcome,
            provider_reference="re_1" if outcome is EffectOutcome.DONE else "",
            detail="" if outcome is EffectOutcome.DONE else "amount_too_large",
            attempts=1,
        )


TOPICS = {
    OrderPlaced: "order-placed",
    OrderChanged: "order-changed",
    RefundRequested: "refund-requested",
    EffectAnswered: "payments-results",
}


class OrderLane:
    """The payments lane for one order: translate, decide, evolve."""

    def __init__(self):
        self.state, self.events = DECIDER.initial(ORDER), []

    def receive(self, *messages):
        """What was published because of these."""
        before = len(self.events)
        for message in messages:
            self._decide(message)
        return self.events[before:]

    def _decide(self, message):
        topic = TOPICS[type(message)]
        envelope = Envelope("cause", message.type, "/cauce/test/test/0", ORDER, 1, NOON, "1")
        command = LANE.inputs[topic](Received(topic, envelope, message), MemoryReference())
        events = () if command is None else DECIDER.decide(self.state, command)
        self.state = reduce(DECIDER.evolve, events, self.state)
        self.events += events


@pytest.fixture
def facts():
    return Facts()


@pytest.fixture
def lane():
    return OrderLane()


@pytest.fixture
def new_lane():
    """Makes lanes, for properties that run many."""
    return OrderLane
