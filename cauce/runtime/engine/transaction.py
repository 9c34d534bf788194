"""One Kafka transaction: a unit's outputs, changelog records, journal record and input offsets."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from aiokafka import AIOKafkaProducer, TopicPartition

from cauce.runtime.engine.rows import Encoded
from cauce.runtime.engine.work import UnitOfWork
from cauce.runtime.records import Delivery, send_outputs, send_records


async def commit(
    producer: AIOKafkaProducer, work: UnitOfWork, encoded: Mapping[str, Encoded], *, prefix: str, group: str
) -> dict[str, int]:
    """Commit all of `work` or nothing, and answer the last changelog offset by table.

    After any exception the outcome is unknown, and only who fences the transactional id again may look.
    """
    lane, partition = work.lane, work.partition
    await producer.begin_transaction()
    deliveries = await send_outputs(producer, prefix, work.out, partition)
    if lane.journal and work.journal:
        entry = (None, orjson.dumps(work.journal), ())
        deliveries += await send_records(producer, prefix + lane.journal, partition, [entry])
    logged: dict[str, list[Delivery]] = {}
    for name, changes in encoded.items():
        records = [(key, value, ()) for key, value in changes]
        logged[name] = await send_records(producer, prefix + lane.changelogs[name], partition, records)
    offsets = asyncio.ensure_future(_send_offsets(producer, work, prefix, group))
    try:
        ends, _ = await asyncio.gather(_delivered(deliveries, logged), offsets)
    finally:
        offsets.cancel()  # where a delivery failed
    await producer.commit_transaction()
    return ends


async def _send_offsets(producer: AIOKafkaProducer, work: UnitOfWork, prefix: str, group: str) -> None:
    """They take another connection than what is produced, so both are under way together."""
    if offsets := _offsets(work, prefix):
        await producer.send_offsets_to_transaction(offsets, group)


async def _delivered(outputs: Iterable[Delivery], logged: Mapping[str, Iterable[Delivery]]) -> dict[str, int]:
    """The last changelog offset by table, once the brokers have everything.

    aiokafka commits a transaction although one of its batches was refused for good, so every delivery is seen before.
    """
    for delivery, _ in outputs:
        await delivery
    return {name: await _end(changelog) for name, changelog in logged.items()}


async def _end(deliveries: Iterable[Delivery]) -> int:
    end = -1
    for delivery, count in deliveries:
        end = (await delivery).offset + count - 1
    return end


def _offsets(work: UnitOfWork, prefix: str) -> dict[Any, int]:
    return {TopicPartition(prefix + topic, work.partition): work.offsets[topic] for topic, _, _ in work.journal}
