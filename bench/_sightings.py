"""Eyes on topics: who looks for a key is told when a committed record of it is there."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from cauce.runtime.records import places_of, reading
from cauce.runtime.settings import Settings

_LOOK_MS = 50


class Sightings:
    """What was seen of some topics since the beginning: records by topic, and when each key came first."""

    def __init__(self, reader: Any, settings: Settings) -> None:
        self._reader, self._prefix = reader, len(settings.prefix)
        self.records: Counter[str] = Counter()
        self.first: dict[str, dict[bytes, float]] = {}
        self.moved = asyncio.Event()

    def seen(self, topic: str) -> int:
        """How many different keys a topic had."""
        return len(self.first.get(topic, ()))

    async def run(self) -> None:
        """Look until canceled."""
        while True:
            fetched = await self._reader.getmany(timeout_ms=_LOOK_MS)
            now = time.monotonic()
            for place, records in fetched.items():
                self._note(place.topic[self._prefix :], records, now)
            self.moved.set()

    def _note(self, topic: str, records: Iterable[Any], now: float) -> None:
        first = self.first.setdefault(topic, {})
        for record in records:
            self.records[topic] += 1
            first.setdefault(record.key, now)


@asynccontextmanager
async def watching(settings: Settings, topics: Iterable[str]) -> AsyncIterator[Sightings]:
    """Sightings of topics that exist, from their beginning."""
    async with reading(str(settings.servers)) as reader:
        reader.assign(await places_of(reader, map(settings.topic, topics)))
        sightings = Sightings(reader, settings)
        looking = asyncio.ensure_future(sightings.run())
        try:
            yield sightings
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
