"""What the lanes of a deployment have still to read, as their groups' committed offsets tell."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError

from cauce.runtime.lane import Lane
from cauce.runtime.log_reader import record_of
from cauce.runtime.records import places_of, reading
from cauce.runtime.settings import Settings
from cauce.runtime.topics import administering

_LOOK_MS = 100

Offsets = Mapping[TopicPartition, int]


class Backlog:
    """Asks a broker what is left to do; made by `backlog_of`."""

    def __init__(self, admin: AIOKafkaAdminClient, reader: Any, settings: Settings, lanes: Iterable[Lane]) -> None:
        self._admin, self._reader, self._settings = admin, reader, settings
        self._lanes: dict[str, list[Lane]] = defaultdict(list)
        for lane in lanes:
            self._lanes[lane.service].append(lane)

    async def behind(self) -> list[str]:
        """The services with a record that they have not committed; a tick that may wait is none.

        When the answer is empty, every lane had read everything at one moment: committed offsets are asked for before
        the ends of the topics, both only grow, and what a lane writes is there as soon as its offsets are.
        """
        committed = {service: await self._committed(service) for service in self._lanes}
        return [service for service in self._lanes if await self._is_behind(service, committed[service])]

    async def _committed(self, service: str) -> Offsets:
        try:
            found = await self._admin.list_consumer_group_offsets(self._settings.topic(service))
        except GroupCoordinatorNotAvailableError:  # a fresh broker is still making the topic of offsets
            return {}
        return {place: known.offset for place, known in found.items()}

    async def _is_behind(self, service: str, committed: Offsets) -> bool:
        places = {place: lane for lane in self._lanes[service] for place in await self._inputs(lane)}
        starts = {**(await self._reader.beginning_offsets(list(places))), **committed}
        ends = await self._reader.end_offsets(list(places))
        short = [place for place in places if starts[place] < ends[place]]
        self._reader.assign(short)
        for place in short:
            self._reader.seek(place, starts[place])
        return await self._meets_work(places, {place: ends[place] for place in short})

    async def _inputs(self, lane: Lane) -> list[TopicPartition]:
        return await places_of(self._reader, map(self._settings.topic, lane.inputs))

    async def _meets_work(self, places: Mapping[TopicPartition, Lane], ends: Offsets) -> bool:
        """Whether there is a record before the ends, or only markers of transactions."""
        while [place for place, end in ends.items() if await self._reader.position(place) < end]:
            for place, records in (await self._reader.getmany(timeout_ms=_LOOK_MS)).items():
                waits = places[place].waits
                if not all(waits(record_of(record, self._settings.prefix)) for record in records):
                    return True
        return False


@asynccontextmanager
async def backlog_of(servers: str, settings: Settings, lanes: Iterable[Lane]) -> AsyncIterator[Backlog]:
    """The backlog of these lanes, whose topics exist."""
    async with AsyncExitStack() as stack:
        reader = await stack.enter_async_context(reading(servers))
        admin = await stack.enter_async_context(administering(servers))
        yield Backlog(admin, reader, settings, lanes)
