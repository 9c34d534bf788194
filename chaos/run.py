"""One run: everything started, loaded, struck and let settle."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

import aiohttp
from aiokafka.errors import KafkaError

from cauce.demo.plan import Plan
from cauce.demo.retail_company import CHANNEL, CURRENCY
from cauce.demo.waiting import Ask, holds, provider_answers
from cauce.runtime.backlog import Backlog, backlog_of
from cauce.runtime.faults import Unavailable
from cauce.runtime.lane import Lane
from cauce.runtime.reference.publisher import publish_reference
from cauce.runtime.settings import Settings
from cauce.runtime.topics import create_topics, specs
from chaos.board import Board
from chaos.deployment import Deployment
from chaos.nemesis import Nemesis
from chaos.options import Options
from chaos.recovery import Recovery
from chaos.strikes.poison import Poison
from chaos.witness import Witness, witnessing
from chaos.world import orders
from chaos.world.actors import Actors
from chaos.world.load import Load
from chaos.world.outbox import Outbox, sending
from schemas.topics import TOPICS

READY_SECONDS = 240
STALLED_SECONDS = 90  # nothing at all has happened for so long: it will not settle
LOOK_SECONDS = 0.25

Show = Callable[[str], None]


class Course(NamedTuple):
    """What a run left behind. `unfinished` is what was open when the last fault was over."""

    unfinished: dict[str, int]
    open: dict[str, int]
    drained_seconds: float | None


class Armed(Protocol):
    """Who strikes, and who mends afterwards."""

    nemesis: Nemesis
    poison: Poison

    async def mend(self) -> int:
        """Send what waits parked in again, or drop it; how much waited."""


class Run:
    """A course of load and faults through a deployment. `settings.servers` is an address that no fault cuts."""

    def __init__(
        self, settings: Settings, lanes: Iterable[Lane], options: Options, deployment: Deployment, show: Show
    ) -> None:
        self.deployment, self.board, self.step = deployment, Board(), "starting"
        self.lanes, self.show = list(lanes), show
        self._settings, self._options = settings, options
        self._servers = str(settings.servers)
        self._given_up: set[str] = set()

    async def course(self, arm: Callable[[], Armed]) -> Course:
        """From the first process to the last; `arm` is called once all is ready.

        Raises Unavailable where it does not even begin.
        """
        rounds = Load.rounds(self._options.rate * self._options.seconds)
        await create_topics(self._servers, self._settings, specs(self._settings, self.lanes))
        await publish_reference(self._servers, self._settings, orders.reference(rounds), at=datetime.now(UTC))
        async with AsyncExitStack() as stack:
            await self._open(stack)
            await self._ready(rounds)
            self.armed = arm()
            await self._under_load()
            course = await self._settle()
            self.restarts = self.deployment.restarts
            return course

    def figures(self) -> str:
        """What there is to show now."""
        if self.step == "starting":
            return ""
        score, sent = self.board.score, len(self.load.sent)
        done = score.delivered_orders() + score.canceled_orders()
        return f"{sent:,} orders sent, {len(self.board.decided):,} decided, {done:,} delivered or canceled"

    async def _open(self, stack: AsyncExitStack) -> None:
        servers, settings, enter = self._servers, self._settings, stack.enter_async_context
        topics = [topic.name for topic in TOPICS] + sorted({lane.parked for lane in self.lanes})
        self.witness: Witness = await enter(witnessing(servers, settings, topics))
        self.outbox: Outbox = await enter(sending(servers, settings))
        self._backlog: Backlog = await enter(backlog_of(servers, settings, self.lanes))
        self.recovery = Recovery(servers, settings, self.lanes, self.witness)
        plan = Plan(channel=CHANNEL, currency=CURRENCY, reference={})
        self.load = Load(self._options.seed, self._options.rate, plan, self.outbox)
        self.actors = Actors(self._options.seed, plan, self.outbox)
        self.witness.see += [self.board.see, self.actors.see]
        await enter(self.deployment.running())
        await enter(beside(self.witness.run(), self.recovery.run()))

    async def _ready(self, rounds: int) -> None:
        self.say("waiting for every worker to have work")
        await self._until(lambda: self.deployment.ready)
        await self._until(self._drained)
        await self._until(self._provider_answers)
        receipts = orders.opening(rounds)
        for receipt in receipts:
            self.load.receive(receipt)
        units = sum(line.quantity for receipt in receipts for line in receipt.lines)
        await self._until(lambda: sum(self.board.score.on_hand.values()) >= units)

    async def _under_load(self) -> None:
        """Orders come until the time is up and the last fault over."""
        self.say("orders come in")
        enough = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.load.run(enough))
            await asyncio.gather(self.armed.nemesis.run(), asyncio.sleep(self._options.seconds))
            enough.set()

    async def _settle(self) -> Course:
        """No more orders: until everything has come to its end, or nothing moves any more."""
        began, unfinished = time.monotonic(), self._open_now()
        self.say("the last fault is over, waiting until everything is settled")
        self.outbox.hurry()
        self.load.receive(orders.last_supply())
        records, since = self.witness.records, time.monotonic()
        while not await self._settled():
            if self.witness.records != records:
                records, since = self.witness.records, time.monotonic()
            if time.monotonic() - since > STALLED_SECONDS:
                return Course(unfinished, self._open_now(), None)
            await asyncio.sleep(LOOK_SECONDS)
        return Course(unfinished, self._open_now(), round(time.monotonic() - began, 1))

    async def _settled(self) -> bool:
        self.outbox.check()
        self._give_up()
        return await self._drained() and not await self.armed.mend() and not self._open_now() and await self._drained()

    def _give_up(self) -> None:
        """Who waits for a last unit that somebody else was promised wants it no more."""
        contenders = {order for several in self.load.contended.values() for order in several}
        for order in (contenders & self.board.queued) - self._given_up:
            self._given_up.add(order)
            self.load.cancel(order)

    def _open_now(self) -> dict[str, int]:
        found = self.board.open(self.load.sent, len(self.actors.returns_asked))
        return {**found, **({"not yet said": self.outbox.left} if self.outbox.left else {})}

    async def _drained(self) -> bool:
        """Whether no lane has anything to read, and we have seen all that they wrote."""
        try:
            return not await self._backlog.behind() and await self.witness.is_level()
        except (KafkaError, OSError):
            return False

    async def _provider_answers(self) -> bool:
        async with aiohttp.ClientSession() as client:
            return await provider_answers(client, self._settings.payments_url)

    async def _until(self, done: Ask) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not await holds(done):
            self.outbox.check()
            if time.monotonic() > deadline:
                raise Unavailable(f"not ready in {READY_SECONDS} s: see the logs in {self.deployment.logs}")
            await asyncio.sleep(LOOK_SECONDS)

    def say(self, step: str) -> None:
        """What is being done now."""
        self.step = step
        self.show(step)


@asynccontextmanager
async def beside(*work: Coroutine[Any, Any, None]) -> AsyncIterator[Sequence["asyncio.Task[None]"]]:
    """Meanwhile this is done too; its failure ends the body."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one) for one in work]
        yield tasks
        for task in tasks:
            task.cancel()
