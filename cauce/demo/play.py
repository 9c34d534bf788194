"""Plays a plan through the whole system: everything started, fed, and watched until all is settled."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import aiohttp

from cauce.demo import supplier
from cauce.demo.channel import Channel
from cauce.demo.customers import TOPICS as CUSTOMER_TOPICS
from cauce.demo.customers import Customers
from cauce.demo.killing import Killer
from cauce.demo.passing import LOOK_SECONDS, clock_setter, time_going_on
from cauce.demo.plan import Plan
from cauce.demo.processes import with_actors
from cauce.demo.scoreboard import TOPICS, Scoreboard
from cauce.demo.stage import Stage
from cauce.demo.terms import Ended, Moment, Options, Show, Stalled
from cauce.demo.waiting import Ask, holds, provider_answers
from cauce.runtime.backlog import Backlog, backlog_of
from cauce.runtime.clock import SYSTEM
from cauce.runtime.lane import Lane
from cauce.runtime.log_reader import following
from cauce.runtime.reference.publisher import publish_reference
from cauce.runtime.service import Received
from cauce.runtime.settings import Settings
from cauce.runtime.supervisor import Program, Supervisor
from schemas.orders import OrderRefused
from schemas.raw import ChannelCancellation
from schemas.stock_forms import StockAdjustment, StockReceipt

STALLED_SECONDS = 120  # nothing at all has happened for this long: say so instead of waiting for ever
READY_SECONDS = 120
LAST_SECONDS = 20  # how long a demo that is told to end waits for the lanes to decide what came in
CLOCK = "clock"  # the one process of a deployment that is no service


class Play:
    """One play of a plan in the deployment of `lanes`.

    `programs` are its processes; without any, it runs elsewhere, its actors too. `settled` says at the end whether all
    came to its end.
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
        self.supervisor = Supervisor(with_actors(programs, settings), settings.logs)
        self.killer = Killer(self.supervisor, [program.name for program in programs if program.name != CLOCK])
        self.customers = Customers(plan)
        self.channel = Channel(plan, settings.payments_url, speed=options.speed)
        self.settled = False
        self._names = [order.order for order in plan.orders]
        self._cancellations = sum(isinstance(entry.form, ChannelCancellation) for entry in plan.entries)
        self._moved = asyncio.Event()
        self._told_to_end = False
        self._records = 0
        self._begun = time.monotonic()
        self._step = "starting"
        self._background: list[asyncio.Future[None]] = []
        self._behind: list[str] = []

    @property
    def arriving(self) -> bool:
        """Whether parcels arrive while we look: by the system's clock days take days."""
        return self._settings.clock != SYSTEM

    def end(self) -> None:
        """End soon, wherever it is; what has been till then counts."""
        self._told_to_end = True
        self._moved.set()

    async def run(self) -> float:
        """Play to the end and answer the seconds it took. Raises Stalled, or GaveUp when a worker cannot be kept."""
        self._begun = time.monotonic()
        at = self.plan.hours[0]
        set_clock = clock_setter(self._settings, at)
        await publish_reference(self.servers, self._settings, self.plan.reference, at=at)
        async with (
            self._running(),
            Stage(self.servers, self._settings) as stage,
            backlog_of(self.servers, self._settings, self._lanes) as backlog,
        ):
            try:
                await self._play(stage, backlog, set_clock)
            except Ended:
                await self._end_early(backlog)
            self.settled = not self._open()
        return time.monotonic() - self._begun

    async def _play(self, stage: Stage, backlog: Backlog, set_clock: Callable[[datetime], None]) -> None:
        self._step = "publishing sites, products, rates and policy"
        await self._until(partial(self._drained, backlog))
        if self._names and self._decided():
            raise Stalled("these orders were played into this deployment before: play others, or into another prefix")
        await self._wait_for_provider()
        await self._stock(stage)
        async with self._acting(stage):
            async with self._killing():
                self._step = "orders are coming in"
                async with self._in_background(self.channel.play(stage, set_clock)) as sending:
                    await self._until(sending.done)
                await self._until(lambda: self._decided() >= 1)
            self._step = "the stock is asked for every order"
            await self._until(self._answered)
            await self._until(partial(self._drained, backlog))
            await stage.say([*supplier.deliveries(self.plan), *self.customers.unknown_purchases()])
            self._step = "working until everything is settled"
            async with time_going_on(set_clock, self.plan.hours[1]):
                await self._until(partial(self._settled, backlog) if self._options.until_idle else _never)

    async def _end_early(self, backlog: Backlog) -> None:
        """The laws across topics hold where no lane has anything left to decide."""
        self._told_to_end, self._step = False, "ending"
        with contextlib.suppress(TimeoutError, Ended):
            async with asyncio.timeout(LAST_SECONDS):
                await self._until(partial(self._drained, backlog))

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
        async with (
            following(self.servers, self._settings, TOPICS) as self._follower,
            self._in_background(self._follower.run(self._see, self._moved)),
            self._supervised(),
        ):
            yield

    @contextlib.asynccontextmanager
    async def _supervised(self) -> AsyncIterator[None]:
        """The processes, which are asked to end before they are let go."""
        async with self._in_background(self.supervisor.run()) as supervising:
            try:
                yield
            finally:
                await self.supervisor.stop()
                await asyncio.gather(supervising, return_exceptions=True)

    @contextlib.asynccontextmanager
    async def _acting(self, stage: Stage) -> AsyncIterator[None]:
        """The customers, who react to what they get, and the channel, to what is refused."""
        async with (
            self._in_background(stage.act("customers", CUSTOMER_TOPICS, self.customers.respond)),
            self._in_background(self.channel.give_back()),
        ):
            yield

    @contextlib.asynccontextmanager
    async def _killing(self) -> AsyncIterator[None]:
        """With `kill_each`, kill -9 one worker of each service after the other while orders flow."""
        if not self._options.kill_each:
            yield
            return
        killing = asyncio.ensure_future(self.killer.kill_each(self._until, self._decided))
        try:
            yield
            await killing
        finally:
            killing.cancel()

    @contextlib.asynccontextmanager
    async def _in_background(self, work: Coroutine[Any, Any, None]) -> AsyncIterator[asyncio.Future[None]]:
        """Work that ends with the block, if not before; should it fail, so do we."""
        task = asyncio.ensure_future(work)
        self._background.append(task)
        try:
            yield task
        finally:
            self._background.remove(task)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _decided(self) -> float:
        """The share of our orders that was placed or refused."""
        tally = self.score.tally
        decided = sum(1 for name in self._names if name in tally.placed or name in tally.refused)
        return decided / len(self._names) if self._names else 1.0

    def _answered(self) -> bool:
        """Whether nothing is asked of the stock any more: whatever waits then waits for the supplier."""
        return not self.score.tally.unanswered() and len(self.score.changes) >= self._cancellations

    async def _stock(self, stage: Stage) -> None:
        self._step = "filling the shelves"
        opening = list(supplier.opening(self.plan))
        await stage.say(opening)
        units = sum(
            line.quantity for said in opening if isinstance(said.form, StockReceipt) for line in said.form.lines
        )
        await self._until(lambda: sum(self.score.on_hand.values()) >= units)

    async def _wait_for_provider(self) -> None:
        until = time.monotonic() + READY_SECONDS
        async with aiohttp.ClientSession() as client:
            while not await provider_answers(client, self._settings.payments_url):
                if time.monotonic() > until:
                    raise Stalled(f"no payment provider answers at {self._settings.payments_url}")
                await self._tick()

    def _see(self, received: Received) -> None:
        self._records += 1
        self.score.see(received)
        if isinstance(received.message, OrderRefused):
            self.channel.hear_refusal(received.message.channel_order)

    async def _until(self, done: Ask) -> None:
        records, since = self._records, time.monotonic()
        while not await holds(done):
            await self._tick()
            if self._records != records or self._step.startswith("orders"):
                records, since = self._records, time.monotonic()
            elif time.monotonic() - since > STALLED_SECONDS and done is not _never:
                late = f"; still reading: {', '.join(self._behind)}" if self._behind else ""
                raise Stalled(f"nothing moved for {STALLED_SECONDS} s while {self._step}: {self._open()}{late}")

    async def _tick(self) -> None:
        if self._told_to_end:
            raise Ended
        for task in self._background:
            if task.done():
                task.result()
        self._moved.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._moved.wait(), LOOK_SECONDS)
        seconds = time.monotonic() - self._begun
        restarts = sum(self.supervisor.restarts.values())
        self._show(Moment(self._step, self.channel.sent, seconds, self.score, restarts))

    def _open(self) -> Mapping[str, int]:
        """What is still to come; who awaits a parcel sends nothing back."""
        planned = sum(len(planned) for planned in self.plan.returns.values()) if self.arriving else 0
        unpaid = sum(1 for order in self.score.refused if order in self.channel.owing)
        found = self.score.open(
            orders=len(self._names),
            returns=planned + len(self.customers.simulated),
            arriving=self.arriving,
            adjustments=sum(isinstance(entry.form, StockAdjustment) for entry in self.plan.entries),
        )
        return {**found, "refused orders not given back": unpaid} if unpaid else found


def _never() -> bool:
    return False
