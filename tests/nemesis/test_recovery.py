"""How long a place stands still: until it commits anew, if it had something to commit."""

import time

import pytest
from aiokafka import TopicPartition

from cauce.runtime.lane import Lane
from cauce.runtime.settings import Settings
from chaos.deployment import Place
from chaos.recovery import Recovery

LANE = Lane("shop", "till", ("orders",), (), (), lambda _record, _work: None)
PLACE, INPUT = Place("shop", "till", 1), TopicPartition("p-orders", 1)


class Broker:
    """What is committed, and what has come, as a test says."""

    def __init__(self):
        self.committed, self.came = {INPUT: 10}, {}

    def first_since(self, tp, offset):
        return min((at for at_offset, at in self.came.get(tp, ()) if at_offset >= offset), default=None)

    async def asked(self, _service):
        return dict(self.committed)


@pytest.fixture
def broker():
    return Broker()


@pytest.fixture
async def recovery(broker, monkeypatch):
    recovery = Recovery("nowhere:1", Settings(servers="nowhere:1", prefix="p-"), [LANE], broker)
    monkeypatch.setattr(recovery, "_asked", broker.asked)
    return recovery


async def test_the_clock_stops_with_the_next_commit_of_a_place_that_had_work(recovery, broker):
    broker.came[INPUT] = [(10, time.monotonic() - 3)]
    await recovery.watch("kill one", [PLACE], since=time.monotonic() - 3)
    await recovery._look()
    assert recovery.waiting == 1
    broker.committed[INPUT] = 11
    await recovery._look()
    assert recovery.waiting == 0
    assert recovery.seconds["kill one"] == [pytest.approx(3, abs=0.5)]


async def test_a_place_that_had_nothing_to_do_says_nothing(recovery, broker):
    broker.came[INPUT] = [(10, time.monotonic() + 2)]
    await recovery.watch("kill one", [PLACE])
    broker.committed[INPUT] = 11
    await recovery._look()
    assert (recovery.seconds["kill one"], recovery.quiet) == ([], 1)


async def test_the_clock_starts_anew_for_a_place_that_is_struck_again(recovery, broker):
    broker.came[INPUT] = [(10, time.monotonic())]
    await recovery.watch("kill one", [PLACE], since=time.monotonic() - 60)
    await recovery.watch("stop one", [PLACE])
    broker.committed[INPUT] = 11
    await recovery._look()
    assert recovery.struck_again == 1
    assert not recovery.seconds["kill one"]
    assert recovery.seconds["stop one"] == [pytest.approx(0, abs=0.5)]
