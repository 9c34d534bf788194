"""A channel to tell stories about: its orders and cancellations, the answers, and what intake makes of them."""

from datetime import UTC, datetime

import pytest

from cauce.money import Money
from cauce.runtime.deciding import Entity, entity_table
from cauce.runtime.settings import CHECKOUT
from schemas.base import Sealed
from schemas.changing import ChangeAnswered, Outcome
from schemas.orders import CanceledUnits, CancelOrder, ShipOption
from schemas.reference import Policy
from schemas.topics import MESSAGES
from services.intake.domain import decide, evolve, initial
from services.intake.domain.commands import AskForChange, SettleChange, TakeOrder
from services.intake.worker import ORDERS

MONDAY = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
EXAMPLES = CHECKOUT / "schemas" / "examples"


def example(event_type, case):
    """A golden message."""
    return MESSAGES[event_type].read((EXAMPLES / event_type / f"{case}.json").read_bytes())


def pounds(pence):
    return Money(amount=pence, currency="GBP")


class Channel:
    """Builds what reaches one order. Lines are `(quantity, amount)`, changes are `{"1": 2}`."""

    at = MONDAY
    order = example("order.place.v1", "two-lines")
    order_id = order.order_id
    policy = Policy(
        currencies=("GBP", "EUR"),
        deliver_within_days={ShipOption.STANDARD: 7, ShipOption.EXPRESS: 3},
        return_window_days=30,
        returns_site="DAVENTRY",
    )

    def with_lines(self, *lines, **fields):
        """The order with lines of these quantities and amounts."""
        asked = tuple(
            self.order.lines[0].model_copy(
                update={
                    "line_id": str(number),
                    "quantity": quantity,
                    "unit_price": pounds(max(amount, 0)),
                    "amount": pounds(amount),
                    "tax": pounds(0),
                }
            )
            for number, (quantity, amount) in enumerate(lines, start=1)
        )
        return self.order.model_copy(update={"lines": asked, **fields})

    def readdressed(self, content=b"sealed elsewhere"):
        """The same order, but the customer has moved."""
        sealed = Sealed(person_id=self.order.customer.person_id, content=content)
        return self.order.model_copy(update={"customer": self.order.customer.model_copy(update={"personal": sealed})})

    def take(self, order=None, *, policy=policy, unknown=()):
        return TakeOrder(at=self.at, order=order or self.order, policy=policy, unknown_skus=frozenset(unknown))

    def cancel(self, *line_ids, request_id="request-1", reason="changed-mind"):
        request = CancelOrder(
            order_id=self.order_id, request_id=request_id, line_ids=line_ids, reason=reason, asked_by="web"
        )
        return AskForChange(at=self.at, request=request)

    def answer(self, units, *, request_id="request-1", reason=""):
        """Fulfillment stopped `units`, each line's from a shipment of its own number; none is a refusal."""
        canceled = tuple(
            CanceledUnits(line_id=line_id, quantity=quantity, shipment_id=f"{self.order_id}-{line_id}")
            for line_id, quantity in units.items()
            if quantity
        )
        answer = ChangeAnswered(
            order_id=self.order_id,
            request_id=request_id,
            outcome=Outcome.ACCEPTED if canceled else Outcome.REFUSED,
            canceled=canceled,
            reason=reason,
        )
        return SettleChange(at=self.at, answer=answer)


class Story:
    """One order from its first word on: `tell` gives the events of each telling, `order` is the fold of all."""

    def __init__(self):
        self.order = initial(Channel.order_id)
        self.events = []

    def tell(self, *commands):
        told = ()
        for command in commands:
            told = decide(self.order, command)
            for event in told:
                self.order = evolve(self.order, event)
            self.events += told
        return told

    def said(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture(scope="session")
def channel():
    return Channel()


@pytest.fixture(scope="session")
def begin():
    return Story


@pytest.fixture
def story():
    return Story()


@pytest.fixture(scope="session")
def golden():
    return example


@pytest.fixture(scope="session")
def encoded():
    """How to read a row, and the bytes of a story's order as the lane keeps it."""
    table = entity_table(ORDERS)
    return lambda story: (table.decode, table.encode(Entity(len(story.events), story.order)))
