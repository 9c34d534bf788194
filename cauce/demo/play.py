"""Plays a plan through the whole system: everything started, fed, and watched until all is settled."""

import asyncio
import contextlib
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import aiohttp

from cauce.demo import supplier
from cauce.demo.channel import Channel
from cauce.demo.customers import TOPICS as CUSTOMER_TOPICS
from cauce.demo.customers import Customers
from cauce.demo.plan import Plan
from cauce.demo.scoreboard import TOPICS, Scoreboard
from cauce.demo.stage import Stage
from cauce.demo.waiting import Ask, holds, provider_answers
from cauce.runtime.backlog import Backlog, backlog_of
from cauce.runtime.clock import SYSTEM, ClockHand
from cauce.runtime.lane import Lane
from cauce.runtime.log_reader import following
from cauce.runtime.reference.publisher import publish_reference
from cauce.runtime.service import Received
from cauce.runtime.settings import Settings
from cauce.runtime.supervisor import Program, Supervisor
from schemas.raw import StockAdjustment, StockReceipt

STALLED_SECONDS = 120  # nothing at all has happened for this long: say so instead of waiting for ever
LOOK_SECONDS = 0.25
READY_SECONDS = 120
A_LOOK_LATER = timedelta(hours=3)  # how far the demo's clock goes in LOOK_SECONDS after the last order
CLOCK = "clock"  # the one process of a deployment that is no service


class Stalled(RuntimeError):
    """Something that was sent in never came to its end; the message says what is still open."""


class Moment(NamedTuple):
    """What there is to show now."""

    step: str
    sent: int
    seconds: float
    score: Scoreboard
    restarts: int


Show = Callable[[Moment], None]


class Options(NamedTuple):
    """How to play: `speed` in business seconds a second (None: as fast as it goes), kill each service once or not."""

    speed: float | None
    until_idle: bool
    kill_each: bool = False


class Play:
    """One play of a plan in the deployment of `lanes`.

    `programs` are its processes; without any, it runs elsewhere, its actors too.
    """

    def __init__(
        self,
        settings: Settings,
        plan: Plan,
        *,
        lanes: Iterable[Lane],
        programs: list[Program],
        options: Options,
        show: Show,
    ) -> None:
        self.plan, self._settings, self._options, self._show = plan, settings, options, show
        self._lanes = list(lanes)
        self.servers = str(settings.servers)
        self.score = Scoreboard()
        self.supervisor = Supervisor(self._with_actors(programs), settings.home / "logs" / _name(settings))
        self.customers = Customers(plan)
        self.killed: Counter[str] = Counter()
        self._services = [program.name for program in programs if program.name != CLOCK]
        self._moved = asyncio.Event()
        self._records = 0
        self._begun = time.monotonic()
        self._step, self._channel_sent = "starting", 0
        self._background: list[asyncio.Future[None]] = []
        self._behind: list[str] = []

    async def run(self) -> float:
        """Play to the end and answer the seconds it took. Raises Stalled, or GaveUp when a worker cannot be kept."""
        self._begun = time.monotonic()
        at = self.plan.entries[0].at
        set_clock = self._clock_setter(at)
        await publish_reference(self.servers, self._settings, self.plan.reference, at=at)
        async with (
            self._running(),
            Stage(self.servers, self._settings) as stage,
            backlog_of(self.servers, self._settings, self._lanes) as backlog,
        ):
            self._step = "publishing sites, products, rates and policy"
            await self._until(partial(self._drained, backlog))
            await self._wait_for_provider()
            await self._stock(stage)
            channel = Channel(self.plan, stage, self._settings.payments_url, speed=self._options.speed)
            async with self._acting(stage):
                async with self._killing():
                    self._step = "orders are coming in"
                    playing = asyncio.ensure_future(channel.play(set_clock))
                    await self._until(playing.done, channel=channel)
                    await playing
                    await self._until(partial(self._decided, len(self.plan.orders)), channel=channel)
                await stage.say([*supplier.deliveries(self.plan), *self.customers.unknown_purchases()])
                self._step = "working until everything is settled"
                async with _time_going_on(set_clock, self.plan.entries[-1].at):
                    done = partial(self._settled, backlog) if self._options.until_idle else _never
                    await self._until(done, channel=channel)
        return time.monotonic() - self._begun

    async def _settled(self, backlog: Backlog) -> bool:
        """Whether all that was sent in has come to its end, and nothing of it is still to be told or noted down."""
        return not self._open() and await self._drained(backlog) and not self._open()

    async def _drained(self, backlog: Backlog) -> bool:
        """Whether no lane has anything to read, and we have seen all that they wrote."""
        self._behind = await backlog.behind()
        return not self._behind and await self._follower.is_level()

    @contextlib.asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        """The deployment's processes, and our eyes on its facts."""
        async with following(self.servers, self._settings, TOPICS) as self._follower:
            supervising = asyncio.ensure_future(self.supervisor.run())
            watching = asyncio.ensure_future(self._follower.run(self._see, self._moved))
            self._background += [supervising, watching]
            try:
                yield
            finally:
                watching.cancel()
                await self.supervisor.stop()
                await asyncio.gather(supervising, watching, return_exceptions=True)

    @contextlib.asynccontextmanager
    async def _acting(self, stage: Stage) -> AsyncIterator[None]:
        """The customers, who react to what they get."""
        acting = asyncio.ensure_future(stage.act("customers", CUSTOMER_TOPICS, self.customers.respond))
        self._background.append(acting)
        try:
            yield
        finally:
            self._background.remove(acting)
            acting.cancel()
            await asyncio.gather(acting, return_exceptions=True)

    @contextlib.asynccontextmanager
    async def _killing(self) -> AsyncIterator[None]:
        """With `kill_each`, kill -9 one worker of each service after the other while orders flow."""
        killing = asyncio.ensure_future(self._kill_each() if self._options.kill_each else asyncio.sleep(0))
        yield
        await killing

    async def _kill_each(self) -> None:
        total = len(self.plan.orders)
        for number, name in enumerate(self._services, start=1):
            goal = total * number // (len(self._services) + 1)
            await self._until(partial(self._decided, goal))
            await self._until(partial(self._kill, name))

    def _kill(self, name: str) -> bool:
        """Whether it ran, so that it could be killed."""
        if self.supervisor.kill(name) is None:
            return False
        self.killed[name] += 1
        return True

    def _decided(self, orders: int) -> bool:
        return len(self.score.placed) + len(self.score.refused) >= orders

    async def _stock(self, stage: Stage) -> None:
        self._step = "filling the shelves"
        opening = list(supplier.opening(self.plan))
        await stage.say(opening)
        units = sum(
            line.quantity for said in opening if isinstance(said.form, StockReceipt) for line in said.form.lines
        )
        await self._until(lambda: sum(self.score.on_hand.values()) >= units)

    async def _wait_for_provider(self) -> None:
        async with aiohttp.ClientSession() as client, asyncio.timeout(READY_SECONDS):
            while not await provider_answers(client, self._settings.payments_url):
                await self._tick()

    def _see(self, received: Received) -> None:
        self._records += 1
        self.score.see(received)

    async def _until(self, done: Ask, *, channel: Channel | None = None) -> None:
        records, since = self._records, time.monotonic()
        while not await holds(done):
            if channel is not None:
                self._channel_sent = channel.sent
            await self._tick()
            if self._records != records or self._step.startswith("orders"):
                records, since = self._records, time.monotonic()
            elif time.monotonic() - since > STALLED_SECONDS and done is not _never:
                late = f"; still reading: {', '.join(self._behind)}" if self._behind else ""
                raise Stalled(f"nothing moved for {STALLED_SECONDS} s while {self._step}: {self._open()}{late}")

    async def _tick(self) -> None:
        for task in self._background:
            if task.done():
                task.result()
        self._moved.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._moved.wait(), LOOK_SECONDS)
        seconds = time.monotonic() - self._begun
        restarts = sum(self.supervisor.restarts.values())
        self._show(Moment(self._step, self._channel_sent, seconds, self.score, restarts))

    def _open(self) -> Mapping[str, int]:
        """What is still to come. By the system's clock days take days, and who awaits a parcel sends nothing back."""
        arriving = self._settings.clock != SYSTEM
        planned = sum(len(planned) for planned in self.plan.returns.values()) if arriving else 0
        return self.score.open(
            orders=len(self.plan.orders),
            returns=planned + len(self.customers.simulated),
            arriving=arriving,
            adjustments=sum(isinstance(entry.form, StockAdjustment) for entry in self.plan.entries),
        )

    def _clock_setter(self, at: datetime) -> Callable[[datetime], None]:
        if self._settings.clock == SYSTEM:
            return lambda _: None  # real time passes by itself
        return ClockHand(Path(self._settings.clock), at).set

    def _with_actors(self, programs: list[Program]) -> list[Program]:
        if not programs:
            return []
        env = programs[0].env
        cauce = (sys.executable, "-m", "cauce")
        port = self._settings.payments_url.rpartition(":")[2]
        return [
            *programs,
            Program("sandbox", (*cauce, "sandbox", "payments", "--port", port), env),
            Program("crew", (*cauce, "world", "crew"), env),
            Program("carrier", (*cauce, "world", "carrier"), env),
        ]


def _name(settings: Settings) -> str:
    return settings.prefix.rstrip("-") or "default"


@contextlib.asynccontextmanager
async def _time_going_on(set_clock: Callable[[datetime], None], at: datetime) -> AsyncIterator[None]:
    """After the last order the days pass quickly, so that what waits for a time need not be waited for."""

    async def pass_by() -> None:
        now = at
        while True:
            now += A_LOOK_LATER
            set_clock(now)
            await asyncio.sleep(LOOK_SECONDS)

    passing = asyncio.ensure_future(pass_by())
    try:
        yield
    finally:
        passing.cancel()


def _never() -> bool:
    return False
