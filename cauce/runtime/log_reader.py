"""Reading topics from their beginning, committed records only: up to their present end, or on and on."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

from aiokafka import TopicPartition

from cauce.runtime.deciding import receive
from cauce.runtime.lane import Record, is_control
from cauce.runtime.records import partitions_of_topic, reading, stored_records
from cauce.runtime.service import Received
from cauce.runtime.settings import Settings

_LOOK_MS = 250
_AT_ONCE = 2000


async def read_to_end(servers: str, settings: Settings, topics: Iterable[str]) -> AsyncIterator[Record]:
    """The records of `topics` that are there now: each partition in order, partitions one after another.

    Topics that do not exist are passed over.
    """
    async with reading(servers) as reader:
        existing = await reader.topics()
        for topic in (settings.topic(topic) for topic in topics):
            if topic not in existing:
                continue
            for number in await partitions_of_topic(reader, topic):
                place = TopicPartition(topic, number)
                reader.assign([place])
                async for record in stored_records(reader, place):
                    yield record_of(record, settings.prefix)


async def follow(
    servers: str, settings: Settings, topics: Iterable[str], see: Callable[[Received], None], *, moved: asyncio.Event
) -> None:
    """Give every committed record of `topics` to `see`, and set `moved` after each fetch; until canceled."""
    async with reading(servers) as reader:
        names = [settings.topic(topic) for topic in topics]
        places = [TopicPartition(name, n) for name in names for n in await partitions_of_topic(reader, name)]
        reader.assign(places)
        while True:
            fetched = await reader.getmany(timeout_ms=_LOOK_MS, max_records=_AT_ONCE)
            for record in (record_of(one, settings.prefix) for records in fetched.values() for one in records):
                if not is_control(record.headers):
                    see(receive(record))
            moved.set()


def record_of(fetched: Any, prefix: str) -> Record:
    """A fetched record under its logical topic."""
    topic = fetched.topic.removeprefix(prefix)
    return Record(topic, fetched.partition, fetched.offset, fetched.key, fetched.value, fetched.headers)
