"""The keeper's state as its changelogs tell it, in memory, for who only asks. It writes nothing and is in no group.

What is committed shows within moments; tables may be moments apart.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from aiokafka import TopicPartition

from cauce.runtime.assembly import lanes_of
from cauce.runtime.deciding import WorkRows
from cauce.runtime.engine.stores import MemoryShelf
from cauce.runtime.faults import Unavailable
from cauce.runtime.lane import Lane, Table
from cauce.runtime.records import is_level, reading
from cauce.runtime.reference.references import REFERENCE, ReferenceView
from cauce.runtime.settings import Settings
from schemas.light import lightened
from services.allocation.domain.pools import FIRST_POOL
from services.allocation.domain.stock import Stock
from services.allocation.worker import SERVICE

_AT_ONCE = 500  # changelog records between two answers
_LOOK_MS = 20
_LEVEL_SECONDS = 60


class Shown:
    """Rows of some tables over bytes, decoded once until they change; others are empty. Reading is all of a `Work`."""

    def __init__(self, tables: dict[str, Table]) -> None:
        self._tables = tables
        self._shelves = {name: MemoryShelf() for name in tables}
        self._decoded: dict[str, dict[bytes, Any]] = {name: {} for name in tables}

    def take(self, name: str, key: bytes, value: bytes | None) -> None:
        """A changelog record."""
        self._shelves[name].apply([(key, value)], 0)
        self._decoded[name].pop(key, None)

    def get(self, table: Table, key: bytes) -> Any | None:
        """See cauce.runtime.lane.Work."""
        if table.name not in self._tables:
            return None
        rows = self._decoded[table.name]
        if key not in rows:
            value = self._shelves[table.name].get(key)
            rows[key] = None if value is None else table.decode(value)
        return rows[key]

    def scan(self, table: Table, start: bytes, stop: bytes) -> Iterator[tuple[bytes, Any]]:
        """See cauce.runtime.lane.Work."""
        if table.name in self._tables:
            for key, _ in list(self._shelves[table.name].scan(start, stop)):
                yield key, self.get(table, key)


class KeeperDesk:
    """The stock of the first pool over the tables that are `followed`; the others are empty."""

    def __init__(self, settings: Settings, lane: Lane, followed: Collection[str]) -> None:
        tables = {table.name: table for table in lane.tables if table.name in {*followed, REFERENCE.name}}
        self.places = {TopicPartition(settings.topic(lane.changelogs[name]), FIRST_POOL): name for name in tables}
        shown: Any = Shown(tables)  # all of a Work that reading needs
        self._shown = shown
        self.reference = ReferenceView(lightened).over(shown)
        self.stock = Stock(WorkRows(shown, {table.name: table for table in lane.tables}), self.reference)

    def take(self, place: TopicPartition, records: list[Any]) -> None:
        """What was committed to a changelog."""
        name = self.places[place]
        for record in records:
            self._shown.take(name, record.key, record.value)
        if name == REFERENCE.name:
            self.reference.forget()


Desk = TypeVar("Desk", bound=KeeperDesk)


def keeper_of(settings: Settings) -> Lane:
    """The keeper's lane."""
    (lane,) = (lane for lane in lanes_of(SERVICE, settings) if lane.name == "keeper")
    return lane


@asynccontextmanager
async def following(servers: str, desk: Desk) -> AsyncIterator[Desk]:
    """The desk, which knows everything committed until now, and follows. Raises Unavailable where no keeper was."""
    async with reading(servers) as reader:
        if absent := sorted({place.topic for place in desk.places} - await reader.topics()):
            raise Unavailable(f"no topic {absent[0]}: create the topics with `cauce topics`, or run `cauce up`")
        reader.assign(list(desk.places))
        async with asyncio.timeout(_LEVEL_SECONDS):
            while not await is_level(reader, desk.places):
                await _follow(reader, desk)
        going_on = asyncio.ensure_future(_go_on(reader, desk))
        try:
            yield desk
        finally:
            going_on.cancel()
            await asyncio.gather(going_on, return_exceptions=True)


async def _go_on(reader: Any, desk: KeeperDesk) -> None:
    while True:
        await _follow(reader, desk)


async def _follow(reader: Any, desk: KeeperDesk) -> None:
    for place, records in (await reader.getmany(timeout_ms=_LOOK_MS, max_records=_AT_ONCE)).items():
        desk.take(place, records)
    await asyncio.sleep(0)  # who asked meanwhile is answered before more is read
