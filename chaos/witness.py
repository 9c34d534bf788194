"""Who sees every committed record of the run, by an address that no fault cuts, and when it came."""

import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from cauce.runtime.deciding import receive
from cauce.runtime.lane import Record, Unprocessable, is_control
from cauce.runtime.log_reader import record_of
from cauce.runtime.records import is_level, places_of
from cauce.runtime.service import Received
from cauce.runtime.settings import Settings
from schemas.reference import TimeReached
from schemas.topics import BY_NAME, TopicKind

_LOOK_MS, _AT_ONCE = 250, 2000

See = Callable[[Received], None]


class Witness:
    """Follows topics from their beginning; made by `witnessing`. What cannot be read is passed over."""

    def __init__(self, consumer: Any, settings: Settings, places: list[TopicPartition]) -> None:
        self._consumer, self._settings, self._places = consumer, settings, places
        self._came: dict[TopicPartition, tuple[list[int], list[float]]] = defaultdict(lambda: ([], []))
        self.see: list[See] = []
        self.records = 0

    def first_since(self, tp: TopicPartition, offset: int) -> float | None:
        """See Arrivals."""
        offsets, times = self._came[tp]
        place = bisect_left(offsets, offset)
        return times[place] if place < len(times) else None

    async def run(self) -> None:
        """Tell all in `see` what comes, until canceled."""
        while True:
            fetched = await self._consumer.getmany(timeout_ms=_LOOK_MS, max_records=_AT_ONCE)
            now = time.monotonic()
            for tp, records in fetched.items():
                for record in records:
                    self._take(tp, record_of(record, self._settings.prefix), now)

    async def is_level(self) -> bool:
        """Whether everything was seen that was there when this was asked."""
        return await is_level(self._consumer, self._places)

    def _take(self, tp: TopicPartition, record: Record, now: float) -> None:
        received = _read(record)
        if received is not None and isinstance(received.message, TimeReached):
            return
        self.records += 1
        offsets, times = self._came[tp]
        offsets.append(record.offset)
        times.append(now)
        if received is not None:
            for see in self.see:
                see(received)


def _read(record: Record) -> Received | None:
    known = BY_NAME.get(record.topic)
    if known is None or known.kind is TopicKind.RAW or is_control(record.headers):
        return None
    try:
        return receive(record)
    except (ValueError, Unprocessable):
        return None


@asynccontextmanager
async def witnessing(servers: str, settings: Settings, topics: Iterable[str]) -> AsyncIterator[Witness]:
    """A witness of these topics, which exist, and the task in which it looks."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    async with consumer:
        places = await places_of(consumer, map(settings.topic, topics))
        consumer.assign(places)
        yield Witness(consumer, settings, places)
