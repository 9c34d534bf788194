"""Workers are killed and frozen; nothing may be lost, doubled, out of order or wrong."""

import asyncio
import random
import signal
import time
from collections import Counter
from contextlib import asynccontextmanager
from itertools import count, islice

import counting
import pytest
from fleet import Feed

from cauce.runtime.engine.journal import rerun
from cauce.runtime.engine.parked import retry, waiting
from cauce.runtime.partitions import partition_of
from cauce.runtime.settings import Settings

INPUTS = {"orders": 4, "receipts": 4, "notes": 2}
OUTPUTS = {"stock-out": ("orders", "receipts"), "mail-out": ("notes",)}


@pytest.fixture
def settings(broker, prefix, tmp_path):
    return Settings(servers=broker, prefix=prefix, home=tmp_path / "home", partitions=4, pools=2)


@pytest.fixture
async def feed(kafka):
    await kafka.create(counting.LANES, **INPUTS, stock_out=4, mail_out=4)
    return Feed(kafka)


def records(poison=0, keys=2000, seed=1):
    """Numbered records over the three inputs, without end; some cannot be decided."""
    draw = random.Random(seed)
    for number in count():
        bad = poison and draw.randrange(poison) == 0
        topic = ("orders", "orders", "receipts", "notes")[number % 4]
        yield topic, b"k%d" % draw.randrange(keys), b"%s%s%d" % (b"!" if bad else b"", topic[:1].encode(), number)


async def differences(kafka, feed):
    """What is lost, doubled or out of order in each output, and how many rows of the tables are wrong."""
    found = {}
    for lane, output in zip(counting.LANES, OUTPUTS, strict=True):
        out = [record for part in (await kafka.read(output)).values() for record in part]
        sent = Counter((k, v.lstrip(b"!")) for topic in OUTPUTS[output] for k, v in feed.sent[topic])
        came = Counter((record.key, record.value) for record in out)
        last, disorder = {}, 0
        for record in out:
            place, number = (record.key, record.value[:1]), int(record.value[1:])
            disorder += number < last.get(place, -1)
            last[place] = number
        rows = await kafka.rows(lane.changelogs[lane.tables[0].name])
        counted = {key: int(value) for part in rows.values() for key, value in part.items()}
        wrong = sum(counted.get(key) != count for key, count in Counter(key for key, _ in sent.elements()).items())
        found[output] = ((sent - came).total(), (came - sent).total(), disorder, wrong)
    return found


@asynccontextmanager
async def feeding(feed, pace):
    """Records keep coming as long as this lasts: faults without work prove nothing."""
    enough = asyncio.Event()
    writing = asyncio.ensure_future(feed.write(records(poison=1000), pace, enough))
    try:
        yield
    finally:
        enough.set()
        await writing


NOTHING_WRONG = dict.fromkeys(OUTPUTS, (0, 0, 0, 0))


async def retry_all(kafka):
    parked, missing = await waiting(kafka.servers, kafka.settings.prefix, counting.SERVICE)
    assert not missing
    await retry(kafka.servers, kafka.settings.prefix, parked, mend=lambda one: one.record.value.lstrip(b"!"))
    return len(parked)


async def drained(kafka):
    """Until everything is decided, the mended poison included."""
    assert await kafka.caught_up(counting.SERVICE, **INPUTS)
    while await retry_all(kafka):
        assert await kafka.caught_up(counting.SERVICE, **INPUTS)


def places(worker):
    """The lanes and partition numbers that the worker's present process holds."""
    taken = [event for event in worker.events("acquired") if event["pid"] == worker.process.pid][-1:]
    held = ",".join(event["kept"] + "," + event["fresh"] for event in taken).split(",")
    return {(lane, int(number)) for lane, number in (place.split("/") for place in held if place)}


async def holding(worker, seconds=40):
    """What the worker holds, once that is something."""
    end = time.time() + seconds
    while not places(worker):
        assert time.time() < end, f"{worker.name} was given nothing"
        await asyncio.sleep(0.1)
    return places(worker)


async def worked_again(fleet, wanted, since, seconds=40):
    """Until each of the places has committed anew; the seconds it took."""
    while True:
        found = {(e["lane"], e["partition"]) for w in fleet.workers for e in w.events("first-commit") if e["t"] > since}
        if wanted <= found:
            return time.time() - since
        assert time.time() - since < seconds, f"nobody took {wanted - found}"
        await asyncio.sleep(0.2)


async def kill_now_and_then(fleet, kafka, kills):
    """Kill a worker that works, and again once another does its work; meanwhile the operator retries."""
    workers = [
        fleet.worker("w0", COUNTING_SLOW="0.02", CAUCE_INSTANCE="w0").start(),
        fleet.worker("w1", COUNTING_SLOW="0.02").start(),
    ]
    everything = {(lane, number) for lane, count in (("stock", 4), ("mail", 2)) for number in range(count)}
    await worked_again(fleet, everything, time.time())
    for number in range(kills):
        worker = workers[number % 2]
        held, killed_at = await holding(worker), time.time()
        worker.kill()
        await asyncio.sleep(0.5)
        worker.start()
        await retry_all(kafka)
        await worked_again(fleet, held, killed_at)
    held, stopped_at = await holding(workers[0]), time.time()
    assert workers[0].stop() == 0, "in good order, in between"
    workers[0].start()
    await worked_again(fleet, held, stopped_at)


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
    zombie = fleet.worker("w0", CAUCE_STORE="memory", COUNTING_FREEZE_AT="sent:40", **env)
    other = fleet.worker("w1", CAUCE_STORE="memory", **env)
    async with feeding(feed, pace=500):
        zombie.start()
        await zombie.ready()
        other.start()
        await zombie.frozen()
        await worked_again(fleet, await holding(zombie), time.time())
        zombie.signal(signal.SIGCONT)
        return await zombie.left(seconds=10), other


async def test_a_frozen_worker_does_no_harm_when_it_wakes(fleet, kafka, feed):
    code, other = await freeze_in_a_commit(fleet, feed)
    assert code == 1
    await drained(kafka)
    assert other.stop() == 0
    assert await differences(kafka, feed) == NOTHING_WRONG


async def test_the_harness_sees_a_frozen_worker_do_harm_where_nobody_is_fenced(fleet, kafka, feed):
    code, _ = await freeze_in_a_commit(fleet, feed, COUNTING_NO_FENCE="1")
    assert code is None
    await kafka.caught_up(counting.SERVICE, seconds=10, **INPUTS)
    wrong = await differences(kafka, feed)
    assert sum(doubled for _, doubled, _, _ in wrong.values()) > 0


async def test_a_kill_at_any_point_of_a_commit_neither_loses_nor_doubles(fleet, kafka, feed):
    await feed.write(islice(records(poison=500), 6000))
    worker = fleet.worker("w0", CAUCE_INSTANCE="w0", COUNTING_BATCH="50")
    for passing in (1, 7):
        for point in counting.POINTS:
            worker.start(COUNTING_DIE_AT=f"{point}:{passing}")
            assert await worker.exited() == -signal.SIGKILL
    worker.start()
    await drained(kafka)
    assert worker.stop() == 0
    assert await differences(kafka, feed) == NOTHING_WRONG
