"""Facts on a real broker become mails in a folder, each once, whatever is killed in between."""

import asyncio
import os
import subprocess
import sys
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from cauce.runtime.assembly import lanes_of
from cauce.runtime.doors.vault import Vault
from cauce.runtime.topics import create_topics, specs
from schemas.envelope import Envelope
from schemas.notices import CustomerNotified
from schemas.orders import OrderPlaced, PersonalDetails
from schemas.shipments import ParcelShipped
from services.notify.worker import SERVICE

pytestmark = pytest.mark.live

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"
ORDERS = 150
PLACED = OrderPlaced.read((EXAMPLES / "order.placed.v1" / "two-lines.json").read_bytes())
SHIPPED = ParcelShipped.read((EXAMPLES / "parcel.shipped.v1" / "one-line.json").read_bytes())


@pytest.fixture
async def facts(settings):
    """Orders taken and shipped, two for each person, each fact twice."""
    await create_topics(settings.servers, settings, specs(settings, lanes_of(SERVICE, settings)))
    vault = Vault(settings.home)
    async with AIOKafkaProducer(bootstrap_servers=settings.servers) as producer:
        for number in range(ORDERS):
            for topic, fact in (("order-placed", _of(PLACED, number, vault)), ("shipped", _of(SHIPPED, number, vault))):
                envelope = Envelope(
                    id=f"{topic}/{number}",
                    type=fact.type,
                    source="/cauce/test/test/0",
                    subject=fact.order_id,
                    sequence=1,
                    at=PLACED.placed_at,
                    release="1",
                )
                for _ in range(2):
                    await producer.send(
                        settings.topic(topic),
                        fact.to_bytes(),
                        key=fact.order_id.encode(),
                        headers=envelope.to_headers(),
                    )
    vault.close()


def _of(fact, number, vault):
    person = f"person-{number // 2}"
    details = PersonalDetails(name=f"Ana {person}", email=f"{person}@example.com", country="ES")
    customer = fact.customer.model_copy(update={"person_id": person, "personal": vault.seal(person, details)})
    named = {"order_id": f"o{number}", "order_number": f"WEB-{number}", "customer": customer}
    return fact.model_copy(update=named | ({"shipment_id": f"o{number}-1"} if isinstance(fact, ParcelShipped) else {}))


class Worker:
    """`cauce run notify`, to be killed and started again."""

    def __init__(self, settings):
        own = {"SERVERS": settings.servers, "PREFIX": settings.prefix, "HOME": settings.home, "INSTANCE": "w0"}
        self._env = {**os.environ, **{f"CAUCE_{name}": str(value) for name, value in own.items()}}
        self._log = settings.home / "worker.log"
        self.process = None

    def start(self):
        with self._log.open("ab") as log:
            command = [sys.executable, "-m", "cauce", "run", "notify"]
            self.process = subprocess.Popen(command, env=self._env, stdout=log, stderr=log)

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def worker(settings):
    worker = Worker(settings)
    yield worker
    worker.kill()


async def test_each_notice_is_one_mail_and_repeats_around_a_kill_are_counted(settings, facts, worker):  # noqa: ARG001
    folder = settings.home / "mail"
    worker.start()
    for kills in (1, 2):
        await _until(lambda wanted=kills * ORDERS // 2: _count(folder) >= wanted)
        worker.kill()
        worker.start()
    told = await _notified(settings, 2 * ORDERS)
    mails = {path.name: message_from_bytes(path.read_bytes(), policy=SMTP) for path in folder.glob("*.eml")}
    once = {name: mail for name, mail in mails.items() if ".repeat-" not in name}
    assert len(told) == len({(fact.kind, fact.reference) for fact in told}) == 2 * ORDERS
    assert {mail["Message-ID"] for mail in once.values()} == {fact.message_id for fact in told}
    assert len(mails) - len(once) <= sum(fact.repeats for fact in told)
    for mail in once.values():
        assert f" Ana {mail['To'].addresses[0].username}" in mail.get_content().splitlines()[0]


def _count(folder):
    return len(list(folder.glob("*.eml"))) if folder.exists() else 0


async def _until(holds):
    """Another process gives no event to wait for."""
    async with asyncio.timeout(120):
        while not holds():  # noqa: ASYNC110  # see above
            await asyncio.sleep(0.02)


async def _notified(settings, wanted):
    consumer = AIOKafkaConsumer(
        settings.topic("notified"),
        bootstrap_servers=settings.servers,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    told = []
    async with consumer, asyncio.timeout(120):
        while len(told) < wanted:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                told += [CustomerNotified.read(record.value) for record in records]
    return told
