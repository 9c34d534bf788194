"""Kafka seen from outside: topics, records and groups of one deployment."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from typing import Any

from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.protocol.admin import DeleteGroupsRequest

from cauce.runtime.lane import Lane
from cauce.runtime.records import partitions_of_topic, places_of, reading, stored_records
from cauce.runtime.settings import Settings
from cauce.runtime.topics import TopicSpec, administering, create_topics, specs

Rows = dict[bytes, bytes]


class Kafka:
    """One deployment's."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.servers = settings, str(settings.servers)

    async def create(self, lanes: Iterable[Lane], **topics: int) -> None:
        """What the lanes keep for themselves, and topics with so many partitions each, `_` for `-`."""
        lanes = list(lanes)
        theirs = tuple(name for lane in lanes for name in (lane.id, lane.parked))
        own = [spec for spec in specs(self.settings, lanes) if spec.name.startswith(theirs)]
        more = [TopicSpec(name.replace("_", "-"), count, {}) for name, count in topics.items()]
        await create_topics(self.servers, self.settings, [*own, *more])

    async def records(self, topic: str) -> AsyncIterator[Any]:
        """All committed records of a topic, partition after partition."""
        name = self.settings.topic(topic)
        async with reading(self.servers) as reader:
            tps = await places_of(reader, [name])
            for tp in tps:
                reader.assign([tp])
                async for record in stored_records(reader, tp):
                    yield record

    async def read(self, topic: str) -> dict[int, list[Any]]:
        """All committed records of a topic by partition."""
        name = self.settings.topic(topic)
        async with reading(self.servers) as reader:
            found: dict[int, list[Any]] = {number: [] for number in await partitions_of_topic(reader, name)}
        async for record in self.records(topic):
            found[record.partition].append(record)
        return found

    async def rows(self, changelog: str) -> dict[int, Rows]:
        """What a changelog amounts to, by partition."""
        return {number: fold(records) for number, records in (await self.read(changelog)).items()}

    async def lag(self, group: str, **inputs: int) -> int:
        """Records not yet decided on."""
        tps = [
            TopicPartition(self.settings.topic(topic), number)
            for topic, count in inputs.items()
            for number in range(count)
        ]
        async with reading(self.servers, tps, self.settings.topic(group)) as reader:
            ends = await reader.end_offsets(tps)
            return sum([ends[tp] - (await reader.committed(tp) or 0) for tp in tps])

    async def caught_up(self, group: str, seconds: float = 60, **inputs: int) -> bool:
        """Whether everything is decided on in time."""
        end = time.monotonic() + seconds
        while await self.lag(group, **inputs):
            if time.monotonic() > end:
                return False
            await asyncio.sleep(0.3)
        return True

    async def empty(self, topic: str) -> None:
        """Delete all records of a topic, as a retention that was set wrong does."""
        name = self.settings.topic(topic)
        async with reading(self.servers) as reader, administering(self.servers) as admin:
            ends = await reader.end_offsets(await places_of(reader, [name]))
            await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, {"cleanup.policy": "delete"})])
            await admin.delete_records({tp: RecordsToDelete(before_offset=end) for tp, end in ends.items()})

    async def forget_group(self, group: str) -> list[tuple[str, int]]:
        """Delete the group with its offsets, once its last member has left; its name with an error code, 0 for none."""
        name = self.settings.topic(group)
        async with administering(self.servers) as admin:
            node = await admin.find_coordinator(name)
            request = DeleteGroupsRequest([name])
            answer = await admin._send_request_to_node(node, request)  # noqa: SLF001  # has no other door
        results: list[tuple[str, int]] = answer.results
        return results


def fold(records: Iterable[Any]) -> Rows:
    """The last value of each key that was not deleted."""
    rows = {record.key: record.value for record in records}
    return {key: value for key, value in rows.items() if value is not None}
