"""Reading every topic of facts from where the database says, and projecting them batch by batch."""

import asyncio
import logging
import signal
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaConnectionError, OffsetOutOfRangeError
from sqlalchemy.exc import DBAPIError

from cauce.runtime.database import engine_of, unreachable
from cauce.runtime.engine.process import tune
from cauce.runtime.faults import Unavailable
from cauce.runtime.lane import is_control
from cauce.runtime.records import partitions_of_topic
from cauce.runtime.settings import Settings
from services.insight.domain.projection import project
from services.insight.domain.rows import Row
from services.insight.offsets import Advance, Overtaken, Place
from services.insight.store import UNSTORABLE, UNSTORABLE_REASON, Projected, Store, unread
from services.insight.translate import INPUTS, Unread, to_fact

BATCH = 5_000  # facts a transaction, where there are so many: an order of several is counted up once
_WAIT_MS = 200
_FETCH_BYTES = 1 << 20
_WORTH_FETCHING = 1 << 19  # bytes a broker waits for, _WAIT_MS at most: a transaction has its price whatever it holds
_LOG = logging.getLogger("cauce.insight")


def run_insight(settings: Settings, *, until_idle: bool = False) -> int:
    """Project until asked to stop (SIGINT, SIGTERM) or, `until_idle`, until all that is there now was projected.

    Answers the exit code. Raises Unavailable for what the operator can mend.
    """
    tune()
    asyncio.run(_until_signal(settings, until_idle=until_idle))
    return 0


async def _until_signal(settings: Settings, *, until_idle: bool) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await project_topics(settings, stopping, until_idle=until_idle)


async def project_topics(settings: Settings, stopping: asyncio.Event, *, until_idle: bool = False) -> None:
    """See `run_insight`."""
    engine = engine_of(settings)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.servers,
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_committed",
        max_partition_fetch_bytes=_FETCH_BYTES,
        fetch_min_bytes=_WORTH_FETCHING,
        fetch_max_wait_ms=_WAIT_MS,
    )
    try:
        follower = Follower(consumer, settings, Store(engine))
        await consumer.start()
        await follower.assign()
        await follower.follow(stopping, until_idle=until_idle)
    except Overtaken as stop:
        raise Unavailable(str(stop)) from None
    except DBAPIError as fault:
        raise unreachable(engine, fault) from fault
    except KafkaConnectionError as fault:
        raise Unavailable(f"no broker answers at {settings.servers}: see `cauce broker status`") from fault
    except OffsetOutOfRangeError as fault:
        raise Unavailable(
            "a topic no longer holds the offset the read model is at: delete the database, it is built again"
        ) from fault
    finally:
        await consumer.stop()
        engine.dispose()


class Follower:
    """One consumer without a group, assigned every partition; where it stands is in the database alone."""

    def __init__(self, consumer: AIOKafkaConsumer, settings: Settings, store: Store) -> None:
        self._consumer = consumer
        self._settings = settings
        self._store = store
        self._next: dict[Place, int] = {}

    async def assign(self) -> None:
        """Take every partition of every topic, at its next offset. Raises Unavailable when topics are missing."""
        present = await self._consumer.topics()
        missing = [topic for topic in INPUTS if self._settings.topic(topic) not in present]
        if missing:
            raise Unavailable(f"no topic {', '.join(missing)}: `cauce topics` creates them")
        places = [
            (topic, partition)
            for topic in INPUTS
            for partition in await partitions_of_topic(self._consumer, self._settings.topic(topic))
        ]
        known = self._store.begin(places)
        self._next = {place: known[place] for place in places}
        self._consumer.assign([self._tp(place) for place in places])
        for place, offset in self._next.items():
            self._consumer.seek(self._tp(place), offset)

    async def follow(self, stopping: asyncio.Event, *, until_idle: bool) -> None:
        """Project batches until asked to stop, or until nothing is left of what is there."""
        while not (stopping.is_set() or (until_idle and self._is_idle())):
            fetched = await self._consumer.getmany(timeout_ms=_WAIT_MS, max_records=BATCH)
            advances = await self._advances()
            if advances:
                await asyncio.to_thread(self._write, self._projected(fetched), advances)
                self._next.update({place: advance.reached for place, advance in advances.items()})

    def _is_idle(self) -> bool:
        """Whether every partition was asked, and read past all that it holds.

        Uncommitted records count: a transaction may be committed while its marker is still to be written.
        """
        held = {place: self._consumer.highwater(self._tp(place)) for place in self._next}
        return all(end is not None and self._next[place] >= end for place, end in held.items())

    async def _advances(self) -> dict[Place, Advance]:
        """The partitions that were read further, past records and past the markers of transactions."""
        reached = {place: await self._consumer.position(self._tp(place)) for place in self._next}
        return {
            place: Advance(expected, reached[place])
            for place, expected in self._next.items()
            if reached[place] != expected
        }

    def _projected(self, fetched: Mapping[TopicPartition, Iterable[Any]]) -> list[Projected]:
        return [
            projected(topic, record)
            for tp, records in fetched.items()
            for topic in [tp.topic.removeprefix(self._settings.prefix)]
            for record in records
        ]

    def _write(self, records: list[Projected], advances: Mapping[Place, Advance]) -> None:
        """The batch at once; where it has a record that cannot be stored, all but that one."""
        try:
            self._store.write((row for record in records for row in record.rows), advances)
        except UNSTORABLE:
            for record in self._store.write_each(records, advances):
                _say_unread(record.topic, record.partition, record.offset, UNSTORABLE_REASON)

    def _tp(self, place: Place) -> TopicPartition:
        return TopicPartition(self._settings.topic(place[0]), place[1])


def projected(topic: str, record: Any) -> Projected:
    """The rows of a record; of one that cannot be read, that it was passed over."""
    return Projected(topic, record.partition, record.offset, _project(topic, record))


def _project(topic: str, record: Any) -> tuple[Row, ...]:
    if is_control(record.headers):
        return ()
    try:
        return project(to_fact(topic, record.partition, record.offset, record.value, list(record.headers)))
    except Unread as reason:
        _say_unread(topic, record.partition, record.offset, str(reason))
        return (unread(topic, record.partition, record.offset, str(reason)),)


def _say_unread(topic: str, partition: int, offset: int, reason: str) -> None:
    _LOG.error("unread topic=%s partition=%d offset=%d: %s", topic, partition, offset, reason)
