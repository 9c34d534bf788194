"""A window of inputs by time or offset: what is in it, what would be read, and what followed from it."""

import io
from datetime import UTC, datetime, timedelta

import pytest

from cauce.cli import replay_dry
from cauce.cli.screen import Screen
from cauce.replay.survey import covered, survey
from cauce.replay.window import EVERYTHING, Place, Window, is_caused, read_bound
from cauce.runtime.lane import Record

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def reader(records):
    async def read(topics):
        for record in records:
            if record.topic in topics:
                yield record

    return read


def offsets(window, inputs):
    return [record.offset for record in inputs if window.covers(record)]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2010-12-01T12:30:00Z", datetime(2010, 12, 1, 12, 30, tzinfo=UTC)),
        ("2010-12-01T12:30", datetime(2010, 12, 1, 12, 30, tzinfo=UTC)),
        ("2010-12-01T13:30+01:00", datetime(2010, 12, 1, 12, 30, tzinfo=UTC)),
        ("2010-12-01", datetime(2010, 12, 1, tzinfo=UTC)),
        ("stock-commands/0@17", Place("stock-commands", 0, 17)),
    ],
)
def test_a_bound_is_an_instant_or_an_offset(said, meant):
    assert read_bound(said) == meant


@pytest.mark.parametrize("said", ["", "noon", "stock-commands@3", "no-such-topic/0@3", "2010-13-01"])
def test_what_is_neither_is_refused(said):
    with pytest.raises(ValueError, match=r"is not a time|no topic"):
        read_bound(said)


def test_it_begins_with_its_first_bound_and_ends_before_its_last(inputs):
    assert offsets(EVERYTHING, inputs) == [0, 1, 2, 3, 4, 5, 6, 7]
    assert offsets(Window(NOW + timedelta(minutes=2), NOW + timedelta(minutes=5)), inputs) == [2, 3, 4]
    assert offsets(Window(Place("stock-commands", 0, 6)), inputs) == [6, 7]
    assert offsets(Window(stop=Place("stock-commands", 0, 2)), inputs) == [0, 1]


def test_an_offset_speaks_of_its_own_partition_alone(inputs, keeper):
    window = Window(Place("stock-commands", 1, 0))
    assert offsets(window, inputs) == []
    assert window.concerns(keeper)
    assert not Window(Place("order-placed", 0, 0)).concerns(keeper)


def test_an_input_whose_time_cannot_be_read_is_in_no_window_of_time():
    record = Record("stock-commands", 0, 0, None, b"", [])
    assert EVERYTHING.covers(record)
    assert not Window(start=NOW).covers(record)
    assert not Window(stop=NOW).covers(record)


async def test_what_followed_from_it_is_known_by_its_cause(inputs, facts):
    causes = await covered(reader(inputs), ["stock-commands"], Window(Place("stock-commands", 0, 6)))
    inside = [one for one in facts if is_caused(one.headers, causes)]
    assert [(one.topic, one.key) for one in inside if one.topic != "stock-moved"] == [
        ("allocated", b"o2"), ("allocated", b"o3"),
    ]  # fmt: skip


def test_what_a_tick_set_off_followed_from_the_tick():
    assert is_caused([("ce_causationid", b"tick-7/order-1")], {b"tick-7"})


async def test_a_dry_run_counts_what_would_be_read(inputs):
    window = Window(NOW + timedelta(minutes=2), NOW + timedelta(minutes=5))
    (found,) = await survey(reader(inputs), ["stock-commands", "stock-commands"], window)
    assert (found.topic, found.partition, found.held, found.records) == ("stock-commands", 0, 8, 3)
    assert (found.first, found.last) == (2, 4)
    assert (found.earliest, found.latest) == (NOW + timedelta(minutes=2), NOW + timedelta(minutes=4))
    assert found.bytes == sum(len(record.key) + len(record.value) for record in inputs[2:5])


@pytest.mark.parametrize("width", [40, 160])
async def test_its_page_says_topics_partitions_records_and_times(inputs, width):
    found = await survey(reader(inputs), ["stock-commands"], EVERYTHING)
    console = Screen(file=io.StringIO(), width=width)
    console.print(replay_dry.page(found, {"stock-commands": ["allocation-keeper"]}))
    told = "".join(console.file.getvalue().split())
    assert "8recordsin1partitionof1topic,from2026-03-0209:00:00to2026-03-0209:07:00" in told
