"""A lane in the life of a worker: restarts, restores, a lost group, the breaker, background transactions."""

import signal
from collections import Counter
from pathlib import Path

import pytest
import running
from rocksdict import Options, Rdict, WriteBatch

from cauce.runtime.engine.parked import drop, retry, waiting
from cauce.runtime.lane import STANDING
from chaos.proofs import counting
from chaos.proofs.feed import Feed
from chaos.proofs.fleet import Fleet

INPUTS = {"orders": 4, "receipts": 4, "notes": 1}


def some(count, topic="orders", start=0, keys=100):
    return [(topic, b"k%d" % (number % keys), b"%d" % number) for number in range(start, start + count)]


def elsewhere(fleet):
    """A worker that has no store yet, as on another machine."""
    return fleet.worker("w1", CAUCE_HOME=str(fleet.folder / "elsewhere"))


async def outputs(kafka, topic="stock-out"):
    return [record for part in (await kafka.read(topic)).values() for record in part]


async def test_a_lane_whose_group_was_deleted_goes_on_from_its_own_state(fleet, kafka, feed):
    worker = fleet.worker("w0")
    for start in (0, 2000):
        await feed.write(some(2000, start=start))
        worker.start()
        assert await kafka.caught_up(counting.SERVICE, orders=4)
        assert worker.stop() == 0
        assert await kafka.forget_group(counting.SERVICE) == [(kafka.settings.topic(counting.SERVICE), 0)]
    assert Counter(record.value for record in await outputs(kafka)) == Counter(b"%d" % n for n in range(4000))
    told = [event for event in worker.events("offsets-from-state") if "orders" in event["topic"]]
    assert {event["group"] for event in told} == {None}
    assert sum(event["state"] or 0 for event in told) == 2000


async def test_a_lane_whose_changelog_was_lost_refuses_to_start_over(fleet, kafka, feed):
    await feed.write(some(1000))
    first, other = fleet.worker("w0"), elsewhere(fleet)
    await first.start().ready()
    assert await kafka.caught_up(counting.SERVICE, orders=4)
    assert first.stop() == 0
    await kafka.empty(counting.STOCK.changelogs[STANDING])
    assert await other.start().exited() == 1
    assert "its changelog was lost" in other.events("failed")[-1]["error"]
    assert len(await outputs(kafka)) == 1000


async def test_a_restart_reads_only_what_the_local_store_misses(fleet, kafka, feed):
    await feed.write(some(3000, keys=3000))
    first, other = fleet.worker("w0"), elsewhere(fleet)
    restored = []
    for worker, count in ((first, 300), (first, 40), (other, 0), (first, 0)):
        await worker.start().ready()
        assert await kafka.caught_up(counting.SERVICE, orders=4)
        await feed.write(some(count, start=10_000, keys=10_000))
        assert await kafka.caught_up(counting.SERVICE, orders=4)
        assert worker.stop() == 0
        restored.append(worker.events("acquired")[-1]["restored"])
    assert restored[:2] == [0, 0]
    assert restored[2] >= 3300, "another worker has nothing and reads all"
    assert restored[3] == 0, "and changed nothing"


def tamper(home, table, rows):
    """Write into the closed local stores of a table."""
    for store in Path(home).rglob(f"{table}-*.db"):
        database = Rdict(str(store), options=Options(raw_mode=True))
        batch = WriteBatch(raw_mode=True)
        for key, value in rows.items():
            batch.put(key, value)
        database.write(batch)
        database.close()


@pytest.mark.parametrize(
    ("mark", "reason"),
    [
        ({b"__faust\0offset__": b"99999"}, "ahead of its changelog"),
        ({b"__cauce\0as-of__": b"1700000000"}, "older than the tombstones its changelog keeps"),
    ],
    ids=["ahead", "too old"],
)
async def test_a_store_that_cannot_be_trusted_is_rebuilt_loudly(fleet, kafka, feed, mark, reason):
    worker, other = fleet.worker("w0"), elsewhere(fleet)
    for start, next_worker in enumerate((worker, other, worker)):
        await feed.write(some(1000, start=1000 * start))
        await next_worker.start().ready()
        assert await kafka.caught_up(counting.SERVICE, orders=4)
        assert next_worker.stop() == 0
        if not start:
            tamper(kafka.settings.home, "stock-counts", {b"k1": b"77777", **mark})
    assert {event["reason"] for event in worker.events("store-rebuilt")} == {repr(reason)}
    assert len(worker.events("store-rebuilt")) == 4
    rows = await kafka.rows(counting.STOCK.changelogs["counts"])
    assert {value for part in rows.values() for value in part.values()} == {b"30"}


async def test_the_breaker_stops_the_worker_each_time_it_is_started(fleet, kafka, feed):
    await feed.write([("orders", b"k%d" % number, b"!%d" % number) for number in range(400)])
    worker = fleet.worker("w0", CAUCE_INSTANCE="w0")
    for _ in range(2):
        assert await worker.start().exited() == 1
    assert all("20 records in a row" in event["error"] for event in worker.events("failed"))
    assert not await outputs(kafka, "counting-parked")


async def test_what_is_parked_can_be_listed_mended_retried_and_dropped(fleet, kafka, feed):
    await feed.write([("orders", b"a", b"!1"), ("orders", b"a", b"2"), ("orders", b"b", b"!3"), ("orders", b"c", b"4")])
    worker = fleet.worker("w0").start()
    assert await kafka.caught_up(counting.SERVICE, orders=4)
    place = (kafka.servers, kafka.settings.prefix)
    parked, missing = await waiting(*place, counting.SERVICE)
    told = {(one.record.value, one.about.reason, one.is_next) for one in parked}
    assert told == {(b"!1", "poison", True), (b"2", "waits behind a parked record", False), (b"!3", "poison", True)}
    await retry(
        *place, [one for one in parked if one.record.key == b"a"], mend=lambda one: one.record.value.lstrip(b"!")
    )
    await drop(*place, [one for one in parked if one.record.key == b"b"], "not ours")
    await feed.write([("orders", b"b", b"5")])
    assert await kafka.caught_up(counting.SERVICE, orders=4)
    assert worker.stop() == 0
    out = [(record.key, record.value) for record in await outputs(kafka)]
    assert [value for key, value in out if key == b"a"] == [b"1", b"2"]
    assert [value for key, value in out if key != b"a"] in ([b"4", b"5"], [b"5", b"4"])
    assert (await waiting(*place, counting.SERVICE), missing) == (([], []), [])


@pytest.fixture
def runners(settings, tmp_path):
    fleet = Fleet(settings, [running.__file__], tmp_path)
    yield fleet
    fleet.end()


async def test_background_transactions_survive_kills_exactly_once(runners, kafka):
    await kafka.create([running.LANE], requests=4, answers=4)
    await Feed(kafka).write(some(60, "requests", keys=60))
    worker = runners.worker("w0", CAUCE_INSTANCE="w0")
    for point, passing in (("decide-after", 1), ("offsets-before", 3), ("commit-after", 9), ("apply-after", 30)):
        worker.start(COUNTING_DIE_AT=f"{point}:{passing}")
        assert await worker.exited() == -signal.SIGKILL
    worker.start()
    rows = {}
    while len(rows) < 60:
        rows = {
            k: v for part in (await kafka.rows("running-runner-answered-changelog")).values() for k, v in part.items()
        }
    assert worker.stop() == 0
    assert set(rows.values()) == {b"1"}
    assert Counter(record.key for record in await outputs(kafka, "answers")) == dict.fromkeys(rows, 1)
