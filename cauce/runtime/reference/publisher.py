"""The publisher of reference data: every part to every partition of `reference`, and to every pool."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from cauce.ids import outside_id
from cauce.runtime.faults import Unavailable
from cauce.runtime.reference.reference_files import published
from cauce.runtime.settings import Settings
from cauce.runtime.topics import partitions_of
from schemas.base import Part
from schemas.envelope import Envelope
from schemas.reference import Kind, ReferenceActivated, ReferencePublished
from schemas.topics import Family

SOURCE = "/cauce/publisher"
TOPICS = {"reference": Family.ORDERS, "stock-commands": Family.POOLS}
_TOPIC_SECONDS = 5

Place = tuple[str, int]  # topic and partition
Record = ReferencePublished | ReferenceActivated
Send = Callable[[Sequence[Place], Record, datetime], Awaitable[None]]


async def publish_reference(
    bootstrap: str, settings: Settings, items: Mapping[Kind, Sequence[Part]], *, at: datetime
) -> dict[Kind, str]:
    """Publish each kind and return its version, once every record is acknowledged. Doing it twice changes nothing.

    Raises Unavailable, before anything is sent, where a topic is missing or has other partitions than the settings say.
    """
    versions = {}
    async with _producing(bootstrap, settings) as send:
        for kind, of_kind in items.items():
            parts = published(kind, of_kind)
            versions[kind] = parts[0].version
            for part in parts:
                await send(_places(settings), part, at)
    return versions


async def activate_reference(
    bootstrap: str, settings: Settings, activated: Sequence[ReferenceActivated], *, at: datetime
) -> None:
    """Tell each pool which version decides, and everybody who asks `reference`. Raises Unavailable as publishing does.

    The pool hears it first: `reference` never names a version that no keeper was told of.
    """
    async with _producing(bootstrap, settings) as send:
        for record in activated:
            await send([("stock-commands", record.pool)], record, at)
            await send([place for place in _places(settings) if place[0] == "reference"], record, at)


def _places(settings: Settings) -> list[Place]:
    return [(topic, number) for topic, family in TOPICS.items() for number in range(partitions_of(settings, family))]


@asynccontextmanager
async def _producing(bootstrap: str, settings: Settings) -> AsyncIterator[Send]:
    """What sends a record to some places and returns once they have it."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, enable_idempotence=True, acks="all", max_request_size=2 << 20
    )
    await producer.start()
    try:
        await _require_topics(producer, settings)
        yield partial(_send, producer, settings)
    finally:
        await producer.stop()


async def _require_topics(producer: AIOKafkaProducer, settings: Settings) -> None:
    for topic, family in TOPICS.items():
        name, wanted = settings.topic(topic), partitions_of(settings, family)
        count = await _partitions(producer, name)
        if not count:
            raise Unavailable(f"No topic {name}, so nothing was published. Create it: `cauce topics`, or `cauce up`.")
        if count != wanted:
            raise Unavailable(
                f"{name} has {count} partitions, the settings ask for {wanted}, so nothing was published: set "
                "CAUCE_PARTITIONS and CAUCE_POOLS as they were when the topics were created."
            )


async def _partitions(producer: AIOKafkaProducer, name: str) -> int:
    """How many a topic has; a broker that has not heard of a new one yet is asked again for a while."""
    try:
        return len(await asyncio.wait_for(producer.partitions_for(name), _TOPIC_SECONDS))
    except (KafkaError, TimeoutError):
        return 0


async def _send(
    producer: AIOKafkaProducer, settings: Settings, places: Sequence[Place], record: Record, at: datetime
) -> None:
    headers = Envelope(
        id=outside_id("publisher", record.type, record.natural_key()),
        type=record.type,
        source=SOURCE,
        subject=record.kind,
        sequence=record.part if isinstance(record, ReferencePublished) else 0,
        at=at,
        release=settings.release,
    ).to_headers()
    value, key = record.to_bytes(), record.key_value().encode()
    sent = [
        await producer.send(settings.topic(topic), value, key=key, partition=number, headers=headers)
        for topic, number in places
    ]
    await asyncio.gather(*sent)
