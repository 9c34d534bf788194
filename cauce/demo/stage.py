"""How an actor of the world lives: it reads public facts, and writes raw records because of them.

At least once: it may say a thing twice after a crash, with the same ids, as real scanners and carriers do.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from heapq import heappop, heappush
from typing import NamedTuple, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from cauce.runtime.clock import clock_once_set
from cauce.runtime.deciding import receive
from cauce.runtime.lane import is_control
from cauce.runtime.log_reader import record_of
from cauce.runtime.service import Received
from cauce.runtime.settings import Settings
from schemas.foreign import Foreign
from schemas.raw import RawTopic

LOOK_MS = 250
_ANY_TIME = datetime.min.replace(tzinfo=UTC)


class Said(NamedTuple):
    """A raw record: where to, under which key, the filled form, and the time before which nobody could say it."""

    topic: RawTopic
    key: str
    form: Foreign
    not_before: datetime | None = None


Respond = Callable[[Received], Iterable[Said]]


class Stage:
    """A connection to the public topics for one actor; an async context manager."""

    def __init__(self, servers: str, settings: Settings) -> None:
        self._servers, self._settings = servers, settings
        self._producer = AIOKafkaProducer(
            bootstrap_servers=servers, enable_idempotence=True, acks="all", linger_ms=5, max_batch_size=1 << 18
        )

    async def __aenter__(self) -> Self:
        await self._producer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._producer.stop()

    async def say(self, said: Iterable[Said]) -> int:
        """Write raw records and await their acknowledgement. How many there were."""
        sent = [
            await self._producer.send(
                self._settings.topic(one.topic),
                one.form.model_dump_json(exclude_none=True).encode(),
                key=one.key.encode(),
            )
            for one in said
        ]
        await asyncio.gather(*sent)
        return len(sent)

    async def act(self, role: str, topics: Iterable[str], respond: Respond) -> None:
        """Respond to every fact of `topics`, as the consumer group of `role`, until canceled.

        What cannot be said yet waits in memory, and nothing is committed while something waits.
        """
        clock, agenda = await clock_once_set(self._settings), Agenda()
        async with self._consumer(role, topics) as consumer:
            while True:
                fetched = await consumer.getmany(timeout_ms=LOOK_MS, max_records=2000)
                for records in fetched.values():
                    agenda.note(said for record in records for said in self._answer(record, respond))
                await self.say(agenda.due(clock.now()))
                if agenda.settled():
                    await consumer.commit()

    @asynccontextmanager
    async def _consumer(self, role: str, topics: Iterable[str]) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = AIOKafkaConsumer(
            *(self._settings.topic(topic) for topic in topics),
            bootstrap_servers=self._servers,
            group_id=self._settings.topic(f"world-{role}"),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            session_timeout_ms=6000,
            heartbeat_interval_ms=1000,
        )
        await consumer.start()
        try:
            yield consumer
        finally:
            await consumer.stop()

    def _answer(self, fetched: object, respond: Respond) -> Iterable[Said]:
        record = record_of(fetched, self._settings.prefix)
        return () if is_control(record.headers) else respond(receive(record))


class Agenda:
    """What an actor will say, the earliest first; what was noted first goes first among equals."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, int, Said]] = []
        self._noted = 0
        self._unsettled = False

    def note(self, said: Iterable[Said]) -> None:
        """Something to say, now or later."""
        for one in said:
            self._noted += 1
            heappush(self._waiting, (one.not_before or _ANY_TIME, self._noted, one))
            self._unsettled = True

    def due(self, now: datetime) -> list[Said]:
        """What may be said by now; it is on the agenda no more."""
        found = []
        while self._waiting and self._waiting[0][0] <= now:
            found.append(heappop(self._waiting)[2])
        return found

    def settled(self) -> bool:
        """Whether nothing waits any more, and something was said since this was last so."""
        settled = self._unsettled and not self._waiting
        self._unsettled = self._unsettled and not settled
        return settled
