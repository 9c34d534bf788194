"""`python -m cauce.demo.twice TOPIC`: write a topic's last record once more, as a broken worker would.

For a demo whose laws someone wants to see broken: `cauce audit` then names the record that this writes.
"""

import asyncio
import sys
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition

from cauce.runtime.records import partitions_of_topic, reading, stored_records
from cauce.runtime.settings import Settings
from schemas.topics import BY_NAME


async def write_twice(servers: str, settings: Settings, topic: str) -> str | None:
    """The place of the record that was written, as `cauce audit` will name it; None when the topic has no record."""
    last = await _last(servers, settings.topic(topic))
    if last is None:
        return None
    async with AIOKafkaProducer(bootstrap_servers=servers) as producer:
        written = await producer.send_and_wait(
            last.topic, last.value, key=last.key, partition=last.partition, headers=list(last.headers)
        )
    return f"{topic}/{written.partition}@{written.offset}"


async def _last(servers: str, topic: str) -> Any:
    async with reading(servers) as reader:
        last = None
        for number in await partitions_of_topic(reader, topic):
            place = TopicPartition(topic, number)
            reader.assign([place])
            async for record in stored_records(reader, place):
                last = record
        return last


def main(topic: str) -> str:
    """What to tell the one who called."""
    settings = Settings()
    if not settings.servers or topic not in BY_NAME:
        sys.exit("name the demo in CAUCE_SERVERS and CAUCE_PREFIX, and one of its topics, such as captured")
    place = asyncio.run(write_twice(settings.servers, settings, topic))
    return f"{place} says again what was said before" if place else f"{topic} holds no record to write again"


if __name__ == "__main__":
    sys.stdout.write(f"{main(sys.argv[-1])}\n")
