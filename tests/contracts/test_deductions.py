"""Lines, charges above and below zero: whatever is canceled or comes back, nobody is owed more than was paid."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cauce.decider import MemoryReference
from cauce.money import Money
from cauce.runtime.service import Received
from cauce.runtime.settings import CHECKOUT
from schemas.changing import ChangeAnswered, ChangeRequested, Outcome
from schemas.envelope import Envelope
from schemas.orders import CanceledUnits, Charge, LineQuantity, OrderPlaced
from services.intake.domain import DECIDER as INTAKE
from services.intake.domain.commands import SettleChange
from services.returns.domain.refund import refund_line
from services.returns.translate import from_order

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
EXAMPLE = CHECKOUT / "schemas" / "examples" / "order.placed.v1" / "two-lines.json"
LINES = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 10_000)), min_size=1, max_size=4)


def euros(amount):
    return Money(amount=amount, currency="EUR")


def placed(lines, charges):
    """An order of these (quantity, amount) lines and these charges."""
    example = OrderPlaced.read(EXAMPLE.read_bytes())
    sold = tuple(
        example.lines[0].model_copy(
            update={"line_id": str(number), "quantity": quantity, "amount": euros(amount), "tax": euros(amount // 6)}
        )
        for number, (quantity, amount) in enumerate(lines, start=1)
    )
    asked = tuple(Charge(code="adjustment", amount=euros(amount)) for amount in charges)
    return example.model_copy(update={"currency": "EUR", "lines": sold, "charges": asked})


def refunded(order, units):
    """What returns owes for `units` by line, when these alone came back."""
    envelope = Envelope("cause", order.type, "/cauce/test/test/0", order.order_id, 1, NOON, "1")
    purchase = from_order(Received("order-placed", envelope, order), MemoryReference()).ground
    lines = {line.line_id: line for line in purchase.lines}
    return sum(refund_line(lines[line], units=count, before=0).amount.amount for line, count in units.items())


def canceled(order, units):
    """What intake takes off when `units` by line are canceled, each line in a request of its own."""
    state, owed = INTAKE.evolve(INTAKE.initial(order.order_id), order), 0
    for line_id, count in units.items():
        request = {"order_id": order.order_id, "request_id": f"request-{line_id}"}
        asked = (LineQuantity(line_id=line_id, quantity=count),)
        state = INTAKE.evolve(state, ChangeRequested(**request, lines=asked, reason="many", asked_by="web"))
        stopped = (CanceledUnits(line_id=line_id, quantity=count),)
        answer = ChangeAnswered(**request, outcome=Outcome.ACCEPTED, canceled=stopped)
        (changed,) = INTAKE.decide(state, SettleChange(at=NOON, answer=answer))
        state, owed = INTAKE.evolve(state, changed), owed + changed.taken_off.amount
    return owed


@pytest.mark.parametrize("owed", [refunded, canceled])
def test_a_line_gives_back_no_more_than_its_share_of_what_was_paid(owed):
    order = placed([(1, 6000), (1, 4000)], [-5000])
    assert owed(order, {"1": 1}) == 3000


@given(LINES, st.lists(st.integers(-8000, 8000), max_size=3), st.data())
def test_units_canceled_and_units_sent_back_are_never_owed_more_than_was_paid(lines, charges, data):
    order = placed(lines, charges)
    if order.amount().amount < 0:
        charges = [charge for charge in charges if charge > 0]
        order = placed(lines, charges)
    first = {str(n): data.draw(st.integers(0, quantity)) for n, (quantity, _) in enumerate(lines, start=1)}
    rest = {str(n): quantity - first[str(n)] for n, (quantity, _) in enumerate(lines, start=1)}
    owed = canceled(order, {line: n for line, n in first.items() if n})
    back = refunded(order, {line: n for line, n in rest.items() if n})
    total, postage = order.amount().amount, order.amount().amount - sum(worth.amount for worth in order.worths())
    assert 0 <= owed + back <= total
    assert owed + back == (total if not any(rest.values()) else total - postage)
