"""Reading topics from their beginning to their present end, committed records only."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from cauce.runtime.lane import Record
from cauce.runtime.settings import Settings

_FETCH_BYTES = 4 << 20


async def read_to_end(servers: str, settings: Settings, topics: Iterable[str]) -> AsyncIterator[Record]:
    """The records of `topics` that are there now: each partition in order, partitions one after another.

    Topics that do not exist are passed over. The ends are read once, before the first record.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=_FETCH_BYTES,
    )
    await consumer.start()
    try:
        existing = await consumer.topics()
        places = [
            TopicPartition(settings.topic(topic), number)
            for topic in topics
            if settings.topic(topic) in existing
            for number in sorted(consumer.partitions_for_topic(settings.topic(topic)) or ())
        ]
        ends = await consumer.end_offsets(places) if places else {}
        begins = await consumer.beginning_offsets(places) if places else {}
        for place in places:
            if begins[place] < ends[place]:
                async for record in _partition(consumer, place, ends[place]):
                    yield record_of(record, settings.prefix)
    finally:
        await consumer.stop()


async def _partition(consumer: Any, place: TopicPartition, end: int) -> AsyncIterator[Any]:
    consumer.assign([place])
    await consumer.seek_to_beginning(place)
    while await consumer.position(place) < end:
        for record in (await consumer.getmany(place, timeout_ms=500)).get(place, ()):
            if record.offset < end:
                yield record


def record_of(fetched: Any, prefix: str) -> Record:
    """A fetched record under its logical topic."""
    topic = fetched.topic.removeprefix(prefix)
    return Record(topic, fetched.partition, fetched.offset, fetched.key, fetched.value, fetched.headers)
