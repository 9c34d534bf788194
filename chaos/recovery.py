"""How long work stood still: from a fault to the next commit of each partition that the struck worker had held."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import NamedTuple, Protocol

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from cauce.runtime.lane import Lane
from cauce.runtime.settings import Settings
from cauce.runtime.topics import partitions_of
from chaos.deployment import Place

LOOK_SECONDS = 0.2
QUIET_SECONDS = 1.0  # a partition that got nothing to do for so long is no witness of how long work stood still


class Arrivals(Protocol):
    """Who saw the records come."""

    def first_since(self, tp: TopicPartition, offset: int) -> float | None:
        """When a record of that offset or a later one was first seen, by the monotonic clock; ticks do not count."""


class Standstill(NamedTuple):
    """A place that lost its worker: by what, since when, and how far its inputs had been committed."""

    what: str
    place: Place
    since: float
    before: Mapping[TopicPartition, int]


class Recovery:
    """Watches places until they commit anew, by their groups' committed offsets."""

    def __init__(self, servers: str, settings: Settings, lanes: Iterable[Lane], arrivals: Arrivals) -> None:
        self._settings, self._arrivals = settings, arrivals
        self._admin = AIOKafkaAdminClient(bootstrap_servers=servers, request_timeout_ms=5000)
        self._inputs: dict[Place, tuple[TopicPartition, ...]] = {
            Place(lane.service, lane.name, number): tuple(
                TopicPartition(settings.topic(topic), number) for topic in lane.inputs
            )
            for lane in lanes
            for number in range(partitions_of(settings, lane.family))
        }
        self._still: list[Standstill] = []
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.quiet = self.struck_again = 0

    @property
    def places(self) -> set[Place]:
        """Every place of the deployment."""
        return set(self._inputs)

    @property
    def waiting(self) -> int:
        """How many places have not committed yet."""
        return len(self._still)

    async def watch(self, what: str, places: Iterable[Place], *, since: float | None = None) -> None:
        """The clock starts now for these places, which nobody works on because of `what`, or started at `since`.

        It starts anew for one that has not come back from an earlier fault: how long that took is not to be known.
        """
        began = since or time.monotonic()
        wanted = set(places)
        services = {place.service for place in wanted}
        committed = await self._fresh(services)
        kept = [one for one in self._still if one.place not in wanted]
        self.struck_again += len(self._still) - len(kept)
        self._still = kept
        for place in wanted:
            before = {tp: committed[place.service].get(tp, 0) for tp in self._inputs[place]}
            self._still.append(Standstill(what, place, began, before))

    async def _fresh(self, services: set[str]) -> Mapping[str, Mapping[TopicPartition, int]]:
        """What all have committed, once the brokers say so of all: what was known before is not where they are now."""
        while True:
            committed = await self._committed(services)
            if len(committed) == len(services):
                return committed
            await asyncio.sleep(LOOK_SECONDS)

    async def run(self) -> None:
        """Look again and again, until canceled."""
        await self._admin.start()
        try:
            while True:
                await asyncio.sleep(LOOK_SECONDS)
                if self._still:
                    await self._look()
        finally:
            await self._admin.close()

    async def _look(self) -> None:
        committed = await self._committed({one.place.service for one in self._still})
        now = time.monotonic()
        moved = [one for one in self._still if _has_moved(one, committed.get(one.place.service, {}))]
        self._still = [one for one in self._still if one not in moved]
        for one in moved:
            if self._had_work(one):
                self.seconds[one.what].append(now - one.since)
            else:
                self.quiet += 1

    def _had_work(self, one: Standstill) -> bool:
        came = [self._arrivals.first_since(tp, offset) for tp, offset in one.before.items()]
        return any(at is not None and at - one.since <= QUIET_SECONDS for at in came)

    async def _committed(self, services: Iterable[str]) -> dict[str, Mapping[TopicPartition, int]]:
        """What each service has committed; without those of whom the brokers say nothing now."""
        wanted = list(services)
        found = await asyncio.gather(*map(self._asked, wanted))
        return {service: offsets for service, offsets in zip(wanted, found, strict=True) if offsets is not None}

    async def _asked(self, service: str) -> Mapping[TopicPartition, int] | None:
        try:
            found = await self._admin.list_consumer_group_offsets(self._settings.topic(service))
        except (KafkaError, OSError):
            return None
        return {place: known.offset for place, known in found.items()}


def _has_moved(one: Standstill, committed: Mapping[TopicPartition, int]) -> bool:
    return any(committed.get(tp, 0) > offset for tp, offset in one.before.items())


def percentiles(seconds: Sequence[float]) -> dict[str, float | int | None]:
    """The nearest-rank median and 95th percentile, the largest, and how many there were."""
    ordered = sorted(seconds)
    if not ordered:
        return {"p50": None, "p95": None, "max": None, "count": 0}
    p50, p95, most = (round(ordered[ceil(share * len(ordered)) - 1], 2) for share in (0.5, 0.95, 1))
    return {"p50": p50, "p95": p95, "max": most, "count": len(ordered)}
