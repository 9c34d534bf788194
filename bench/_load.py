"""Offering orders: as fast as the slowest part keeps up with, or so many a second."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import islice

from _backlog import Backlogs, Reading, backlogs_of
from _deployment import Deployment, deployed
from _orders import RawOrder, orders
from _sightings import Sightings, watching
from aiokafka import AIOKafkaProducer

from cauce.runtime.lane import Output
from cauce.runtime.records import send_outputs
from cauce.runtime.settings import Settings
from schemas.raw import RawTopic

TOPICS = ("allocated", "shipped", "notify-effects", "notify-results")
_STEP_SECONDS = 0.02
_LOOK_SECONDS = 0.5


class Load:
    """Sends orders and knows how far everybody is behind them."""

    def __init__(
        self, producer: AIOKafkaProducer, settings: Settings, orders: Iterator[RawOrder],
        sightings: Sightings, backlogs: Backlogs,
    ) -> None:  # fmt: skip
        self._producer, self._settings, self._orders = producer, settings, orders
        self.sightings, self._backlogs = sightings, backlogs
        self.sent = 0
        self.sent_at: dict[str, float] = {}  # by the channel's number, where somebody wants to know
        self.noted: list[str] = []  # those numbers
        self._began: dict[str, Reading] = {}
        self._lag: dict[str, float] = {}

    @property
    def shipped(self) -> int:
        """Orders of which a parcel left."""
        return self.sightings.seen("shipped")

    def behind(self) -> dict[str, float]:
        """How many orders each service is behind those that were sent; `shipping` counts the orders themselves."""
        seen = self.sightings.records
        mails = seen["notify-effects"]
        unsent = (mails - seen["notify-results"]) * self.sent / mails if mails else 0
        return {**self._lag, "shipping": self.sent - self.shipped, "mails": unsent}

    async def keep(self, in_flight: int) -> None:
        """Offer as many orders as leave nobody more than `in_flight` behind, until canceled."""
        while True:
            room = in_flight - max(self.behind().values())
            await self._send(max(0, min(int(room), in_flight // 10)))
            await asyncio.sleep(_STEP_SECONDS)

    async def offer(self, orders_a_second: float, *, noted: bool = False) -> None:
        """Offer so many a second, whoever keeps up, until canceled."""
        begun, first = time.monotonic(), self.sent
        while True:
            due = first + (time.monotonic() - begun) * orders_a_second
            await self._send(int(due) - self.sent, noted=noted)
            await asyncio.sleep(_STEP_SECONDS)

    async def _send(self, count: int, *, noted: bool = False) -> None:
        if count <= 0:
            return
        raw = list(islice(self._orders, count))
        if noted:
            self.noted += [order.number for order in raw]
            self.sent_at.update(dict.fromkeys(self.noted[-len(raw) :], time.monotonic()))
        self.sent += count
        await asyncio.shield(asyncio.ensure_future(self._deliver(raw)))  # what is counted is sent, canceled or not

    async def _deliver(self, raw: list[RawOrder]) -> None:
        outputs = [Output(RawTopic.CHANNEL_ORDERS, order.number.encode(), order.value, [], None) for order in raw]
        for delivery, _ in await send_outputs(self._producer, self._settings.prefix, outputs, 0):
            await delivery

    async def watch(self) -> None:
        """Keep what `behind` says fresh, until canceled."""
        self._began = await self._backlogs.read()
        while True:
            for service, reading in (await self._backlogs.read()).items():
                an_order = (reading.there - self._began[service].there) / max(1, self.sent)
                self._lag[service] = reading.left / an_order if an_order > 0.5 else 0.0
            await asyncio.sleep(_LOOK_SECONDS)


@asynccontextmanager
async def offering(
    settings: Settings, orders: Iterator[RawOrder], sightings: Sightings, backlogs: Backlogs
) -> AsyncIterator[Load]:
    """A load that offers nothing yet."""
    producer = AIOKafkaProducer(bootstrap_servers=settings.servers, enable_idempotence=True, max_batch_size=1 << 20)
    await producer.start()
    load = Load(producer, settings, orders, sightings, backlogs)
    watching = asyncio.ensure_future(load.watch())
    try:
        yield load
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await producer.stop()


@asynccontextmanager
async def loaded(company: dict[str, str]) -> AsyncIterator[tuple[Deployment, Load]]:
    """A deployment of this company, and a load for it that offers nothing yet."""
    async with (
        deployed(company) as deployment,
        watching(deployment.settings, TOPICS) as sightings,
        backlogs_of(deployment) as backlogs,
        offering(deployment.settings, orders(company), sightings, backlogs) as load,
    ):
        yield deployment, load


@asynccontextmanager
async def going_on(work: "asyncio.Future[None]") -> AsyncIterator[None]:
    """`work` in the background; what it fails with is raised at the end."""
    try:
        yield
    finally:
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
