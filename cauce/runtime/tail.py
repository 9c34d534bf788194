"""Following topics live, from their beginning, without a group: for watchers that keep nothing."""

import asyncio
from collections.abc import Callable, Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition

from cauce.runtime.deciding import receive
from cauce.runtime.lane import is_control
from cauce.runtime.log_reader import record_of
from cauce.runtime.service import Received
from cauce.runtime.settings import Settings


async def follow(
    servers: str, settings: Settings, topics: Iterable[str], see: Callable[[Received], None], *, moved: asyncio.Event
) -> None:
    """Give every committed record of `topics` to `see`, and set `moved` after each fetch; until canceled."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=1 << 20,
    )
    await consumer.start()
    try:
        names = [settings.topic(topic) for topic in topics]
        await consumer.topics()
        consumer.assign([TopicPartition(name, n) for name in names for n in consumer.partitions_for_topic(name) or ()])
        await consumer.seek_to_beginning()
        while True:
            for records in (await consumer.getmany(timeout_ms=250, max_records=1000)).values():
                for fetched in records:
                    record = record_of(fetched, settings.prefix)
                    if not is_control(record.headers):
                        see(receive(record))
            moved.set()
    finally:
        await consumer.stop()
