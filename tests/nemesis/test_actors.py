"""The customers of a chaos run: who canceled a line does not ask to send it back."""

import json
from datetime import UTC, datetime

import pytest

from cauce.demo.plan import Plan, PlannedReturn
from cauce.runtime.service import Received
from cauce.runtime.settings import CHECKOUT
from chaos.world.actors import Actors
from schemas.envelope import Envelope
from schemas.orders import OrderChanged, OrderPlaced
from schemas.raw import ReturnLineAsked, ReturnRequest
from schemas.shipments import ParcelDelivered

EXAMPLES = CHECKOUT / "schemas" / "examples"
ORDER = OrderPlaced.read((EXAMPLES / "order.placed.v1" / "two-lines.json").read_bytes())


class Outbox:
    def __init__(self):
        self.posted = []

    def post(self, said, **_when):
        self.posted.append(said.form)


def example(model, name, **fields):
    body = json.loads((EXAMPLES / model.type / f"{name}.json").read_bytes())
    return model.model_validate({**body, "order_id": ORDER.order_id, **fields})


def canceled(*quantities):
    units = [
        {"line_id": line.line_id, "quantity": quantity, "shipment_id": ""}
        for line, quantity in zip(ORDER.lines, quantities, strict=False)
    ]
    return example(OrderChanged, "in-part", canceled=units)


def delivered(*quantities):
    lines = [
        {"line_id": line.line_id, "sku": line.sku, "quantity": quantity, "weight_grams": 1}
        for line, quantity in zip(ORDER.lines, quantities, strict=True)
        if quantity
    ]
    return example(ParcelDelivered, "on-time", lines=lines)


@pytest.fixture
def asked():
    """Whether the customer asks to send a unit of the first line back, once these facts were seen."""

    def asked(*facts):
        asks = (ReturnLineAsked(line=int(ORDER.lines[0].line_id), quantity=1),)
        form = ReturnRequest(channel=ORDER.channel, request="r", order=ORDER.channel_order, lines=asks)
        plan = Plan(channel=ORDER.channel, currency=ORDER.currency, reference={})
        plan.returns[ORDER.channel_order] = [PlannedReturn(ORDER.channel_order, form)]
        actors = Actors(1, plan, outbox := Outbox())
        for number, fact in enumerate(facts):
            at = datetime(2026, 3, 3, tzinfo=UTC)
            actors.see(Received("", Envelope(f"{number}", fact.type, "/", "", 0, at, ""), fact))
        assert actors.returns_asked == {form.request for form in outbox.posted if isinstance(form, ReturnRequest)}
        return bool(actors.returns_asked)

    return asked


FIRST, SECOND = (line.quantity for line in ORDER.lines)


def test_goods_that_came_are_asked_to_be_taken_back(asked):
    assert asked(ORDER, delivered(FIRST, SECOND))


def test_goods_that_were_seen_to_come_before_their_order_was_are_asked_to_be_taken_back(asked):
    assert asked(delivered(FIRST, SECOND), ORDER)


def test_a_line_that_was_canceled_is_not_whichever_fact_is_seen_first(asked):
    assert not asked(ORDER, canceled(FIRST), delivered(0, SECOND))
    assert not asked(canceled(FIRST), delivered(0, SECOND), ORDER)


def test_a_line_that_was_canceled_in_part_is(asked):
    assert asked(ORDER, canceled(FIRST - 1), delivered(1, SECOND))
