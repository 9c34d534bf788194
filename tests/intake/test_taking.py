"""An order is taken once."""

from datetime import UTC, datetime

import pytest

from schemas.changing import ChangeRequested
from schemas.orders import OrderConflicted, OrderPlaced, OrderRefused, ShipOption


def test_the_golden_orders_are_placed_as_the_golden_facts(channel, begin, golden):
    for case in ("two-lines", "company-express-with-charges-and-payments"):
        (placed,) = begin().tell(channel.take(golden("order.place.v1", case)))
        expected = golden("order.placed.v1", case)
        assert placed.model_copy(update={"deliver_by": expected.deliver_by}) == expected


def test_the_golden_wrong_order_is_refused_with_its_golden_reasons(channel, story, golden):
    (refused,) = story.tell(channel.take(golden("order.place.v1", "everything-wrong"), unknown=["D"]))
    assert refused == golden("order.refused.v1", "every-reason-at-once")


def test_the_same_order_is_taken_once_however_often_it_is_sent(channel, story):
    assert len(story.tell(channel.take())) == 1
    assert story.tell(channel.take()) == ()
    assert story.tell(channel.take(policy=None, unknown=["85123A"])) == ()


def test_the_door_may_find_the_place_better_without_making_it_another_order(channel, story):
    story.tell(channel.take())
    assert (
        story.tell(channel.take(channel.order.model_copy(update={"destination": None, "address_gaps": ("x",)}))) == ()
    )


@pytest.mark.parametrize(
    "change",
    [
        {"ship_option": ShipOption.EXPRESS},
        {"placed_at": datetime(2026, 3, 2, 8, 27, tzinfo=UTC)},
        {"lines": ()},
    ],
    ids=str,
)
def test_other_content_under_the_same_number_is_set_aside_once(channel, story, change):
    (placed,) = story.tell(channel.take())
    other = channel.take(channel.order.model_copy(update=change))
    (conflict,) = story.tell(other)
    assert isinstance(conflict, OrderConflicted)
    assert conflict.first_digest == placed.digest != conflict.digest
    assert story.tell(other) == ()
    assert story.tell(channel.take()) == ()


def test_another_address_is_other_content(channel, story):
    story.tell(channel.take())
    (conflict,) = story.tell(channel.take(channel.readdressed()))
    assert isinstance(conflict, OrderConflicted)


def test_each_other_content_is_set_aside_for_itself(channel, story):
    story.tell(channel.take(), channel.take(channel.readdressed(b"one")), channel.take(channel.readdressed(b"two")))
    assert len({event.natural_key() for event in story.said(OrderConflicted)}) == 2
    assert story.tell(channel.take(channel.readdressed(b"one"))) == ()


def test_a_refused_order_is_not_judged_again_until_it_is_mended(channel, story):
    wrong = channel.with_lines((0, 100))
    (refused,) = story.tell(channel.take(wrong))
    assert story.tell(channel.take(wrong, policy=None)) == ()
    (again,) = story.tell(channel.take(channel.with_lines((-1, 100))))
    assert isinstance(again, OrderRefused)
    assert refused.natural_key() != again.natural_key()
    (placed,) = story.tell(channel.take(channel.with_lines((1, 100))))
    assert isinstance(placed, OrderPlaced)
    assert story.tell(channel.take(wrong)) == ()
    assert story.tell(channel.take(channel.with_lines((-1, 100)))) == ()


def test_an_order_canceled_whole_is_not_taken_again(channel, story):
    story.tell(channel.take(), channel.cancel())
    (request,) = story.said(ChangeRequested)
    story.tell(channel.answer({line.line_id: line.quantity for line in request.lines}))
    assert story.tell(channel.take()) == ()
    assert isinstance(story.tell(channel.take(channel.readdressed()))[0], OrderConflicted)


def test_people_see_a_number_that_names_the_channel(channel, story):
    (placed,) = story.tell(channel.take(channel.order.model_copy(update={"channel": "shop-2", "channel_order": "#77"})))
    assert placed.order_number == "SHOP-2-#77"


@pytest.mark.parametrize(
    ("option", "policy", "by"),
    [
        (ShipOption.STANDARD, True, datetime(2026, 3, 9, 23, 59, 59, tzinfo=UTC)),
        (ShipOption.EXPRESS, True, datetime(2026, 3, 5, 23, 59, 59, tzinfo=UTC)),
        (ShipOption.EXPRESS, False, datetime(2026, 3, 9, 23, 59, 59, tzinfo=UTC)),  # without a policy: a week
    ],
)
def test_the_promise_is_kept_until_the_end_of_its_last_day(channel, story, option, policy, by):
    order = channel.order.model_copy(update={"ship_option": option})
    (placed,) = story.tell(channel.take(order, policy=channel.policy if policy else None))
    assert placed.deliver_by == by
