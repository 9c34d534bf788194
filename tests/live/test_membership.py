"""Workers leave their group, are given up by it, and come back: work stands still no longer than it must."""

import asyncio
import signal
import time
from collections import Counter
from itertools import islice
from pathlib import Path
from statistics import median

import pytest
from aiokafka import AIOKafkaProducer

from cauce.runtime.settings import Settings
from chaos.proofs import counting
from chaos.proofs.counted import NOTHING_WRONG, differences, drained, records

SLOW_OPENING = [str(Path(__file__).parent / "slow_opening.py")]
SESSION_SECONDS = 6  # how long a group waits for a worker that says nothing
HANDED_OVER_SECONDS = 2.5  # from the word to stop to the first commit of another; a busy machine may be late once
EVERYTHING = {(lane, number) for lane, count in (("stock", 4), ("mail", 2)) for number in range(count)}


@pytest.fixture
def settings(broker, prefix, tmp_path):
    return Settings(servers=broker, prefix=prefix, home=tmp_path / "home", partitions=4, pools=2)


async def until(claim):
    async with asyncio.timeout(60):
        while not claim():  # noqa: ASYNC110  # another process has no event for us
            await asyncio.sleep(0.1)


def share(one, other):
    """Whether two workers hold everything, each a part."""
    return one.holds() and other.holds() and one.holds() ^ other.holds() == EVERYTHING


def taken(worker):
    """How often a worker took each place anew."""
    places = [place.split("/") for event in worker.events("acquired") for place in event["fresh"].split(",") if place]
    return Counter((lane, int(number)) for lane, number in places)


async def two(fleet):
    """Two workers with names of their own, and so static members, that share the work."""
    workers = [fleet.worker(name, CAUCE_STORE="memory", CAUCE_INSTANCE=name).start() for name in ("w0", "w1")]
    await until(lambda: share(*workers))
    return workers


async def test_what_a_worker_that_was_told_to_stop_held_is_another_s_at_once(fleet, kafka, feed):
    """Nobody waits for the session of a static member that left."""
    took = []
    async with feed.feeding(records(), pace=300):
        workers = await two(fleet)
        for leaving in (*workers, workers[0]):
            held, told_at = leaving.holds(), time.time()
            assert leaving.stop() == 0
            took.append(await fleet.works_again(held, told_at))
            leaving.start()
            await until(lambda: share(*workers))
    await drained(kafka)
    assert median(took) <= HANDED_OVER_SECONDS
    assert await differences(kafka, feed) == NOTHING_WRONG


async def test_a_worker_that_its_group_gave_up_takes_its_work_anew_when_it_wakes(fleet, kafka, feed):
    """With nothing under way it need not end: what it held is another's, and what it is given then it fences again."""
    sleeper, other = await two(fleet)
    sleeper.signal(signal.SIGSTOP)
    await until(lambda: other.holds() == EVERYTHING)
    sleeper.signal(signal.SIGCONT)
    await until(lambda: share(sleeper, other))
    held = sleeper.holds()
    async with feed.feeding(records(), pace=300):
        await fleet.works_again(held, time.time())
    await drained(kafka)
    assert sleeper.runs
    assert not sleeper.events("lost"), "it kept nothing that it would have found fenced one by one"
    assert await differences(kafka, feed) == NOTHING_WRONG


async def test_a_worker_that_was_fenced_by_mistake_takes_anew_what_is_still_its_own(fleet, kafka, feed):
    """As by a zombie that woke up while it was taking what had been its own."""
    worker = fleet.worker("w0", CAUCE_STORE="memory").start()
    await worker.ready()
    async with feed.feeding(records(), pace=300):
        await fleet.works_again(EVERYTHING, time.time())
        fenced_at = time.time()
        async with AIOKafkaProducer(
            bootstrap_servers=kafka.servers, transactional_id=kafka.settings.topic(f"{counting.STOCK.id}-0")
        ):
            assert await fleet.works_again({("stock", 0)}, fenced_at) < SESSION_SECONDS, "without a new process"
    await drained(kafka)
    assert [(event["lane"], event["partition"]) for event in worker.events("lost")] == [("stock", 0)]
    assert worker.stop() == 0
    assert await differences(kafka, feed) == NOTHING_WRONG


async def test_workers_whose_stores_take_longer_to_open_than_a_session_lasts_share_the_work(fleet, kafka, feed):
    """Not one after another is given up while it opens what the one before could not."""
    await feed.write(islice(records(), 200))
    first = fleet.worker("w0", program=SLOW_OPENING, CAUCE_INSTANCE="w0").start()
    assert await first.holding(seconds=60) == EVERYTHING
    second, began = fleet.worker("w1", program=SLOW_OPENING, CAUCE_INSTANCE="w1").start(), time.monotonic()
    await until(lambda: share(first, second))
    assert time.monotonic() - began > SESSION_SECONDS, "or it proves nothing"
    assert (taken(first), taken(second)) == (Counter(EVERYTHING), Counter(second.holds())), (
        "nobody was given up meanwhile"
    )
    await drained(kafka)
    assert await differences(kafka, feed) == NOTHING_WRONG
    assert [worker.stop() for worker in (first, second)] == [0, 0]
