"""While a transaction is under way the next batch is decided, on what that one will leave if it succeeds."""

import asyncio

import pytest

from cauce.runtime.engine import tenure as tenure_module
from cauce.runtime.engine.commits import told_when_late
from cauce.runtime.engine.rows import Rows, rows_of
from cauce.runtime.engine.station import Station
from cauce.runtime.engine.stores import MemoryShelf
from cauce.runtime.engine.tenure import Handle, Tenure
from cauce.runtime.engine.watch import Watch
from cauce.runtime.lane import Lane, Record, Table, TenureLost

COUNTS = Table("counts", encode=lambda count: b"%d" % count, decode=int)


def count(record, work):
    work.put(COUNTS, record.key, (work.get(COUNTS, record.key) or 0) + 1)
    work.send("out", record.key, b"%d" % work.get(COUNTS, record.key), [])


LANE = Lane(
    service="counting", name="stock", inputs=("orders",), outputs=("out",), tables=(COUNTS,), handler=count, max_batch=2
)


class Broker:
    """Answers each commit when it is told to."""

    def __init__(self):
        self.begun, self._answers = [], asyncio.Queue()

    async def commit(self, _producer, work, encoded, **_where):
        self.begun.append(work)
        failure = await self._answers.get()
        if failure is not None:
            raise failure
        return dict.fromkeys(encoded, 0)

    def answer(self, failure=None):
        self._answers.put_nowait(failure)


@pytest.fixture
async def broker(monkeypatch):
    held = Broker()
    monkeypatch.setattr(tenure_module, "commit", held.commit)
    return held


@pytest.fixture
async def tenure(broker):
    station = Station("localhost:9", "", "counting", {"orders": 1}, lambda *_: MemoryShelf(), Watch())
    held = Tenure(LANE, 0, station)
    held.rows = rows_of(LANE, lambda _: MemoryShelf())
    held.standing.offsets = {"orders": 0}
    held.gate.resume()
    yield held
    for _ in range(9):
        broker.answer()
    await held.close()


def order(offset):
    return Record("orders", 0, offset, b"k", b"1", [])


async def until(ask):
    async with asyncio.timeout(5):
        while not ask():  # noqa: ASYNC110  # what is asked has no event; each turn of the loop may change it
            await asyncio.sleep(0)


def sent(work):
    return [output.value for output in work.out]


async def test_the_next_batch_is_decided_while_one_commits(tenure, broker):
    await tenure.process({"orders": [order(0), order(1)]})
    deciding = asyncio.ensure_future(tenure.process({"orders": [order(2)]}))
    await until(lambda: tenure.standing.offsets["orders"] == 3)
    assert len(broker.begun) == 1, "one transaction at a time"

    broker.answer()
    await deciding
    await until(lambda: len(broker.begun) == 2)
    assert [sent(work) for work in broker.begun] == [[b"1", b"2"], [b"3"]]
    assert [work.offsets for work in broker.begun] == [{"orders": 2}, {"orders": 3}]


async def test_nothing_is_committed_after_a_commit_that_failed(tenure, broker):
    await tenure.process({"orders": [order(0)]})
    deciding = asyncio.ensure_future(tenure.process({"orders": [order(1)]}))
    broker.answer(ConnectionError("the broker is gone"))
    with pytest.raises(ConnectionError):
        await deciding

    assert len(broker.begun) == 1
    assert isinstance(tenure.failure(), ConnectionError)


async def test_a_failure_shows_without_another_record(tenure, broker):
    await tenure.process({"orders": [order(0)]})
    assert tenure.failure() is None
    broker.answer(ConnectionError("the broker is gone"))
    await until(lambda: tenure.failure() is not None)


async def test_the_background_sees_only_what_is_committed(tenure, broker):
    handle = Handle(tenure)
    await tenure.process({"orders": [order(0)]})
    await until(lambda: broker.begun)
    assert handle.scan(COUNTS, b"", b"\xff") == []

    broker.answer()
    await tenure.changed.wait()
    assert handle.scan(COUNTS, b"", b"\xff") == [(b"k", 1)]


async def test_the_background_decides_after_what_is_under_way(tenure, broker):
    await tenure.process({"orders": [order(0)]})
    seen = []
    asking = asyncio.ensure_future(tenure.transact(lambda work: seen.append(work.get(COUNTS, b"k"))))
    await until(lambda: broker.begun)
    assert seen == []

    broker.answer()
    broker.answer()
    await asking
    assert seen == [1]


async def test_the_background_is_told_when_what_is_under_way_fails(tenure, broker):
    await tenure.process({"orders": [order(0)]})
    broker.answer(ConnectionError("the broker is gone"))
    with pytest.raises(TenureLost):
        await tenure.transact(lambda _: None)


async def test_giving_up_waits_for_what_is_under_way(tenure, broker):
    await tenure.process({"orders": [order(0)]})
    tenure.gate.suspend()
    settling = asyncio.ensure_future(tenure.settle())
    await until(lambda: broker.begun)
    assert not settling.done()

    broker.answer()
    await settling
    assert tenure.rows["counts"].shelf.rows == {b"k": b"1"}


def test_a_scan_sees_staged_rows_over_those_on_the_shelf():
    shelf = MemoryShelf()
    shelf.apply([(b"a", b"1"), (b"b", b"2"), (b"d", b"4")], 0)
    rows = Rows(COUNTS, shelf)
    rows.stage({b"b": None, b"c": 3, b"d": 40})

    assert list(rows.scan(b"a", b"e")) == [(b"a", 1), (b"c", 3), (b"d", 40)]
    assert [rows.get(key) for key in (b"a", b"b", b"c", b"d")] == [1, None, 3, 40]
    assert list(rows.committed(b"a", b"e")) == [(b"a", 1), (b"b", 2), (b"d", 4)]

    rows.keep(offset=1, now=0)
    assert list(rows.committed(b"a", b"e")) == [(b"a", 1), (b"c", 3), (b"d", 40)]


def test_a_staged_row_is_seen_though_its_generation_has_turned_over():
    rows = Rows(Table("counts", encode=lambda count: b"%d" % count, decode=int, cached=2), MemoryShelf())
    rows.stage({b"a": 1})
    for key in (b"x", b"y", b"z", b"v", b"w", b"u"):
        rows.get(key)

    assert rows.get(b"a") == 1


async def test_what_takes_longer_than_it_should_is_told_once_and_goes_on():
    told = asyncio.Event()
    with told_when_late(told.set, 0.01):
        await told.wait()


async def test_what_ends_in_time_or_fails_is_not_told():
    told = []
    with pytest.raises(ZeroDivisionError), told_when_late(lambda: told.append("late"), 0):
        raise ZeroDivisionError
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert told == []
