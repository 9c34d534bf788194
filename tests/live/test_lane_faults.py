"""Workers are killed and frozen; nothing may be lost, doubled, out of order or wrong."""

import asyncio
import signal
import time
from collections import Counter
from itertools import islice

import pytest

from cauce.runtime.engine.journal import rerun
from cauce.runtime.partitions import partition_of
from cauce.runtime.settings import Settings
from chaos.proofs import counting
from chaos.proofs.counted import INPUTS, NOTHING_WRONG, differences, drained, records, retry_all


@pytest.fixture
def settings(broker, prefix, tmp_path):
    return Settings(servers=broker, prefix=prefix, home=tmp_path / "home", partitions=4, pools=2)


def feeding(feed, pace):
    return feed.feeding(records(poison=1000), pace)


async def kill_now_and_then(fleet, kafka, kills):
    """Kill a worker that works, and again once another does its work; meanwhile the operator retries."""
    workers = [
        fleet.worker("w0", COUNTING_SLOW="0.02", CAUCE_INSTANCE="w0").start(),
        fleet.worker("w1", COUNTING_SLOW="0.02").start(),
    ]
    everything = {(lane, number) for lane, count in (("stock", 4), ("mail", 2)) for number in range(count)}
    await fleet.works_again(everything, time.time())
    for number in range(kills):
        worker = workers[number % 2]
        held, killed_at = await worker.holding(), time.time()
        worker.kill()
        await asyncio.sleep(0.5)
        worker.start()
        await retry_all(kafka)
        await fleet.works_again(held, killed_at)
    held, stopped_at = await workers[0].holding(), time.time()
    assert workers[0].stop() == 0, "in good order, in between"
    workers[0].start()
    await fleet.works_again(held, stopped_at)


async def test_kills_lose_nothing_and_a_rerun_of_the_journal_equals_what_was_done(fleet, kafka, feed):
    async with feeding(feed, pace=1500):
        await kill_now_and_then(fleet, kafka, kills=4)
    await drained(kafka)
    assert [worker.stop() for worker in fleet.workers] == [0, 0]
    assert await differences(kafka, feed) == NOTHING_WRONG
    await assert_parked_once(kafka, feed)
    for partition in range(4):
        await assert_rerun_equals(kafka, partition)


async def assert_parked_once(kafka, feed):
    parked = [record for part in (await kafka.read("counting-parked")).values() for record in part]
    places = Counter(tuple(value for _, value in record.headers[2:5]) for record in parked)
    poison = Counter(value for sent in feed.sent.values() for _, value in sent if value.startswith(b"!"))
    assert poison
    assert set(places.values()) == {1}
    assert Counter(record.value for record in parked if record.value.startswith(b"!")) == poison


async def assert_rerun_equals(kafka, partition):
    again = await rerun(counting.STOCK, partition, kafka.servers, kafka.settings.prefix)
    out = [record for part in (await kafka.read("stock-out")).values() for record in part]
    mine = [(r.key, r.value) for r in out if partition_of(r.key, 4) == partition]
    assert [(o.key, o.value) for o in again.outputs if o.topic == "stock-out"] == mine
    parked = [record for part in (await kafka.read("counting-parked")).values() for record in part]
    theirs = [
        (r.key, r.value, list(r.headers))
        for r in parked
        if (r.headers[0][1], r.headers[3][1]) == (b"counting-stock", b"%d" % partition)
    ]
    assert [(o.key, o.value, o.headers) for o in again.outputs if o.topic == "counting-parked"] == theirs
    for name, changelog in counting.STOCK.changelogs.items():
        assert again.tables[name] == (await kafka.rows(changelog))[partition], name


async def freeze_in_a_commit(fleet, feed, **env):
    """A worker stops in the middle of a transaction, wakes when another has done its work; its exit code, if any."""
    zombie = fleet.worker("w0", CAUCE_STORE="memory", COUNTING_FREEZE_AT="offsets-before:40", **env)
    other = fleet.worker("w1", CAUCE_STORE="memory", **env)
    async with feeding(feed, pace=500):
        zombie.start()
        await zombie.ready()
        other.start()
        await zombie.frozen()
        await fleet.works_again(await zombie.holding(), time.time())
        zombie.signal(signal.SIGCONT)
        return await zombie.left(seconds=10), other


async def test_a_frozen_worker_does_no_harm_when_it_wakes(fleet, kafka, feed):
    code, _ = await freeze_in_a_commit(fleet, feed)
    assert code is None, "it lets go of what is another's, and fences anew what it is given"
    await drained(kafka)
    assert [worker.stop() for worker in fleet.workers] == [0, 0]
    assert await differences(kafka, feed) == NOTHING_WRONG


async def test_the_harness_sees_a_frozen_worker_do_harm_where_nobody_is_fenced(fleet, kafka, feed):
    code, _ = await freeze_in_a_commit(fleet, feed, COUNTING_NO_FENCE="1")
    assert code is None
    await kafka.caught_up(counting.SERVICE, seconds=10, **INPUTS)
    wrong = await differences(kafka, feed)
    assert sum(output.doubled for output in wrong.values()) > 0


async def test_a_kill_at_any_point_of_a_commit_neither_loses_nor_doubles(fleet, kafka, feed):
    await feed.write(islice(records(poison=500), 6000))
    worker = fleet.worker("w0", CAUCE_INSTANCE="w0", COUNTING_BATCH="50")
    for passing in (1, 7):
        for point in ("decide-after", "offsets-before", "commit-asked", "commit-after", "apply-after"):
            worker.start(COUNTING_DIE_AT=f"{point}:{passing}")
            assert await worker.exited() == -signal.SIGKILL
    worker.start()
    await drained(kafka)
    assert worker.stop() == 0
    assert await differences(kafka, feed) == NOTHING_WRONG
