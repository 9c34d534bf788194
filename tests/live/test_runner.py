"""Refunds through a real broker and a real provider, with kills on both sides: one refund each, answered once."""

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiokafka import AIOKafkaProducer
from fleet import Fleet

from cauce.money import Money
from cauce.places import Coordinates
from cauce.runtime.assembly import lanes_of
from schemas.base import Sealed
from schemas.effects import EffectAnswered
from schemas.envelope import Envelope
from schemas.orders import Customer, Destination, OrderPlaced, Payment
from schemas.payments import PaymentRefunded
from schemas.returns import RefundLine, RefundRequested
from services import load

HERE = Path(__file__).parent
CAUCE = Path(sys.executable).with_name("cauce")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PERSON = Customer(
    person_id="person-1", country="GB", personal=Sealed(person_id="person-1", nonce=b"n" * 12, content=b"sealed")
)
TOPICS = [
    "order_placed",
    "order_changed",
    "refund_requested",
    "captured",
    "refunded",
    "payment_failed",
    "payments_effects",
    "payments_results",
]
ORDERS = 24


def gbp(amount):
    return Money(amount=amount, currency="GBP")


async def eventually(ask, enough, seconds=200):
    """The answer, once there is enough of it; another process gives no event to wait for."""
    async with asyncio.timeout(seconds):
        while True:
            answer = await ask()
            if len(answer) >= enough:
                return answer
            await asyncio.sleep(0.05)


class Provider:
    """The sandbox as a process, which can be killed and comes back at the same address."""

    def __init__(self, ledger):
        self.ledger, self.port, self.process = ledger, 0, None

    def start(self):
        command = [CAUCE, "sandbox", "payments", "--port", str(self.port), "--ledger", self.ledger]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[0]
        self.port = int(self.url.rpartition(":")[2])
        return self

    def kill(self):
        self.process.kill()
        self.process.communicate()

    async def post(self, path, body):
        async with aiohttp.ClientSession(self.url) as session, session.post(path, json=body) as reply:
            return await reply.json()

    async def script(self, *kinds):
        faults = [{"kind": kind, "seconds": 0.1} for kind in kinds]
        await self.post("/v1/faults", {"faults": faults})

    async def refunds(self):
        async with aiohttp.ClientSession(self.url) as session, session.get("/v1/refunds") as reply:
            return (await reply.json())["refunds"]


class Shop:
    """Orders that were paid, and the refunds asked for them."""

    def __init__(self, kafka, provider):
        self.kafka, self.provider = kafka, provider

    async def open(self, settings):
        await self.kafka.create(lanes_of(load("payments"), settings), **dict.fromkeys(TOPICS, settings.partitions))

    async def sell_and_refund(self, count=ORDERS):
        charges = await self.provider.post(
            "/v1/charges/batch",
            {
                "charges": [
                    {**gbp(1000 + n).model_dump(), "reference": "pay-1", "order": f"o-{n}"} for n in range(count)
                ]
            },
        )
        async with AIOKafkaProducer(bootstrap_servers=self.kafka.servers) as producer:
            for number, charge in enumerate(charges["charges"]):
                await self._send(producer, "order-placed", self._order(number, charge["id"]))
                await self._send(producer, "refund-requested", self._refund(number))

    async def _send(self, producer, topic, message):
        envelope = Envelope(
            f"{topic}/{message.order_id}", message.type, "/cauce/test/test/0", message.order_id, 1, NOON, "1"
        )
        await producer.send_and_wait(
            self.kafka.settings.topic(topic),
            message.to_bytes(),
            key=message.order_id.encode(),
            headers=envelope.to_headers(),
        )

    def _order(self, number, charge):
        return OrderPlaced(
            order_id=f"o-{number}",
            order_number=f"C-{number}",
            channel="shop",
            channel_order=str(number),
            placed_at=NOON,
            currency="GBP",
            customer=PERSON,
            destination=Destination(country="GB", coordinates=Coordinates(latitude=51.5, longitude=-0.12)),
            ship_option="standard",
            deliver_by=NOON,
            lines=(),
            payments=(Payment(payment_id="pay-1", provider="sandbox", reference=charge, amount=gbp(1000 + number)),),
        )

    def _refund(self, number):
        return RefundRequested(
            order_id=f"o-{number}",
            order_number=f"C-{number}",
            refund_id=f"Ro-{number}-1:desk",
            return_id=f"Ro-{number}-1",
            lines=(RefundLine(line_id="1", quantity=1, amount=gbp(500 + number), tax=gbp(0)),),
            amount=gbp(500 + number),
            customer=PERSON,
        )

    async def facts(self, topic, kind):
        """All messages of a type in a topic."""
        read = await self.kafka.read(topic)
        records = [record for partition in read.values() for record in partition]
        return [kind.read(record.value) for record in records if dict(record.headers)["ce_type"] == kind.type.encode()]

    async def settled(self, count=ORDERS):
        """What was answered, once there is an answer and a fact for each refund."""
        await eventually(lambda: self.facts("refunded", PaymentRefunded), count)
        return await self.facts("payments-results", EffectAnswered)

    async def assert_each_refund_was_made_and_answered_once(self, count=ORDERS):
        owed = {f"o-{number}": 500 + number for number in range(count)}
        ledger = await self.provider.refunds()
        assert {refund["order"]: refund["amount"] for refund in ledger} == owed
        assert len(ledger) == count
        answers = await self.facts("payments-results", EffectAnswered)
        assert Counter(answer.effect_id for answer in answers) == Counter(refund["reference"] for refund in ledger)
        refunded = await self.facts("refunded", PaymentRefunded)
        assert sorted((fact.order_id, fact.amount.amount) for fact in refunded) == sorted(owed.items())
        assert {fact.provider_reference for fact in refunded} == {refund["id"] for refund in ledger}


@pytest.fixture
def provider(tmp_path):
    provider = Provider(tmp_path / "ledger.jsonl").start()
    yield provider
    provider.kill()


@pytest.fixture
async def shop(kafka, provider, settings):
    shop = Shop(kafka, provider)
    await shop.open(settings)
    return shop


@pytest.fixture
def payments(settings, tmp_path, provider, request):
    """Starts workers of payments."""
    fleet = Fleet(settings, HERE / "paying.py", tmp_path)
    failed = request.session.testsfailed
    yield lambda name, **env: fleet.worker(name, CAUCE_PAYMENTS_URL=provider.url, **env).start()
    fleet.end()
    if request.session.testsfailed > failed:
        print(fleet.tell())  # noqa: T201  # pytest shows it beside the failure


@pytest.mark.parametrize(
    "place",
    [
        f"{point}:{passing}"
        for point in ("requested", "attempted", "performed", "recording")
        for passing in (1, ORDERS // 2, ORDERS)
    ]
    + ["committed:1", "committed:2", "committed:4"],
)
async def test_a_worker_killed_anywhere_leaves_one_refund_answered_once(shop, payments, place):
    await shop.sell_and_refund()
    assert await payments("killed", PAYING_DIE_AT=place, CAUCE_INSTANCE="one").exited() == -9
    payments("next", CAUCE_INSTANCE="one")  # a static member need not wait until the group gives the dead one up
    answers = await shop.settled()
    await shop.assert_each_refund_was_made_and_answered_once()
    if place == "performed:1":
        assert [answer.repeats for answer in answers if answer.attempts > 1]
        assert all(answer.repeats == answer.attempts - 1 for answer in answers)


async def test_a_provider_killed_and_started_again_makes_each_refund_once(shop, payments, provider):
    await shop.sell_and_refund()
    await provider.script(*["slow"] * 8)
    payments("worker")
    await eventually(provider.refunds, 1)
    provider.kill()
    provider.start()
    await shop.settled()
    await shop.assert_each_refund_was_made_and_answered_once()


async def test_a_provider_that_hides_what_it_did_makes_each_refund_once(shop, payments, provider):
    await shop.sell_and_refund()
    await provider.script(*["broken-after", "reset-after", "garbage", "throttled", "broken", "reset"] * 3)
    payments("worker")
    answers = await shop.settled()
    await shop.assert_each_refund_was_made_and_answered_once()
    assert sum(answer.attempts - 1 for answer in answers) == 18
    assert sum(answer.repeats for answer in answers) == 15  # whoever is throttled surely did nothing


async def test_a_worker_told_to_stop_records_the_calls_under_way(shop, payments, provider):
    await shop.sell_and_refund()
    await provider.script(*["slow"] * ORDERS)
    first = payments("first")
    await eventually(provider.refunds, 1)
    assert await asyncio.to_thread(first.stop) == 0
    payments("second")
    answers = await shop.settled()
    await shop.assert_each_refund_was_made_and_answered_once()
    assert {answer.repeats for answer in answers} == {0}


async def test_two_workers_of_which_one_is_frozen_make_each_refund_once(shop, payments, provider):
    await provider.script(*["slow"] * ORDERS)
    one, _ = payments("one"), payments("other")
    await shop.sell_and_refund()
    await eventually(provider.refunds, 1)
    one.signal(signal.SIGSTOP)
    await asyncio.sleep(9)  # longer than the session timeout, so that the other takes over
    one.signal(signal.SIGCONT)
    await shop.settled()
    await shop.assert_each_refund_was_made_and_answered_once()
