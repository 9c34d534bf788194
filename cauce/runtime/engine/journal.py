"""Deciding again what a lane decided: its inputs in the order in which it took them, over empty tables."""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, NamedTuple

import orjson
from aiokafka import TopicPartition

from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.engine.standing import Standing
from cauce.runtime.lane import STANDING, Lane, Misfit, Output, Record
from cauce.runtime.records import reading, stored_records


class Rerun(NamedTuple):
    """What a lane decides today over one partition's recorded inputs."""

    outputs: list[Output]  # parked records among them
    tables: dict[str, dict[bytes, bytes]]  # by table name, the lane's own among them


async def rerun(lane: Lane, partition: int, servers: str, prefix: str) -> Rerun:
    """Decide again everything that the lane had committed when this began. Nothing is written anywhere.

    Raises Misfit where an input no longer has what was decided.
    """
    tenure = OfflineTenure(lane, partition)
    outputs: list[Output] = []
    async for batch in replay(lane, partition, servers, prefix):
        outputs += tenure.decide(batch)
    return Rerun(outputs, tenure.tables())


async def replay(lane: Lane, partition: int, servers: str, prefix: str) -> AsyncGenerator[list[Record], None]:
    """The recorded inputs in the order in which they were decided, in batches."""
    names = [*lane.inputs, *([lane.journal] if lane.journal else [lane.changelogs[STANDING]])]
    tps = {name: TopicPartition(prefix + name, partition) for name in names}
    async with reading(servers, tps.values()) as reader:
        order = _journalled(reader, lane, tps) if lane.journal else _logged(reader, lane, tps)
        async for batch in order:
            yield batch


async def _logged(reader: Any, lane: Lane, tps: dict[str, TopicPartition]) -> AsyncIterator[list[Record]]:
    """One input is its own order, up to where the lane's state says it got."""
    rows = [(r.key, r.value) async for r in stored_records(reader, tps[lane.changelogs[STANDING]])]
    (topic,) = lane.inputs
    stop = Standing.read((key, value) for key, value in rows if value is not None).offsets.get(topic, 0)
    begin = (await reader.beginning_offsets([tps[topic]]))[tps[topic]]
    if begin and stop:
        raise Misfit(f"{_told(tps[topic])} begins at offset {begin}, and not at 0: read its archive first")
    batch: list[Record] = []
    async for record in stored_records(reader, tps[topic], stop=stop):
        batch.append(_record(topic, record))
        if len(batch) == lane.max_batch:
            yield batch
            batch = []
    if batch:
        yield batch


async def _journalled(reader: Any, lane: Lane, tps: dict[str, TopicPartition]) -> AsyncIterator[list[Record]]:
    entries = [orjson.loads(r.value) async for r in stored_records(reader, tps[str(lane.journal)])]
    ends = await reader.end_offsets([tps[topic] for topic in lane.inputs])
    queues = {topic: _Queue(reader, topic, tps[topic], ends[tps[topic]]) for topic in lane.inputs}
    for topic, first, _ in reversed([run for entry in entries for run in entry]):
        reader.seek(tps[topic], first)  # ends at the earliest of each
    for entry in entries:
        batch: list[Record] = []
        for topic, first, count in entry:
            batch += await queues[topic].take(first, count)
        yield batch


class _Queue:
    """One input, read ahead."""

    def __init__(self, reader: Any, topic: str, tp: TopicPartition, end: int) -> None:
        self._reader, self._topic, self._tp, self._end = reader, topic, tp, end
        self._read: deque[Any] = deque()

    async def take(self, first: int, count: int) -> list[Record]:
        """The run of the journal that begins at offset `first`."""
        while len(self._read) < count:
            if await self._reader.position(self._tp) >= self._end:
                raise Misfit(
                    f"{_told(self._tp)}: the journal names {count} records from offset {first} on, "
                    f"{len(self._read)} are left"
                )
            self._read.extend((await self._reader.getmany(self._tp, timeout_ms=500)).get(self._tp, ()))
        if self._read[0].offset != first:
            raise Misfit(
                f"{_told(self._tp)}: the journal names offset {first}, the topic has {self._read[0].offset}; "
                "see its archive"
            )
        return [_record(self._topic, self._read.popleft()) for _ in range(count)]


def _told(place: TopicPartition) -> str:
    return f"topic {place.topic}, partition {place.partition}"


def _record(topic: str, record: Any) -> Record:
    return Record(topic, record.partition, record.offset, record.key, record.value, record.headers)
