"""Canceled in part, an order's money is said alike by whoever says it: by intake's own fact, to every reader of it."""

import json
from datetime import UTC, datetime
from functools import reduce

import pytest

from cauce.decider import MemoryReference
from cauce.money import Money
from cauce.runtime.service import Received
from cauce.runtime.settings import CHECKOUT
from schemas.changing import ChangeAnswered, ChangeRequested
from schemas.envelope import Envelope
from schemas.orders import OrderChanged, OrderPlaced
from schemas.payments import RefundOwed
from schemas.upcasts import read_message
from services.insight.domain.projection import project
from services.insight.domain.rows import Fact
from services.intake.domain import DECIDER as INTAKE
from services.intake.domain.commands import SettleChange
from services.notify.domain.letters import write
from services.notify.translate import to_route
from services.payments.domain import DECIDER as PAYMENTS
from services.payments.translate import order_changed

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIFE = CHECKOUT / "tests" / "insight" / "lives" / "part-shipped.jsonl"


@pytest.fixture(name="life")
def _life():
    """The messages of a recorded life, by their class; the first of each."""
    recorded = [json.loads(line) for line in LIFE.read_text("utf-8").splitlines()]
    messages = [read_message(line["type"], json.dumps(line["message"]).encode()) for line in recorded]
    return {type(message): message for message in reversed(messages)}


@pytest.fixture(name="changed")
def _changed(life):
    """What intake says when the units that the life cancels were stopped."""
    order = reduce(
        INTAKE.evolve, (life[OrderPlaced], life[ChangeRequested]), INTAKE.initial(life[OrderPlaced].order_id)
    )
    (changed,) = INTAKE.decide(order, SettleChange(at=NOON, answer=life[ChangeAnswered]))
    return changed


@pytest.fixture(name="received")
def _received(changed):
    envelope = Envelope("cause", changed.type, "/cauce/test/test/0", changed.order_id, 1, NOON, "1")
    return Received("order-changed", envelope, changed)


def test_what_is_taken_off_and_what_is_left_make_up_the_order(life, changed):
    assert changed.taken_off == Money(amount=255 + 339, currency="EUR")
    assert changed.taken_off + changed.amount == life[OrderPlaced].amount()


def test_the_recorded_life_has_what_intake_says(life, changed):
    assert life[OrderChanged] == changed


def test_payments_owe_what_was_taken_off(changed, received):
    command = order_changed(received, MemoryReference())
    owed, *_ = PAYMENTS.decide(PAYMENTS.initial(changed.order_id), command)
    assert isinstance(owed, RefundOwed)
    assert owed.amount == changed.taken_off


def test_the_customer_reads_what_the_order_comes_to(received):
    letter = write(to_route(received, MemoryReference()).notices[0])
    assert "The order now comes to 45.03 EUR." in letter.body


def test_staff_see_what_the_order_comes_to(received):
    rows = project(Fact("order-changed", 0, 0, received.envelope, received.message))
    (version,) = (row.values for row in rows if row.table == "order_versions")
    (line,) = (row.values for row in rows if row.table == "timeline")
    assert version["amount"] == 4503
    assert line["summary"].endswith("the order comes to 45.03 EUR")
