"""What holds for the money of an order whatever comes, in whatever order, however often."""

from collections import Counter
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.effects import EffectOutcome
from schemas.payments import PaymentCaptured, PaymentFailed, PaymentRefunded, RefundOwed, RefundPayment

AMOUNTS = st.integers(0, 3000)
RUNS = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class Story:
    """An order's payments, what is canceled and returned of it, and which refunds of which payment are declined."""

    payments: tuple[int, ...]
    canceled: tuple[int, ...]
    returned: tuple[int, ...]
    declined: frozenset[str]

    def inputs(self, facts):
        canceled = [facts.changed(amount, version) for version, amount in enumerate(self.canceled, 2)]
        returned = [facts.returned(amount, number) for number, amount in enumerate(self.returned, 1)]
        return [facts.placed(*self.payments), *canceled, *returned]


STORIES = st.builds(
    Story,
    st.lists(AMOUNTS, max_size=3).map(tuple),
    st.lists(AMOUNTS, max_size=2).map(tuple),
    st.lists(AMOUNTS, max_size=3).map(tuple),
    st.frozensets(st.sampled_from(("pay-1", "pay-2", "pay-3"))),
)


def run(lane, facts, story, choose):
    """Receive all inputs and, once asked for, the answers, in the order that `choose` draws; each may come again."""
    waiting, said = story.inputs(facts), []
    while waiting:
        message = waiting.pop(choose(len(waiting)))
        for ask in lane.receive(message):
            if isinstance(ask, RefundPayment):
                outcome = EffectOutcome.DECLINED if ask.payment_id in story.declined else EffectOutcome.DONE
                waiting.append(facts.answer(ask, outcome))
        said.append(message)
        assert lane.receive(said[choose(len(said))]) == []
    return lane


def sums(kind, events, *fields):
    """Pence by the fields' values."""
    found = Counter()
    for event in events:
        if isinstance(event, kind):
            found[tuple(getattr(event, field) for field in fields)] += event.amount.amount
    return +found


def standing(lane):
    """The end of a story, as far as it may not depend on the order of arrivals."""
    events = lane.events
    return (
        sums(PaymentCaptured, events, "payment_id"),
        sums(RefundOwed, events, "refund_id", "because"),
        sums(RefundPayment, events, "payment_id"),
        sums(PaymentRefunded, events, "payment_id"),
        sums(PaymentFailed, events, "payment_id"),
    )


@RUNS
@given(story=STORIES, data=st.data())
def test_at_every_prefix_no_more_is_refunded_than_was_captured(facts, new_lane, story, data):
    lane = run(new_lane(), facts, story, lambda size: data.draw(st.integers(0, size - 1)))
    for end in range(len(lane.events) + 1):
        prefix = lane.events[:end]
        captured, asked = sums(PaymentCaptured, prefix, "payment_id"), sums(RefundPayment, prefix, "payment_id")
        settled = sums((PaymentRefunded, PaymentFailed), prefix, "payment_id")
        assert settled <= asked <= captured
        assert sums(RefundPayment, prefix, "refund_id") <= sums(RefundOwed, prefix, "refund_id")


@RUNS
@given(story=STORIES, data=st.data())
def test_arrivals_commute_and_repeats_add_nothing(facts, new_lane, story, data):
    in_order = run(new_lane(), facts, story, lambda _size: 0)
    shuffled = run(new_lane(), facts, story, lambda size: data.draw(st.integers(0, size - 1)))
    assert standing(shuffled) == standing(in_order)


@RUNS
@given(payments=st.lists(st.integers(1, 3000), min_size=1, max_size=3), amount=st.integers(1, 9000), data=st.data())
def test_one_refund_and_its_order_give_the_same_events_either_way(facts, new_lane, payments, amount, data):
    story = Story(tuple(payments), (), (amount,), frozenset())
    one = run(new_lane(), facts, story, lambda _size: 0)
    other = run(new_lane(), facts, story, lambda size: data.draw(st.integers(0, size - 1)))
    assert events_but_for_what_was_short(other) == events_but_for_what_was_short(one)
    assert other.state == one.state


def events_but_for_what_was_short(lane):
    return {
        event.model_copy(update={"short": event.amount}) if isinstance(event, RefundOwed) else event
        for event in lane.events
    }


@RUNS
@given(story=STORIES, data=st.data())
def test_all_that_is_owed_is_asked_for_or_no_payment_has_anything_left(facts, new_lane, story, data):
    lane = run(new_lane(), facts, story, lambda size: data.draw(st.integers(0, size - 1)))
    short = sum(refund.short().amount for refund in lane.state.refunds)
    left = sum(lane.state.unclaimed(payment).amount for payment in lane.state.payments)
    assert short == 0 or left == 0
