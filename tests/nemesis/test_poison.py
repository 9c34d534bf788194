"""Poison is poison: no door reads it, and no lane."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cauce.runtime.deciding import receive
from cauce.runtime.doors.foreign import read_form
from cauce.runtime.lane import Record, Unprocessable
from cauce.runtime.service import Unreadable
from cauce.runtime.settings import Settings
from chaos.poison import BAD_VALUES, corpus, for_doors, for_lanes
from schemas.raw import RawTopic
from schemas.topics import TOPICS, TopicKind

BROKER_BYTES = 1_048_588  # message.max.bytes of a broker that was told nothing
TEXTS = corpus(Settings().data / "json" / "test_parsing")
INPUTS = [topic.name for topic in TOPICS if topic.kind is not TopicKind.RAW]
SEEDS = st.integers(0, 10**6)


@pytest.mark.parametrize("topic", RawTopic)
def test_no_door_reads_it(topic):
    assert [what for what, value in {**BAD_VALUES, **TEXTS}.items() if is_read(topic, value)] == []


def is_read(topic, value):
    try:
        read_form(topic, value)
    except Unreadable:
        return False
    return True


@given(SEEDS)
def test_no_lane_reads_it(seed):
    for poison in for_lanes(seed, 1, 12, INPUTS, [b"an-order"]):
        with pytest.raises((ValueError, Unprocessable)):
            receive(Record(poison.topic, 0, 0, poison.key, poison.value, poison.headers))


@given(SEEDS)
def test_a_seed_gives_the_same_poison_again(seed):
    assert for_doors(seed, 3, 12, TEXTS) == for_doors(seed, 3, 12, TEXTS)
    assert for_lanes(seed, 3, 12, INPUTS, []) == for_lanes(seed, 3, 12, INPUTS, [])


def test_the_largest_is_just_what_a_broker_takes():
    found = [one for seed in range(40) for one in for_lanes(seed, 0, 12, INPUTS, [])]
    sizes = [sum(len(name) + len(value) for name, value in one.headers) + len(one.value or b"") for one in found]
    assert BROKER_BYTES - 300 < max(sizes) < BROKER_BYTES - 120
