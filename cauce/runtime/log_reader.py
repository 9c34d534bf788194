"""Reading topics from their beginning, committed records only: up to their present end, or on and on."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import TopicPartition

from cauce.runtime.deciding import receive
from cauce.runtime.lane import Record, is_control
from cauce.runtime.records import is_level, places_of, reading, stored_records
from cauce.runtime.service import Received
from cauce.runtime.settings import Settings

_LOOK_MS = 250
_AT_ONCE = 2000

Read = Callable[[Iterable[str]], AsyncIterator[Record]]  # the records of some topics, as `read_to_end` gives them


async def read_to_end(servers: str, settings: Settings, topics: Iterable[str]) -> AsyncIterator[Record]:
    """The records of `topics` that are there now: each partition in order, partitions one after another.

    Topics that do not exist are passed over.
    """
    async with reading(servers) as reader:
        existing = await reader.topics()
        for topic in (settings.topic(topic) for topic in topics):
            if topic not in existing:
                continue
            for place in await places_of(reader, [topic]):
                reader.assign([place])
                async for record in stored_records(reader, place):
                    yield record_of(record, settings.prefix)


class Follower:
    """Gives every committed record of some topics to `see`, as they come; made by `following`."""

    def __init__(self, reader: Any, settings: Settings, places: list[TopicPartition]) -> None:
        self._reader, self._settings, self._places = reader, settings, places
        reader.assign(places)

    async def run(self, see: Callable[[Received], None], moved: asyncio.Event) -> None:
        """Set `moved` after each fetch; until canceled."""
        while True:
            fetched = await self._reader.getmany(timeout_ms=_LOOK_MS, max_records=_AT_ONCE)
            for record in (record_of(one, self._settings.prefix) for records in fetched.values() for one in records):
                if not is_control(record.headers):
                    see(receive(record))
            moved.set()

    async def is_level(self) -> bool:
        """Whether everything was fetched that was there when this was asked."""
        return await is_level(self._reader, self._places)


@asynccontextmanager
async def following(servers: str, settings: Settings, topics: Iterable[str]) -> AsyncIterator[Follower]:
    """A follower of these topics, which exist."""
    async with reading(servers) as reader:
        yield Follower(reader, settings, await places_of(reader, map(settings.topic, topics)))


def record_of(fetched: Any, prefix: str) -> Record:
    """A fetched record under its logical topic."""
    topic = fetched.topic.removeprefix(prefix)
    return Record(topic, fetched.partition, fetched.offset, fetched.key, fetched.value, fetched.headers)
