"""The publisher of reference data: every part to every partition of `reference`, and to every pool."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from aiokafka import AIOKafkaProducer

from cauce.ids import outside_id
from cauce.runtime.reference.reference_files import published
from cauce.runtime.settings import Settings
from schemas.base import Part
from schemas.envelope import Envelope
from schemas.reference import Kind, ReferencePublished

SOURCE = "/cauce/publisher"


async def publish_reference(
    bootstrap: str, settings: Settings, items: Mapping[Kind, Sequence[Part]], *, at: datetime
) -> dict[Kind, str]:
    """Publish each kind and return its version, once every record is acknowledged. Doing it twice changes nothing."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, enable_idempotence=True, acks="all", max_request_size=2 << 20
    )
    await producer.start()
    versions = {}
    try:
        for kind, of_kind in items.items():
            parts = published(kind, of_kind)
            versions[kind] = parts[0].version
            for part in parts:
                await _send(producer, settings, part, at)
        await producer.flush()
    finally:
        await producer.stop()
    return versions


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
    places = [("reference", number) for number in range(settings.partitions)]
    places += [("stock-commands", number) for number in range(settings.pools)]
    for topic, number in places:
        await producer.send(
            settings.topic(topic), part.to_bytes(), key=part.key_value().encode(), partition=number, headers=headers
        )
