"""How far each service is behind what it has to read, in records: from the offsets of groups and of the read model."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from _deployment import Deployment
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from sqlalchemy import Engine, create_engine, func, select

from cauce.runtime.records import places_of, reading
from cauce.runtime.topics import administering
from services.insight.tables import OFFSETS
from services.insight.translate import INPUTS

READ_MODEL = "insight"


class Reading(NamedTuple):
    """What there is for a service to read, and how much of it is done; markers of transactions are among both."""

    there: int
    done: int

    @property
    def left(self) -> int:
        """What it has still to do."""
        return max(0, self.there - self.done)


class Backlogs:
    """Asks the broker and the read model."""

    def __init__(self, deployment: Deployment, reader: Any, admin: AIOKafkaAdminClient, database: Engine) -> None:
        self._settings, self._reader, self._admin, self._database = deployment.settings, reader, admin, database
        self._inputs: dict[str, list[str]] = defaultdict(list)
        for lane in deployment.lanes:
            self._inputs[lane.service] += lane.inputs
        self._inputs[READ_MODEL] = list(INPUTS)
        self._places: dict[str, list[TopicPartition]] = {}

    async def prepare(self) -> None:
        """Learn the partitions."""
        for service, topics in self._inputs.items():
            self._places[service] = await places_of(self._reader, map(self._settings.topic, topics))

    async def read(self) -> dict[str, Reading]:
        """How far each service is."""
        done = {service: await self._done(service) for service in self._places}
        every = sorted({place for places in self._places.values() for place in places})
        ends = await self._reader.end_offsets(every)
        return {
            service: Reading(sum(ends[place] for place in places), done[service])
            for service, places in self._places.items()
        }

    async def _done(self, service: str) -> int:
        if service == READ_MODEL:
            with self._database.connect() as connection:
                return int(connection.execute(select(func.sum(OFFSETS.c.next_offset))).scalar() or 0)
        found = await self._admin.list_consumer_group_offsets(self._settings.topic(service))
        return sum(known.offset for known in found.values())


@asynccontextmanager
async def backlogs_of(deployment: Deployment) -> AsyncIterator[Backlogs]:
    """The backlogs of a deployment's services."""
    database = create_engine(deployment.database.url)
    try:
        async with administering(deployment.servers) as admin, reading(deployment.servers) as reader:
            backlogs = Backlogs(deployment, reader, admin, database)
            await backlogs.prepare()
            yield backlogs
    finally:
        database.dispose()
