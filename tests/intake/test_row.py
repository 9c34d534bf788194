"""The row that an order leaves for ever."""

import pytest

from services.intake.domain import Order

MOST_BYTES = 64


def sized(encoded, story):
    return len(encoded(story)[1])


def test_an_order_that_was_refused_leaves_a_small_row(channel, story, encoded):
    story.tell(channel.take(channel.with_lines((0, 0))))
    assert sized(encoded, story) <= MOST_BYTES


def test_an_order_that_was_canceled_whole_leaves_a_small_row(channel, story, encoded):
    story.tell(channel.take(), channel.cancel(), channel.answer({"1": 6, "2": 1}))
    assert story.order.open is None
    assert sized(encoded, story) <= MOST_BYTES


def test_a_cancellation_of_an_unknown_order_leaves_a_small_row(channel, story, encoded):
    story.tell(channel.cancel())
    assert sized(encoded, story) <= MOST_BYTES


def test_each_conflict_adds_its_digest_and_no_more(channel, story, encoded):
    story.tell(channel.take(), channel.cancel(), channel.answer({"1": 6, "2": 1}))
    before = sized(encoded, story)
    story.tell(channel.take(channel.readdressed(b"one")))
    story.tell(channel.take(channel.readdressed(b"two")))
    assert sized(encoded, story) - before <= 2 * 20 + len('"o":[],')


@pytest.mark.parametrize(("lines", "most_bytes"), [(1, 500), (20, 1_100), (2000, 70_000)])
def test_an_open_order_keeps_its_lines_and_its_sealed_customer_tightly(channel, story, encoded, lines, most_bytes):
    story.tell(channel.take(channel.with_lines(*[(12, 1530)] * lines)))
    assert sized(encoded, story) <= most_bytes


def test_a_row_of_today_is_read_tomorrow():
    row = b'{"d":"b9aada52f8ff1b19","r":["0123456789ab"],"o":["c32c102f21f00c50"]}'
    assert Order.model_validate_json(row) == Order(
        digest="b9aada52f8ff1b19", requests=("0123456789ab",), others=("c32c102f21f00c50",)
    )
