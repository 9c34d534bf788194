"""How an actor of the world lives: it reads public facts, and writes raw records because of them.

At least once: it may say a thing twice after a crash, with the same ids, as real scanners and carriers do.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import NamedTuple, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from cauce.runtime.deciding import receive
from cauce.runtime.lane import is_control
from cauce.runtime.log_reader import record_of
from cauce.runtime.service import Received
from cauce.runtime.settings import Settings
from schemas.raw import Foreign, RawTopic


class Said(NamedTuple):
    """A raw record: where to, under which key, and the filled form."""

    topic: RawTopic
    key: str
    form: Foreign


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
        """Respond to every fact of `topics`, as the consumer group of `role`, until canceled."""
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
            while True:
                fetched = await consumer.getmany(timeout_ms=500, max_records=2000)
                records = [record for of_partition in fetched.values() for record in of_partition]
                if records:
                    await self.say(said for record in records for said in self._answer(record, respond))
                    await consumer.commit()
        finally:
            await consumer.stop()

    def _answer(self, fetched: object, respond: Respond) -> Iterable[Said]:
        record = record_of(fetched, self._settings.prefix)
        return () if is_control(record.headers) else respond(receive(record))
