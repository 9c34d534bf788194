"""The whole of intake without a broker: raw records in at the door, facts out of the lane."""

import json
from datetime import UTC, datetime

import pytest

from cauce.money import Money
from cauce.runtime.assembly import lanes_of
from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.engine.parking import about
from cauce.runtime.lane import Output, Record
from cauce.runtime.reference.reference_files import published
from cauce.runtime.settings import Settings
from schemas.changing import ChangeAnswered, Outcome
from schemas.envelope import Envelope
from schemas.orders import CanceledUnits, OrderChanged, OrderConflicted, OrderPlaced
from schemas.reference import Kind, Policy, Product
from schemas.topics import MESSAGES
from services.intake.worker import SERVICE

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ORDER = {
    "kind": "order",
    "channel": "web",
    "order": "1001",
    "customer": "c-7",
    "placed_at": "2026-03-02T08:26:00Z",
    "currency": "GBP",
    "ship_to": {"name": "Ada Lovelace", "street": "12 St James's Square", "country": "GB"},
    "lines": [{"sku": "MUG", "quantity": 2, "unit_price": 450, "amount": 900}],
    "charges": [{"code": "postage", "amount": 395}],
}
CANCELLATION = {"kind": "cancellation", "channel": "web", "order": "1001", "request": "c-1", "reason": "changed-mind"}


class Intake:
    """Feeds one partition, batch by batch, and reads what comes out."""

    def __init__(self, home):
        orders, _, door = lanes_of(SERVICE, Settings(home=home))
        self.orders, self.door = OfflineTenure(orders, 0), OfflineTenure(door, 0)
        self.offsets = {}
        self.parked = []

    def record(self, topic, key, value, headers=()):
        offset = self.offsets[topic] = self.offsets.get(topic, -1) + 1
        return Record(topic, 0, offset, key, value, list(headers))

    def send(self, *forms):
        """Raw records through the door and the lane, in one batch each; the facts that follow."""
        raw = [self.record("channel-orders", b"any", json.dumps(form).encode()) for form in forms]
        return self.feed(self.door.decide(raw))

    def tell(self, topic, message):
        """A message of somebody else; the facts that follow."""
        envelope = Envelope(f"cause-{self.offsets}", message.type, "/test", message.key_value(), 1, AT, "1")
        return self.feed([Output(topic, message.key_value().encode(), message.to_bytes(), envelope.to_headers(), None)])

    def feed(self, sent):
        inputs = [self.record(out.topic, out.key, out.value, out.headers) for out in sent if "parked" not in out.topic]
        outputs = self.orders.decide(inputs)
        self.parked += [about(out.headers).reason for out in outputs if out.topic == "intake-parked"]
        return [self.read(out) for out in outputs if out.topic != "intake-parked"]

    def publish(self, kind, *items):
        for part in published(kind, items):
            self.tell("reference", part)

    @staticmethod
    def read(output):
        headers = Envelope.from_headers(output.headers)
        return headers, MESSAGES[headers.type].read(output.value)


@pytest.fixture
def intake(tmp_path):
    return Intake(tmp_path)


def answer(order_id, units):
    canceled = (CanceledUnits(line_id="1", quantity=units),) if units else ()
    outcome = Outcome.ACCEPTED if units else Outcome.REFUSED
    return ChangeAnswered(order_id=order_id, request_id="c-1", outcome=outcome, canceled=canceled)


def test_an_order_is_placed_sent_again_differing_and_canceled(intake):
    ((envelope, placed),) = intake.send(ORDER, ORDER)
    assert isinstance(placed, OrderPlaced)
    assert (envelope.subject, envelope.sequence, envelope.source) == (placed.order_id, 1, "/cauce/intake/orders/0")
    assert intake.send(ORDER) == []
    ((envelope, conflict),) = intake.send({**ORDER, "lines": []})
    assert isinstance(conflict, OrderConflicted)
    assert envelope.sequence == 2
    ((envelope, requested),) = intake.send(CANCELLATION, CANCELLATION)
    assert (envelope.sequence, requested.lines[0].quantity) == (3, 2)
    ((envelope, changed),) = intake.tell("change-answered", answer(placed.order_id, 2))
    assert isinstance(changed, OrderChanged)
    assert (envelope.sequence, changed.version, changed.whole) == (4, 2, True)
    assert changed.taken_off == Money(amount=1295, currency="GBP")
    assert intake.parked == []


def test_reference_data_judges_what_comes_after_it(intake):
    policy = Policy(
        currencies=("GBP",), deliver_within_days={"standard": 2}, return_window_days=30, returns_site="DAVENTRY"
    )
    intake.publish(Kind.PRODUCTS, Product(id="CUP", weight_grams=200))
    intake.publish(Kind.POLICY, policy)
    ((_, refused),) = intake.send({**ORDER, "currency": "EUR"})
    assert [(reason.field, reason.code) for reason in refused.reasons] == [
        ("currency", "not-accepted"),
        ("lines.0.sku", "unknown"),
    ]
    intake.publish(Kind.PRODUCTS, Product(id="CUP", weight_grams=200), Product(id="MUG", weight_grams=300))
    ((envelope, placed),) = intake.send(ORDER)
    assert isinstance(placed, OrderPlaced)
    assert (placed.deliver_by.date() - envelope.at.date()).days == 2


def test_the_lanes_table_is_the_fold_of_its_facts_and_survives_a_restart(intake):
    ((_, placed),) = intake.send(ORDER)
    intake.send(CANCELLATION)
    intake.orders.restart()
    assert intake.send(ORDER, CANCELLATION) == []
    ((_, refused),) = intake.tell("change-answered", answer(placed.order_id, 0))
    assert refused.reason.code == "not-stopped"
    rows = intake.orders.tables()["states"]
    assert set(rows) == {placed.order_id.encode()}


def test_what_is_unreadable_stays_at_the_door_and_the_rest_goes_on(intake):
    facts = intake.send({**ORDER, "currency": "pounds"}, ORDER)
    assert [type(message) for _, message in facts] == [OrderPlaced]


def test_an_answer_that_cannot_be_true_is_parked(intake):
    ((_, placed),) = intake.send(ORDER)
    intake.send(CANCELLATION)
    assert intake.tell("change-answered", answer(placed.order_id, 3)) == []
    assert intake.parked == ["AnswerBeyondRequest: request c-1: more than asked for of line 1"]
