"""Records in and out of Kafka, many at a time."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from cauce.runtime.batches import Entry, packed_batches
from cauce.runtime.lane import Output
from cauce.runtime.partitions import partition_of

BATCH_BYTES = 1 << 20

Delivery = tuple[Awaitable[Any], int]  # the broker's answer, and how many records it answers for


async def send_records(
    producer: AIOKafkaProducer,
    topic: str,
    partition: int,
    records: Iterable[Entry],
) -> list[Delivery]:
    """Send (key, value, headers) in order, in as few record batches as possible; one that is too large has its own."""
    return [
        (await producer.send_batch(batch, topic, partition=partition), batch.record_count())
        for batch in packed_batches(producer, records, now=int(time.time() * 1000), limit=BATCH_BYTES)
    ]


async def send_outputs(
    producer: AIOKafkaProducer, prefix: str, outputs: Sequence[Output], partition: int
) -> list[Delivery]:
    """Send each output to its partition; those of one partition keep their order. `partition` is the lane's own."""
    places: dict[tuple[str, int], list[Entry]] = {}
    counts: dict[str, int] = {}
    for topic, key, value, headers, chosen in outputs:
        count = counts.get(topic)
        if count is None:
            count = counts[topic] = len(await producer.partitions_for(prefix + topic))
        number = chosen
        if number is None:
            number = partition % count if key is None else partition_of(key, count)
        place = (topic, number)
        if place not in places:
            places[place] = []
        places[place].append((key, value, headers))
    deliveries: list[Delivery] = []
    for (topic, number), records in places.items():
        deliveries += await send_records(producer, prefix + topic, number, records)
    return deliveries


async def deliver(servers: str, prefix: str, outputs: Sequence[Output]) -> int:
    """Send what an operator's command has to say, with a partition each, and wait until it is stored; how many."""
    if not outputs:
        return 0
    producer = AIOKafkaProducer(bootstrap_servers=servers, enable_idempotence=True)
    await producer.start()
    try:
        for delivery, _ in await send_outputs(producer, prefix, outputs, 0):
            await delivery
    finally:
        await producer.stop()
    return len(outputs)


@asynccontextmanager
async def reading(servers: str, tps: Iterable[TopicPartition] = (), group: str | None = None) -> AsyncIterator[Any]:
    """A reader of committed records that belongs to no group; `group` only lets it ask for committed offsets."""
    reader = AIOKafkaConsumer(
        bootstrap_servers=servers,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=4 << 20,
        fetch_max_bytes=64 << 20,
        fetch_max_wait_ms=20,  # what is asked of a broker waits behind an idle poll
    )
    reader.assign(list(tps))
    await reader.start()
    await asyncio.sleep(0)  # its task begins: one that never did would end `stop` with its own cancelation
    try:
        yield reader
    finally:
        await reader.stop()


async def stored_records(
    reader: Any, tp: TopicPartition, start: int = 0, stop: int | None = None
) -> AsyncIterator[Any]:
    """The committed records of an assigned partition, from `start` or its beginning to `stop` or its present end."""
    end = (await reader.end_offsets([tp]))[tp]
    end = end if stop is None else min(end, stop)
    reader.seek(tp, max(start, (await reader.beginning_offsets([tp]))[tp]))
    while await reader.position(tp) < end:
        for record in (await reader.getmany(tp, timeout_ms=100)).get(tp, ()):
            if record.offset < end:
                yield record


async def places_of(reader: Any, topics: Iterable[str]) -> list[TopicPartition]:
    """Every partition of these topics, named with the deployment's prefix, in order. See `partitions_of_topic`."""
    return [TopicPartition(topic, number) for topic in topics for number in await partitions_of_topic(reader, topic)]


async def is_level(reader: Any, places: Iterable[TopicPartition]) -> bool:
    """Whether a reader has fetched everything of its `places` that was there when this was asked."""
    ends = await reader.end_offsets(list(places))
    return all([await reader.position(place) >= end for place, end in ends.items()])


async def partitions_of_topic(reader: Any, topic: str) -> list[int]:
    """The partition numbers of a topic, in order. Waits for the broker to know it, and raises when it does not."""
    return sorted(await reader._client._wait_on_metadata(topic))  # noqa: SLF001  # only producers have it in public
