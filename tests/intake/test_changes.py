"""Canceling: what is asked of fulfillment, what its answer makes of the order, and what it is worth."""

import pytest

from cauce.money import Money
from schemas.changing import ChangeRefused, ChangeRequested
from schemas.orders import Charge, OrderChanged
from services.intake.domain.changes import AnswerBeyondRequest


def units(event):
    return {line.line_id: line.quantity for line in event.lines}


def refusal(event):
    assert isinstance(event, ChangeRefused)
    return event.reason.code


def charged(channel, amount, *lines):
    charge = Charge(code="postage", amount=Money(amount=amount, currency="GBP"))
    return channel.with_lines(*lines, charges=(charge,))


def test_a_whole_order_is_asked_for_line_by_line(channel, story):
    (requested,) = story.tell(channel.take(), channel.cancel())
    assert isinstance(requested, ChangeRequested)
    assert units(requested) == {"1": 6, "2": 1}
    assert (requested.request_id, requested.reason, requested.asked_by) == ("request-1", "changed-mind", "web")


def test_lines_are_asked_for_with_all_their_units(channel, story):
    (requested,) = story.tell(channel.take(), channel.cancel("2", "2"))
    assert units(requested) == {"2": 1}


def test_a_request_is_decided_once(channel, story):
    story.tell(channel.take(), channel.cancel())
    assert story.tell(channel.cancel()) == ()
    story.tell(channel.answer({"1": 6}))
    assert story.tell(channel.cancel()) == ()
    assert story.tell(channel.cancel("2")) == ()


def test_an_order_nobody_sent_cannot_be_canceled_and_says_so_once(channel, story):
    (refused,) = story.tell(channel.cancel())
    assert refusal(refused) == "unknown-order"
    assert story.tell(channel.cancel()) == ()
    story.tell(channel.take())
    assert story.tell(channel.cancel()) == ()  # the same request was decided on; a new one is judged by what is known
    assert isinstance(story.tell(channel.cancel(request_id="request-2"))[0], ChangeRequested)


def test_a_refused_order_cannot_be_canceled(channel, story):
    (refused,) = story.tell(channel.take(channel.with_lines((0, 0))), channel.cancel())
    assert refusal(refused) == "order-refused"


@pytest.mark.parametrize("line_id", ["3", "0", "-1", "01", "x", "²"])
def test_a_line_that_the_order_does_not_have_refuses_the_request(channel, story, line_id):
    (refused,) = story.tell(channel.take(), channel.cancel("1", line_id))
    assert refusal(refused) == "unknown-line"
    assert isinstance(story.tell(channel.cancel("1", request_id="request-2"))[0], ChangeRequested)


def test_a_second_request_asks_only_for_what_the_first_does_not(channel, story):
    story.tell(channel.take(), channel.cancel("1"))
    (requested,) = story.tell(channel.cancel(request_id="request-2"))
    assert units(requested) == {"2": 1}
    (refused,) = story.tell(channel.cancel(request_id="request-3"))
    assert refusal(refused) == "already-asked"


def test_units_that_could_not_be_stopped_can_be_asked_for_again(channel, story):
    story.tell(channel.take(), channel.cancel("1"))
    (refused,) = story.tell(channel.answer({}, reason="already packed: 6 of line 1"))
    assert (refusal(refused), refused.reason.detail) == ("not-stopped", "already packed: 6 of line 1")
    assert units(story.tell(channel.cancel(request_id="request-2"))[0]) == {"1": 6, "2": 1}


def test_an_accepted_request_is_the_next_version(channel, story):
    story.tell(channel.take(), channel.cancel("1"))
    (changed,) = story.tell(channel.answer({"1": 6}))
    assert isinstance(changed, OrderChanged)
    assert (changed.version, changed.whole, changed.taken_off.amount) == (2, False, 1530)
    assert (changed.order_number, changed.reason) == ("WEB-536365", "changed-mind")
    assert changed.customer == channel.order.customer
    assert changed.canceled[0].shipment_id == f"{channel.order_id}-1"


def test_what_was_not_stopped_is_still_there(channel, story):
    story.tell(channel.take(), channel.cancel())
    (changed,) = story.tell(channel.answer({"1": 4, "2": 0}))
    assert (changed.whole, changed.taken_off.amount) == (False, 1020)
    assert units(story.tell(channel.cancel(request_id="request-2"))[0]) == {"1": 2, "2": 1}


def test_an_answer_is_settled_once(channel, story):
    story.tell(channel.take(), channel.cancel("1"))
    story.tell(channel.answer({"1": 3}))
    assert story.tell(channel.answer({"1": 3})) == ()
    assert story.tell(channel.answer({})) == ()


def test_an_answer_to_a_request_nobody_made_changes_nothing(channel, story):
    assert story.tell(channel.answer({"1": 1})) == ()
    assert story.tell(channel.take(), channel.answer({"1": 1})) == ()


@pytest.mark.parametrize("answered", [{"1": 7}, {"2": 1}, {"9": 1}])
def test_an_answer_beyond_its_request_is_for_a_person_to_look_at(channel, story, answered):
    story.tell(channel.take(), channel.cancel("1"))
    with pytest.raises(AnswerBeyondRequest):
        story.tell(channel.answer(answered))


def test_a_line_that_does_not_divide_gives_back_every_penny_in_the_end(channel, story):
    story.tell(channel.take(channel.with_lines((3, 100))))
    amounts = []
    for number in range(3):
        story.tell(channel.cancel(request_id=f"request-{number}"))
        (changed,) = story.tell(channel.answer({"1": 1}, request_id=f"request-{number}"))
        amounts.append(changed.taken_off.amount)
    assert sum(amounts) == 100
    assert max(amounts) - min(amounts) <= 1
    assert [event.version for event in story.said(OrderChanged)] == [2, 3, 4]
    assert [event.whole for event in story.said(OrderChanged)] == [False, False, True]


def test_postage_goes_back_with_the_last_unit(channel, story):
    story.tell(channel.take(charged(channel, 395, (2, 200), (1, 50))), channel.cancel())
    (first,) = story.tell(channel.answer({"1": 2}))
    (_, last) = (story.tell(channel.cancel(request_id="r2")), story.tell(channel.answer({"2": 1}, request_id="r2")))
    assert (first.taken_off.amount, first.whole) == (200, False)
    assert (last[0].taken_off.amount, last[0].whole) == (445, True)


def test_a_deduction_lessens_what_each_line_gives_back(channel, story):
    story.tell(channel.take(charged(channel, -30, (1, 100), (1, 20))), channel.cancel("1"))
    (first,) = story.tell(channel.answer({"1": 1}))
    story.tell(channel.cancel(request_id="r2"))
    (last,) = story.tell(channel.answer({"2": 1}, request_id="r2"))
    assert (first.taken_off.amount, last.taken_off.amount) == (75, 15)


def test_a_canceled_order_is_closed(channel, story):
    story.tell(channel.take(), channel.cancel(), channel.answer({"1": 6, "2": 1}))
    (refused,) = story.tell(channel.cancel(request_id="request-2"))
    assert refusal(refused) == "nothing-left"


def test_a_line_without_units_left_is_named_as_such(channel, story):
    story.tell(channel.take(), channel.cancel("1"), channel.answer({"1": 6}))
    (refused,) = story.tell(channel.cancel("1", request_id="request-2"))
    assert refusal(refused) == "nothing-left"
