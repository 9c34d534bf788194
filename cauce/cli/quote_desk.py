"""The keeper's state as its changelogs tell it, in memory, for who only asks: positions, days, queues, supply, terms.

It writes nothing and is in no group. What is committed shows within moments; tables may be moments apart.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import TopicPartition

from cauce.runtime.assembly import lanes_of
from cauce.runtime.clock import clock_of
from cauce.runtime.deciding import WorkRows
from cauce.runtime.doors.gazetteer import Gazetteer
from cauce.runtime.engine.stores import MemoryShelf
from cauce.runtime.faults import Unavailable
from cauce.runtime.lane import Lane, Table
from cauce.runtime.records import is_level, reading
from cauce.runtime.reference.references import REFERENCE, ReferenceView
from cauce.runtime.settings import Settings
from schemas.light import lightened
from schemas.quotes import Basket, PromiseQuote
from schemas.reference import Kind, Policy
from services.allocation.domain import rows as kinds
from services.allocation.domain.pools import FIRST_POOL
from services.allocation.domain.quotes import quote
from services.allocation.domain.stock import Stock
from services.allocation.worker import SERVICE
from services.intake.domain.taking import deliver_by

FOLLOWED = frozenset(
    {kinds.POSITIONS, kinds.COUNTERS, kinds.LOADS, kinds.DEPARTURES, kinds.QUEUE, kinds.ARRIVALS, REFERENCE.name}
)
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


class QuoteDesk:
    """Answers what the dates of a basket would be; made by `quoting`."""

    def __init__(self, settings: Settings, lane: Lane) -> None:
        self._tables = {table.name: table for table in lane.tables if table.name in FOLLOWED}
        self.places = {TopicPartition(settings.topic(lane.changelogs[name]), FIRST_POOL): name for name in self._tables}
        shown: Any = Shown(self._tables)  # all of a Work that reading needs
        self._shown = shown
        self._reference = ReferenceView(lightened).over(shown)
        rows = {table.name: table for table in lane.tables}
        self._stock = Stock(WorkRows(shown, rows), self._reference)
        self._clock, self._gazetteer = clock_of(settings), Gazetteer(settings.gazetteer)

    def take(self, place: TopicPartition, records: list[Any]) -> None:
        """What was committed to a changelog."""
        name = self.places[place]
        for record in records:
            self._shown.take(name, record.key, record.value)
        if name == REFERENCE.name:
            self._reference.forget()

    def quote(self, basket: Basket) -> PromiseQuote:
        """The dates, now. Raises ValueError for a country that is none, and for a service that is not offered."""
        destination = self._gazetteer.locate(basket.country, basket.postal_code)
        if destination is None:
            raise ValueError(f"{basket.country} is no country of ISO 3166")
        at = self._clock.now()
        policy: Policy | None = next(iter(self._reference.items(Kind.POLICY)), None)
        if policy and basket.service not in policy.deliver_within_days:
            raise ValueError(f"{basket.service} is not offered: the policy has no days for it")
        until = deliver_by(at, policy, basket.service)
        return quote(self._stock, basket, destination, at=at, deliver_by=until)

    def unknown(self, skus: Iterator[str]) -> list[str]:
        """Of these skus, those that the products do not name, where there are products."""
        if not self._reference.version(Kind.PRODUCTS):
            return []
        return sorted({sku for sku in skus if self._reference.item(Kind.PRODUCTS, sku) is None})


@asynccontextmanager
async def quoting(servers: str, settings: Settings) -> AsyncIterator[QuoteDesk]:
    """A desk that knows everything committed until now, and follows. Raises Unavailable where no keeper ever was."""
    (lane,) = (lane for lane in lanes_of(SERVICE, settings) if lane.name == "keeper")
    desk = QuoteDesk(settings, lane)
    async with reading(servers) as reader:
        if absent := sorted({place.topic for place in desk.places} - await reader.topics()):
            raise Unavailable(f"no topic {absent[0]}: create the topics with `cauce topics`, or run `cauce up`")
        reader.assign(list(desk.places))
        async with asyncio.timeout(_LEVEL_SECONDS):
            while not await is_level(reader, desk.places):
                await _follow(reader, desk)
        following = asyncio.ensure_future(_go_on(reader, desk))
        try:
            yield desk
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


async def _go_on(reader: Any, desk: QuoteDesk) -> None:
    while True:
        await _follow(reader, desk)


async def _follow(reader: Any, desk: QuoteDesk) -> None:
    for place, records in (await reader.getmany(timeout_ms=_LOOK_MS, max_records=_AT_ONCE)).items():
        desk.take(place, records)
    await asyncio.sleep(0)  # who asked meanwhile is answered before more is read
