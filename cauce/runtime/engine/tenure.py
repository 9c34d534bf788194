"""A tenure: the right to work on one partition number of a lane, proven by a producer epoch."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from traceback import extract_tb
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import ProducerFenced, UnknownTopicOrPartitionError

from cauce.runtime.engine.commits import Commits, told_when_late
from cauce.runtime.engine.gate import Gate
from cauce.runtime.engine.rows import Encoded, Rows, rows_of
from cauce.runtime.engine.standing import Standing
from cauce.runtime.engine.station import Station
from cauce.runtime.engine.transaction import commit
from cauce.runtime.engine.undecidable import Failure
from cauce.runtime.engine.work import UnitOfWork
from cauce.runtime.lane import Lane, Misfit, Record, Table, TenureLost, Work
from cauce.runtime.records import BATCH_BYTES

TRANSACTION_TIMEOUT_MS = 15_000  # a killed worker's open transaction hides its partitions' later records this long
LAST_WORDS_SECONDS = 10  # what a background task may take to end, once told
_TOPIC_PATIENCE_SECONDS = 10
MOST_HELD = 600  # at a tick a second, ten minutes
_WORTH_DECIDING_AHEAD = 500  # records in a fetch: deciding fewer takes less time than a commit does
_SLICE = (
    32  # records decided at once while a transaction is under way: it needs the event loop for a moment now and then
)


class Tenure:
    """Fence, restore, work, close, in this order.

    Correctness rests on one rule, whatever the consumer group believes: the transactional id is fenced first, and only
    then offsets and changelogs are read. Who fenced last owns the truth; everybody else's commit fails.
    """

    def __init__(self, lane: Lane, partition: int, station: Station) -> None:
        self.lane, self.partition, self.station = lane, partition, station
        self.standing = Standing()
        self.rows: dict[str, Rows] = {}
        self.gate = Gate(f"{lane.id}-{partition}")
        self.changed = asyncio.Event()
        self.task: asyncio.Task[None] | None = None  # works through a fetch
        self._background: asyncio.Future[None] | None = None
        self.lost = False  # another has fenced us: nobody's fault
        self._commits = Commits()
        self._pause: asyncio.Task[None] | None = None  # until the next batch may be fetched
        self._held: list[tuple[str, int, int]] = []  # runs of batches that wait for the next to be committed
        self._fresh = True  # nothing committed yet
        self._fetched = 0  # records in the last fetch
        self.producer = AIOKafkaProducer(
            bootstrap_servers=station.servers,
            transactional_id=f"{station.prefix}{lane.id}-{partition}",
            transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
            max_batch_size=BATCH_BYTES,
            max_request_size=2 * BATCH_BYTES,
        )

    @property
    def inputs(self) -> list[TopicPartition]:
        """The input partitions, with the deployment's prefix."""
        return [TopicPartition(self.station.prefix + topic, self.partition) for topic in self.lane.inputs]

    def changelog(self, name: str) -> TopicPartition:
        """The changelog partition of a table."""
        return TopicPartition(self.station.prefix + self.lane.changelogs[name], self.partition)

    def positions(self) -> dict[TopicPartition, int]:
        """Next offset of each input; what is committed, once `settle` has returned."""
        offsets = self.standing.offsets
        return {tp: offsets[topic] for tp, topic in zip(self.inputs, self.lane.inputs, strict=True)}

    # -- taking it

    async def fence(self) -> None:
        """InitProducerId: aborts or completes the predecessor's transaction, and ends its tenure."""
        await self.producer.start()
        lane, count = self.lane, self.station.partitions[self.lane.family]
        family = {*lane.inputs, *lane.changelogs.values(), *filter(None, [lane.journal])}
        for topic in sorted({*family, *lane.outputs, *([lane.parked] if lane.parks else [])}):
            found = await self._count(topic)
            if topic in family and found != count:
                raise Misfit(f"{lane.id}: {topic} has {found} partitions, its family {lane.family} {count}")

    async def _count(self, topic: str) -> int:
        name = self.station.prefix + topic
        try:
            async with asyncio.timeout(_TOPIC_PATIENCE_SECONDS):
                return len(await self.producer.partitions_for(name))
        except (TimeoutError, UnknownTopicOrPartitionError):
            raise Misfit(f"{self.lane.id}: no topic {name}; create it with `cauce topics`") from None

    def open(self) -> None:
        """Open the local stores, once the fence holds."""
        self.rows = rows_of(self.lane, lambda name: self.station.shelf(self.lane, name, self.partition))

    def resume(self) -> None:
        """Batches may start; the background task starts with the first of them."""
        self.gate.resume()
        if self.lane.background is not None and self._background is None:
            self._background = asyncio.ensure_future(self.lane.background(Handle(self)))

    # -- working

    @property
    def is_free(self) -> bool:
        """Whether records may be fetched for it. What comes while few of them are committed is one transaction.

        With a backlog the next batch is decided meanwhile.
        """
        if not self.gate.open or self._works or self._pauses:
            return False
        return self._commits.under_way() is None or self._fetched >= _WORTH_DECIDING_AHEAD

    @property
    def _works(self) -> bool:
        return self.task is not None and not self.task.done()

    @property
    def _pauses(self) -> bool:
        return self._pause is not None and not self._pause.done()

    @property
    def under_way(self) -> asyncio.Task[None] | None:
        """The task that works through a fetch, the commit after it, or the pause after that."""
        return self.task if self._works else self._commits.under_way() or (self._pause if self._pauses else None)

    async def process(self, fetched: Mapping[str, Sequence[Any]]) -> None:
        """Work through one fetch, a transaction a batch. Inputs follow one another in the order they are declared.

        The last transaction may still be under way at the end.
        """
        records = [record for topic in self.lane.inputs for record in self._new(topic, fetched.get(topic, ()))]
        self._fetched = len(records)
        size = self.lane.max_batch
        for start in range(0, len(records), size):
            async with self.gate.batch() as may_begin:
                if not may_begin:
                    return  # the seek on resume reads the rest again
                await self._batch(records[start : start + size])

    def _new(self, topic: str, fetched: Sequence[Any]) -> Iterable[Record]:
        offset = self.standing.offsets[topic]
        return [
            Record(topic, self.partition, r.offset, r.key, r.value, r.headers) for r in fetched if r.offset >= offset
        ]

    async def _batch(self, batch: Sequence[Record]) -> None:
        work = self._unit()
        work.journal.extend(self._held)
        await self._decide(work, batch)
        if self._may_wait(work, batch):
            self._held = work.journal
            return
        self._held = []
        await self._commits.done()
        self._begin(work)

    async def _decide(self, work: UnitOfWork, batch: Sequence[Record]) -> None:
        for start in range(0, len(batch), _SLICE):
            work.take(batch[start : start + _SLICE])
            if self._commits.under_way():
                await asyncio.sleep(0)
        work.conclude(batch)

    def _may_wait(self, work: UnitOfWork, batch: Sequence[Record]) -> bool:
        """Ticks that fired nothing would be a transaction a second; a restart reads them again and loses nothing."""
        return len(self._held) < MOST_HELD and work.may_wait(batch)

    def _unit(self) -> UnitOfWork:
        return UnitOfWork(self.lane, self.partition, self.rows, self.standing)

    def _begin(self, work: UnitOfWork) -> None:
        """Start to commit. From now on the next unit sees what this one changed."""
        encoded = {name: self.rows[name].stage(rows) for name, rows in work.changes().items()}
        self._commits.begin(self._commit(work, encoded))

    async def _commit(self, work: UnitOfWork, encoded: Mapping[str, Encoded]) -> None:
        started = time.perf_counter()
        station = self.station
        with told_when_late(lambda: self._tell_late(work), TRANSACTION_TIMEOUT_MS / 1000):
            ends = await commit(self.producer, work, encoded, prefix=station.prefix, group=station.group)
        now = time.time()
        for name, end in ends.items():
            self.rows[name].keep(offset=end, now=now)
        self.changed.set()
        seconds = time.perf_counter() - started
        if self._fetched < self.lane.max_batch and seconds < self.lane.pause_seconds:
            self._pause = asyncio.ensure_future(asyncio.sleep(self.lane.pause_seconds - seconds))
        self._tell_commit(work, seconds)

    def _tell_late(self, work: UnitOfWork) -> None:
        """The brokers have given this transaction up by now, or do not answer, or cannot write its end."""
        offset = work.journal[0][1] if work.journal else None
        self._tell("commit-late", offset=offset, outputs=len(work.out), seconds=TRANSACTION_TIMEOUT_MS // 1000)

    def _tell_commit(self, work: UnitOfWork, seconds: float) -> None:
        records = sum(count for _, _, count in work.journal)
        self._tell("commit", records=records, outputs=len(work.out), seconds=seconds)
        for failure in work.failures:
            self._tell_failure(failure)
        if self._fresh and work.journal:
            self._fresh = False
            self._tell("first-commit", offset=work.journal[0][1])

    async def transact(self, decide: Callable[[Work], None]) -> None:
        """See TenureHandle. A commit that began goes on even when the caller is canceled."""
        async with self.gate.between_batches():
            await self._committed()
            work = self._unit()
            decide(work)
            self._begin(work)
            await self._committed()

    async def _committed(self) -> None:
        try:
            await self._commits.done()
        except Exception as exc:
            self.gate.close()
            raise TenureLost(f"{self.lane.id}-{self.partition}: {type(exc).__name__}") from exc

    # -- giving it up

    def failure(self) -> BaseException | None:
        """Why this tenure cannot go on: the error of a transaction or of a task; that it was fenced explains others."""
        tasks = [task for task in (self.task, self._background) if task is not None and task.done()]
        errors = [self._commits.failure(), *(task.exception() for task in tasks if not task.cancelled())]
        return min(filter(None, errors), key=lambda error: not isinstance(error, ProducerFenced), default=None)

    def lose(self) -> bool:
        """Whether it comes out only now that another has fenced us; nothing begins any more then."""
        if self.lost or not isinstance(self.failure(), ProducerFenced):
            return False
        self.lost = True
        self.gate.suspend()
        self._tell("lost")
        return True

    async def settle(self) -> None:
        """Wait for what is under way, once the gate is suspended."""
        if self.task is not None and not self.task.done():
            await asyncio.wait([self.task])
        await self.gate.settle()
        await self._commits.settle()

    async def close(self) -> None:
        """Hear the background out, let go of the stores and the producer."""
        self.gate.let_last_words()
        if self._background is not None:
            self._background.cancel()
            await asyncio.wait([self._background], timeout=LAST_WORDS_SECONDS)
        self.gate.close()
        await self.settle()
        if self._pause is not None:
            self._pause.cancel()
        for rows in self.rows.values():
            rows.shelf.close()
        self.rows = {}
        await self.producer.stop()

    def _tell_failure(self, failure: Failure) -> None:
        record, error = failure.record, failure.error
        frames = extract_tb(error.__traceback__) if error is not None else []
        at = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        self._tell(failure.event, topic=record.topic, offset=record.offset, reason=repr(failure.reason), at=at)

    def _tell(self, event: str, **fields: Any) -> None:
        self.station.watch.tell(event, lane=self.lane.name, partition=self.partition, **fields)


class Handle:
    """A tenure, as its background task sees it."""

    def __init__(self, tenure: Tenure) -> None:
        self._tenure = tenure
        self.partition, self.changed, self.transact = tenure.partition, tenure.changed, tenure.transact

    def scan(self, table: Table, start: bytes, stop: bytes, limit: int | None = None) -> list[tuple[bytes, Any]]:
        """See TenureHandle."""
        rows = self._tenure.rows.get(table.name)
        if rows is None:
            raise TenureLost(f"{self._tenure.lane.id}-{self.partition} was given up")
        found = rows.committed(start, stop)
        return list(found if limit is None else (pair for pair, _ in zip(found, range(limit), strict=False)))
