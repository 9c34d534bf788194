"""The clock process on a real broker."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from cauce.runtime.clock import ClockHand, FileClock
from cauce.runtime.clockwork import TOPICS, run_clock
from cauce.runtime.topics import create_topics, partitions_of, specs
from schemas.envelope import Envelope
from schemas.reference import TimeReached
from schemas.topics import BY_NAME

pytestmark = pytest.mark.live

MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
async def told(settings):
    """Every record of `ticks` and `stock-commands`, as (topic, partition, envelope, time), as they come."""
    wanted = [spec for spec in specs(settings) if spec.name in TOPICS]
    await create_topics(settings.servers, settings, wanted)
    places = [
        TopicPartition(settings.topic(topic), number)
        for topic in TOPICS
        for number in range(partitions_of(settings, BY_NAME[topic].family))
    ]
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.servers, auto_offset_reset="earliest")
    consumer.assign(places)
    await consumer.start()

    async def next_round():
        """What is told to all partitions once."""
        found = []
        for _ in places:
            record = await asyncio.wait_for(consumer.getone(), 30)
            topic = record.topic.removeprefix(settings.prefix)
            envelope = Envelope.from_headers(list(record.headers))
            found.append((topic, record.partition, envelope, TimeReached.read(record.value)))
        return found

    yield next_round
    await consumer.stop()


@contextlib.asynccontextmanager
async def running(settings, path):
    clock = asyncio.create_task(run_clock(settings, FileClock(path), 0.05))
    yield clock
    clock.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await clock


async def test_every_partition_and_every_pool_hears_each_time_once(settings, told, tmp_path):
    settings = settings.model_copy(update={"release": "7"})
    hand = ClockHand(tmp_path / "clock", MORNING + timedelta(microseconds=400))
    async with running(settings, tmp_path / "clock"):
        first = await told()
        hand.set(MORNING + timedelta(days=3))
        second = await told()
    heard = {("ticks", number) for number in range(settings.partitions)} | {("stock-commands", 0)}
    for each, at in ((first, MORNING), (second, MORNING + timedelta(days=3))):
        assert {(topic, partition) for topic, partition, _, _ in each} == heard
        assert {time.reached_at for _, _, _, time in each} == {at}
        assert len({envelope.id for _, _, envelope, _ in each}) == 1
        assert {(e.at, e.source, e.type, e.release) for _, _, e, _ in each} == {
            (at, "/cauce/clock", "time.reached.v1", "7")
        }
    assert first[0][2].id != second[0][2].id
    assert first[0][2].sequence < second[0][2].sequence


async def test_a_clock_that_is_started_again_tells_the_same_time_under_the_same_id(settings, told, tmp_path):
    ClockHand(tmp_path / "clock", MORNING)
    rounds = []
    for _ in range(2):
        async with running(settings, tmp_path / "clock"):
            rounds.append(await told())
    assert {envelope for each in rounds for _, _, envelope, _ in each} == {rounds[0][0][2]}
