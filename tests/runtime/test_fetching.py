"""Fetching for the lanes that are free, until another is free too."""

import asyncio
from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from cauce.runtime.engine.seam import LaneConsumer, LaneConsumerThread


class Topic:
    """An aiokafka consumer and its fetcher: hands out what there is in the step in which it takes it."""

    def __init__(self):
        self._closed, self._fetcher, self._subscriptions = False, self, self
        self.fetch_context, self.records, self.came = nullcontext, [], asyncio.Event()

    async def fetched_records(self, _partitions, **limits):
        if not self.records and limits["timeout"]:
            await asyncio.wait([asyncio.ensure_future(self.came.wait())], timeout=limits["timeout"])
        taken, self.records = self.records, []
        return {"orders": taken} if taken else {}

    def come(self, *records):
        self.records += records
        self.came.set()


class Thread(LaneConsumerThread):
    """A consumer's thread that is this one."""

    def __init__(self):
        self.consumer, self.topic = SimpleNamespace(flow_active=True), Topic()

    @property
    def thread_loop(self):
        return asyncio.get_running_loop()

    async def getmany(self, *asked):
        return await self._fetch_records(self.topic, asked[0], timeout=asked[1], max_records=None)


class Consumer(LaneConsumer):
    def __init__(self):
        self._thread = Thread()

    async def turn(self, *running):
        async with asyncio.timeout(0.5):  # half of what a fetch may take
            return await self._fetched({"orders"}, [asyncio.ensure_future(work) for work in running])


@pytest.fixture
async def consumer():
    return Consumer()


async def test_records_end_a_fetch_while_others_work(consumer):
    asyncio.get_running_loop().call_soon(consumer._thread.topic.come, 1, 2)
    assert await consumer.turn(asyncio.Event().wait()) == {"orders": [1, 2]}


async def test_a_fetch_ends_without_records_when_another_lane_is_free(consumer):
    assert await consumer.turn(asyncio.sleep(0.01)) == {}


async def test_what_comes_while_a_fetch_is_ended_is_taken_by_the_next(consumer):
    async def free_another():
        consumer._thread.topic.come(1)

    assert await consumer.turn(free_another()) in ({}, {"orders": [1]})
    taken = consumer._thread.topic.records
    assert taken in ([], [1])
    if taken:
        assert await consumer.turn() == {"orders": [1]}


async def test_a_fetch_that_has_not_begun_when_it_is_ended_only_looks(consumer):
    consumer._thread._hurry()
    assert await consumer.turn() == {}


async def test_only_one_fetch_is_ended(consumer):
    consumer._thread._hurry()
    await consumer.turn()
    asyncio.get_running_loop().call_later(0.01, consumer._thread.topic.come, 1)
    assert await consumer.turn() == {"orders": [1]}


async def test_who_stops_leaves_no_fetch_behind(consumer):
    turn = asyncio.ensure_future(consumer.turn(asyncio.Event().wait()))
    await asyncio.sleep(0)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    await asyncio.sleep(0)
    assert consumer._thread._fetching is None
