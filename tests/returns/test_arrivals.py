"""Whatever comes first: histories of an order told again late, doubled and in another order end the same.

A history is what happened, as (time, topic, record). A fact that a request builds on happened before it, a receipt
and a refund well after what they answer; each record may be heard up to 14 minutes late, in order within its topic.
"""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cauce.money import share_of_units
from schemas.returns import GoodsReturned, RefundRequested, ReturnAuthorized, ReturnPending
from services.returns.domain.state import LAG, Phase, phase

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
COMMANDS = "returns-commands"


class History:
    """A drawn history of one order, lived through once without any delay."""

    def __init__(self, draw, lane, shop):
        self.draw, self.lane, self.shop, self.now, self.records = draw, lane, shop, shop.noon, []
        self.quantities = draw(st.lists(st.integers(1, 3), min_size=1, max_size=2))
        self.lines = [(quantity, draw(st.integers(0, 5000)), 0) for quantity in self.quantities]
        self.left = {f"_{line}": quantity for line, quantity in enumerate(self.quantities, start=1)}
        self.parcels, self.asked_at = {}, shop.noon - HOUR

    def live(self):
        late = self.chance(5)
        if not late:
            self.hear("order-placed", self.shop.placed(*self.lines))
        self.dispatch()
        acts = [self.ask, self.receive, self.refund, self.deliver, self.dispatch, self.wait]
        for act in self.draw(st.lists(st.sampled_from(acts), min_size=4, max_size=16)):
            act()
        if late:
            self.later()
            self.hear("order-placed", self.shop.placed(*self.lines))
        self.later()
        return self

    def chance(self, of):
        return self.draw(st.integers(1, of)) == of

    def fresh_or_used(self, stem, used):
        return f"{stem}{len(used) if used and self.chance(5) else len(used) + 1}"

    def hear(self, topic, record):
        self.now += self.draw(st.integers(0, 4)) * MINUTE
        self.records.append((self.now, topic, record))
        self.lane.hear(topic, record, self.now)

    def later(self):
        """Long enough for whatever waits to have been decided."""
        self.now += HOUR
        self.tick()

    def after_requests(self):
        """No fact happens while a request waits for it: it would not be late, but new."""
        if self.now - self.asked_at < HOUR:
            self.later()

    def tick(self):
        self.records.append((self.now, "ticks", None))
        self.lane.tick(self.now)

    def wait(self):
        self.now += self.draw(st.integers(1, 20)) * timedelta(days=1)
        self.tick()

    def dispatch(self):
        units = {line: left if self.chance(2) else left // 2 for line, left in self.left.items()}
        units = {line: count for line, count in units.items() if count}
        if units:
            self.after_requests()
            number = len(self.parcels) + 1
            self.parcels[number] = units
            self.left = {line: left - units.get(line, 0) for line, left in self.left.items()}
            self.hear("shipped", self.shop.shipped(number, **units))
            if self.chance(2):
                self.hear("delivered", self.shop.delivered(number, at=self.now, **units))

    def deliver(self):
        """Of a parcel that may have been delivered before: the first fact stands."""
        if self.parcels:
            self.after_requests()
            number = self.draw(st.sampled_from(sorted(self.parcels)))
            self.hear("delivered", self.shop.delivered(number, at=self.now, **self.parcels[number]))

    def ask(self):
        lines = range(0 if self.chance(9) else 1, 1 + len(self.lines) + self.chance(9))
        units = {f"_{line}": self.draw(st.integers(1, 2)) for line in lines if line and not self.chance(3)}
        self.hear(COMMANDS, self.shop.request(self.fresh_or_used("r", self.lane.state.requests), **units))
        self.asked_at = self.now

    def receive(self):
        if self.lane.state.returns:
            self.later()
            number = self.draw(st.integers(1, len(self.lane.state.returns)))
            expected = self.lane.state.returns[f"R{self.shop.order_id}-{number}"].expected
            units = {f"_{line}": self.draw(st.integers(1, count + self.chance(9))) for line, count in expected.items()}
            receipt_id = self.fresh_or_used("c", self.lane.state.receipts)
            grade = self.draw(st.sampled_from(["new", "opened", "damaged"]))
            self.hear(COMMANDS, self.shop.receipt(receipt_id, number=number, grade=grade, **units))

    def refund(self):
        asked = [event for event in self.lane.events if isinstance(event, RefundRequested)]
        if asked:
            self.later()
            event = self.draw(st.sampled_from(asked))
            self.hear("refunded", self.shop.refunded(event.refund_id, event.amount.amount))


def told_again(draw, records):
    """The same records as (heard, at, topic, record): late, some twice, in order within a topic."""
    heard, last = [], {}
    for at, topic, record in records:
        for _ in range(1 if topic == "ticks" else draw(st.sampled_from([1, 1, 1, 2]))):
            last[topic] = max(last.get(topic, at), at + draw(st.integers(0, 14)) * MINUTE)
            heard.append((last[topic], at, topic, record))
    return sorted(heard, key=lambda one: one[0])


def answers(lane):
    return Counter(event.to_bytes() for event in lane.events if not isinstance(event, ReturnPending))


@pytest.fixture(scope="module")
def lived(new_lane, shop):
    return lambda draw: History(draw, new_lane(), shop).live()


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_history_told_late_and_twice_ends_the_same(data, lived, new_lane):
    history, lane = lived(data.draw), new_lane()
    for _, at, topic, record in told_again(data.draw, history.records):
        if record is None:
            lane.tick(at)
        else:
            lane.hear(topic, record, at)
    assert answers(lane) == answers(history.lane)
    assert lane.state == history.lane.state


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_no_unit_is_in_two_returns_and_no_line_is_overpaid(data, lived):
    history = lived(data.draw)
    events = history.lane.events
    for number, (quantity, amount, _) in enumerate(history.lines, start=1):
        line = f"_{number}".strip("_")
        sent = sum(units.get(f"_{number}", 0) for units in history.parcels.values())
        came = sum(
            units.quantity
            for event in events
            if isinstance(event, GoodsReturned)
            for units in event.units
            if units.line_id == line
        )
        paid = sum(
            part.amount.amount
            for event in events
            if isinstance(event, RefundRequested)
            for part in event.lines
            if part.line_id == line
        )
        assert came <= sent <= quantity
        assert paid == share_of_units(amount, quantity, taken=quantity - came, taking=came)


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_every_request_is_answered_and_every_return_ends_or_waits_for_somebody(data, lived):
    history = lived(data.draw)
    lane, shop = history.lane, history.shop
    assert not lane.state.waiting
    lane.tick(history.now + timedelta(days=30) + LAG)
    for event in [event for event in lane.events if isinstance(event, RefundRequested)]:
        lane.hear("refunded", shop.refunded(event.refund_id, event.amount.amount), history.now)
    opened = {event.return_id for event in lane.events if isinstance(event, ReturnAuthorized)}
    assert opened == set(lane.state.returns)
    assert {phase(entry) for entry in lane.state.returns.values()} <= {Phase.REFUNDED, Phase.EXPIRED}
