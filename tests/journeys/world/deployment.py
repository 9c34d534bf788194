"""One deployment as `cauce up` runs it, with a payment provider, a mail server and a clock of the test's."""

import asyncio
import os
import signal
import sys
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime

import aiohttp
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError
from world.company import REFERENCE, new_customer
from world.facts import Facts
from world.mailbox import Mailbox
from world.operator import Operator
from world.outside import Outside

from cauce.cli.up import deployment_lanes, programs
from cauce.runtime.clock import ClockHand
from cauce.runtime.reference.publisher import publish_reference
from cauce.runtime.supervisor import Patience, Program, Supervisor
from cauce.runtime.topics import create_topics, specs
from schemas.effects import EffectAnswered
from schemas.notices import SendMail
from schemas.payments import RefundPayment
from schemas.teams import SendToTeam
from schemas.topics import TOPICS
from services import NAMES

START_SECONDS = 150
OPENS_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Hands:
    """The hands of the deployment's clock, which only go forward."""

    def __init__(self, path):
        self.at = OPENS_AT
        self._hand = ClockHand(path, self.at)

    def pass_by(self, time):
        self.at += time
        self._hand.set(self.at)


class Deployment:
    """Everything that runs, and everybody around it."""

    def __init__(self, settings, provider_port):
        self.settings = settings
        self.lanes = deployment_lanes(settings)
        self.ledger = settings.home / "provider" / "ledger.jsonl"
        self.clock = Hands(settings.home / "clock")
        parked = sorted({lane.parked for lane in self.lanes})
        self.facts = Facts(settings, [*(topic.name for topic in TOPICS), *parked])
        self.mailbox = Mailbox(self.facts.moved)
        self.outside = Outside(settings, self.clock)
        self.operator = Operator(settings)
        self.killed = Counter()
        self.logs = settings.home / "logs"
        self._port = provider_port

    @asynccontextmanager
    async def running(self):
        """Everything started, and every lane ready to decide; at the end, everything stopped."""
        servers, settings = self.settings.servers, self.settings
        await create_topics(servers, settings, specs(settings, self.lanes))
        await publish_reference(servers, settings, REFERENCE, at=self.clock.at)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.mailbox)
            self.supervisor = await stack.enter_async_context(self._supervised(self._programs()))
            await stack.enter_async_context(self.facts.following())
            await stack.enter_async_context(self.outside)
            self._ends = await stack.enter_async_context(AIOKafkaConsumer(bootstrap_servers=servers))
            self._admin = AIOKafkaAdminClient(bootstrap_servers=servers)
            stack.push_async_callback(self._admin.close)
            await self._admin.start()
            await self.settled(START_SECONDS)
            await self._provider_answers()
            yield self

    @asynccontextmanager
    async def _supervised(self, some):
        supervisor = Supervisor(some, self.logs, Patience(first_seconds=0.1))
        running = asyncio.ensure_future(supervisor.run())
        with self.facts.minding(running):
            try:
                yield supervisor
            finally:
                await supervisor.stop()
                await asyncio.gather(running, return_exceptions=True)

    @property
    def _env(self):
        settings = self.settings
        return {
            "CAUCE_CLOCK": settings.clock,
            "CAUCE_GAZETTEER": str(settings.gazetteer),
            "CAUCE_PARTITIONS": str(settings.partitions),
            "CAUCE_PAYMENTS_URL": settings.payments_url,
            "CAUCE_MAIL_URL": self.mailbox.url,
        }

    def _programs(self):
        sandbox = (sys.executable, "-m", "cauce", "sandbox", "payments")
        arguments = ("--port", str(self._port), "--ledger", str(self.ledger))
        return [*programs(self.settings, 1, self._env), Program("sandbox", (*sandbox, *arguments), {})]

    @staticmethod
    def _program(service):
        return f"{service}-0" if service in NAMES else service

    async def _provider_answers(self):
        async with aiohttp.ClientSession(self.settings.payments_url) as client:
            async with asyncio.timeout(START_SECONDS):
                while not await _answers(client):
                    self.facts.check()
                    await asyncio.sleep(0.1)

    # -- what the journeys do

    def customer(self, **details):
        return new_customer(**details)

    def kill(self, service):
        """Kill -9 the worker of a service, unless it is being started; the supervisor starts it again."""
        if self.supervisor.kill(self._program(service)):
            self.killed[service] += 1

    @contextmanager
    def killing(self, plan):
        """Meanwhile the first record that is seen on a topic of the plan kills the services beside it."""
        left, wanted = dict(plan), self.killed + Counter(service for services in plan.values() for service in services)

        def strike(seen):
            for service in left.pop(seen.record.topic, ()):
                self.kill(service)

        self.facts.watchers.append(strike)
        yield
        self.facts.watchers.remove(strike)
        assert self.killed == wanted

    @asynccontextmanager
    async def second_workers(self):
        """Meanwhile a second worker of every service but the read model's, each with a part of the work."""
        seconds = [program for program in programs(self.settings, 2, self._env) if program.name.endswith("-1")]
        async with self._supervised(seconds):
            async with asyncio.timeout(START_SECONDS):
                while not all(self._has_work(program.name) for program in seconds):
                    self.facts.check()
                    await asyncio.sleep(0.1)
            yield

    def _has_work(self, name):
        log = self.logs / f"{name}.log"
        return log.exists() and "acquired" in log.read_text(errors="replace")

    @contextmanager
    def frozen(self, *services):
        """Meanwhile the workers of these services stand still, shorter than their group would wait for them."""
        pids = [self.supervisor.pid(self._program(service)) for service in services]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    async def mails(self, customer, count):
        """Exactly `count` mails of a customer, once they are there."""
        await self.facts.until(lambda: len(self.mailbox.of(customer)) >= count, f"{count} mails for {customer.name}")
        mails = self.mailbox.of(customer)
        assert len(mails) == count, self.mailbox.subjects(customer)
        return mails

    async def settled(self, seconds=60):
        """Until every lane has committed all its inputs, every effect is answered, and nothing is on its way."""
        async with asyncio.timeout(seconds):
            while not await self._is_settled():
                self.facts.check()
                await asyncio.sleep(0.1)

    async def _is_settled(self):
        ends = await self._ends.end_offsets(self.facts.places)
        for place in self.facts.places:
            if await self.facts.position(place) < ends[place]:
                return False
        if not await self._all_decided() or not self._all_answered():
            return False
        return ends == await self._ends.end_offsets(self.facts.places)

    async def _all_decided(self):
        for service in {lane.service for lane in self.lanes}:
            try:
                committed = await self._admin.list_consumer_group_offsets(self.settings.topic(service))
            except GroupCoordinatorNotAvailableError:
                return False  # a fresh broker is still making the topic of offsets
            for topic in [topic for lane in self.lanes if lane.service == service for topic in lane.inputs]:
                for place in [place for place in self.facts.places if place.topic == self.settings.topic(topic)]:
                    wanted = self.facts.last.get((topic, place.partition), 0)
                    if wanted and (place not in committed or committed[place].offset < wanted):
                        return False
        return True

    def _all_answered(self):
        asked = [seen for effect in (SendMail, SendToTeam, RefundPayment) for seen in self.facts.of(effect)]
        answered = {answer.effect_id for answer in self.facts.messages(EffectAnswered)}
        return all(seen.id in answered for seen in asked)

    def tell(self):
        """The ends of all logs, for a test that failed."""
        logs = sorted(self.logs.glob("*.log"))
        return "\n".join(f"== {log.name}\n{log.read_text(errors='replace')[-2000:]}" for log in logs)


async def _answers(client):
    try:
        async with client.get("/v1/ledger") as answer:
            return answer.ok
    except aiohttp.ClientError:
        return False
