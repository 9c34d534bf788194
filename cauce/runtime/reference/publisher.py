"""The publisher of reference data: every part to every partition of `reference`, and to every pool."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from cauce.ids import outside_id
from cauce.runtime.faults import Unavailable
from cauce.runtime.reference.reference_files import published
from cauce.runtime.settings import Settings
from cauce.runtime.topics import partitions_of
from schemas.base import Part
from schemas.envelope import Envelope
from schemas.reference import Kind, ReferencePublished
from schemas.topics import Family

SOURCE = "/cauce/publisher"
TOPICS = {"reference": Family.ORDERS, "stock-commands": Family.POOLS}
_TOPIC_SECONDS = 5


async def publish_reference(
    bootstrap: str, settings: Settings, items: Mapping[Kind, Sequence[Part]], *, at: datetime
) -> dict[Kind, str]:
    """Publish each kind and return its version, once every record is acknowledged. Doing it twice changes nothing.

    Raises Unavailable, before anything is sent, where a topic is missing or has other partitions than the settings say.
    """
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, enable_idempotence=True, acks="all", max_request_size=2 << 20
    )
    await producer.start()
    versions = {}
    try:
        await _require_topics(producer, settings)
        for kind, of_kind in items.items():
            parts = published(kind, of_kind)
            versions[kind] = parts[0].version
            for part in parts:
                await _send(producer, settings, part, at)
        await producer.flush()
    finally:
        await producer.stop()
    return versions


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


async def _send(producer: AIOKafkaProducer, settings: Settings, part: ReferencePublished, at: datetime) -> None:
    headers = Envelope(
        id=outside_id("publisher", part.type, part.natural_key()),
        type=part.type,
        source=SOURCE,
        subject=part.kind,
        sequence=part.part,
        at=at,
        release=settings.release,
    ).to_headers()
    places = [(topic, number) for topic, family in TOPICS.items() for number in range(partitions_of(settings, family))]
    for topic, number in places:
        await producer.send(
            settings.topic(topic), part.to_bytes(), key=part.key_value().encode(), partition=number, headers=headers
        )
