"""Ticks that fire nothing wait for the next batch that does something, and are journaled with it."""

import pytest

from cauce.runtime.engine import tenure as tenure_module
from cauce.runtime.engine.rows import rows_of
from cauce.runtime.engine.station import Station
from cauce.runtime.engine.stores import MemoryShelf
from cauce.runtime.engine.tenure import MOST_HELD, Tenure
from cauce.runtime.engine.watch import Watch
from cauce.runtime.lane import Lane, Record, Table

COUNTS = Table("counts", encode=lambda count: b"%d" % count, decode=int)


def count(record, work):
    if record.value != b"tick":
        work.put(COUNTS, record.key, (work.get(COUNTS, record.key) or 0) + 1)
        work.send("out", record.key, record.value, [])


LANE = Lane(
    service="counting",
    name="stock",
    inputs=("orders", "ticks"),
    outputs=("out",),
    tables=(COUNTS,),
    handler=count,
    waits=lambda record: record.value == b"tick",
)


@pytest.fixture
async def commits(monkeypatch):
    """The units that reach Kafka's transaction, which is the one thing left out here."""
    units = []

    async def commit(_producer, work, encoded, **_where):
        units.append(work)
        return dict.fromkeys(encoded, 0)

    monkeypatch.setattr(tenure_module, "commit", commit)
    return units


@pytest.fixture
async def tenure():
    station = Station("localhost:9", "", "counting", {"orders": 1}, lambda *_: MemoryShelf(), Watch())
    held = Tenure(LANE, 0, station)
    held.rows = rows_of(LANE, lambda _: MemoryShelf())
    held.standing.offsets = {"orders": 0, "ticks": 0}
    yield held
    await held.close()


def tick(offset):
    return Record("ticks", 0, offset, b"clock", b"tick", [])


def order(offset):
    return Record("orders", 0, offset, b"k", b"1", [])


async def test_a_tick_that_fires_nothing_commits_with_the_next_batch(tenure, commits):
    await tenure._batch([tick(0)])
    await tenure._batch([tick(1)])
    assert commits == []

    await tenure._batch([order(0)])
    await tenure.settle()
    (work,) = commits
    assert work.journal == [("ticks", 0, 1), ("ticks", 1, 1), ("orders", 0, 1)]
    assert tenure.standing.offsets == {"orders": 1, "ticks": 2}


async def test_what_was_committed_is_not_journaled_again(tenure, commits):
    await tenure._batch([tick(0)])
    await tenure._batch([order(0)])
    await tenure._batch([order(1)])
    await tenure.settle()

    assert [work.journal for work in commits][1] == [("orders", 1, 1)]


async def test_ticks_do_not_wait_for_ever(tenure, commits):
    for offset in range(MOST_HELD + 1):
        await tenure._batch([tick(offset)])
    await tenure.settle()

    (work,) = commits
    assert len(work.journal) == MOST_HELD + 1
