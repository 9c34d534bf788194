"""Intake on a real broker: what channels send, through the door and the lane, with a kill -9 in between."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections import Counter

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from cauce.runtime.assembly import lanes_of
from cauce.runtime.doors.vault import Vault
from cauce.runtime.engine.parking import about
from cauce.runtime.topics import create_topics, specs
from schemas.envelope import Envelope
from schemas.orders import OrderPlaced, PersonalDetails
from services.intake.worker import SERVICE

pytestmark = pytest.mark.live

ORDERS, UNREADABLE = 300, 20


def order(number):
    form = {
        "kind": "order",
        "channel": "web",
        "order": str(number),
        "customer": f"c{number % 10}",
        "placed_at": "2026-03-02T08:26:00Z",
        "currency": "GBP",
        "ship_to": {"name": f"Ada {number % 10}", "street": "12 St James's Square", "country": "GB"},
        "lines": [{"sku": "MUG", "quantity": 2, "unit_price": 450, "amount": 900}],
    }
    return json.dumps(form).encode()


@pytest.fixture
async def deployment(settings):
    lanes = lanes_of(SERVICE, settings)
    await create_topics(settings.servers, settings, specs(settings, lanes))
    return settings


@pytest.fixture
def start(deployment, tmp_path):
    """Starts a worker of intake, as an operator does."""
    started = []

    def worker():
        own = {"SERVERS": deployment.servers, "PREFIX": deployment.prefix, "HOME": str(deployment.home)}
        env = {**os.environ, **{f"CAUCE_{name}": value for name, value in own.items()}}
        with (tmp_path / "worker.log").open("ab") as log:
            command = [sys.executable, "-m", "cauce", "run", "intake"]
            started.append(subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True))
        return started[-1]

    yield worker
    for process in started:
        process.kill()
        process.wait()


@contextlib.asynccontextmanager
async def reading(settings, topic):
    consumer = AIOKafkaConsumer(
        settings.topic(topic),
        bootstrap_servers=settings.servers,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def taken(consumer, count):
    return [await asyncio.wait_for(consumer.getone(), 60) for _ in range(count)]


async def send(settings, values):
    producer = AIOKafkaProducer(bootstrap_servers=settings.servers)
    await producer.start()
    for number, value in enumerate(values):
        await producer.send(
            settings.topic("channel-orders"), value, key=b"%d" % number, headers=[("lane-drop", b"intake-door/x/1/0")]
        )
    await producer.stop()


async def test_every_order_is_placed_once_and_what_is_unreadable_waits_sealed(deployment, start):
    orders = [order(number) for number in range(ORDERS)]
    bad = [b'{"kind":"order","name":"Ada %d"}' % number for number in range(UNREADABLE)]
    async with reading(deployment, "order-placed") as facts, reading(deployment, "intake-parked") as parked:
        first = start()
        await send(deployment, [*orders, *bad])
        found = await taken(facts, ORDERS // 3)
        first.kill()
        first.wait()
        await send(deployment, orders)
        worker = start()
        found += await taken(facts, ORDERS - ORDERS // 3)
        aside = await taken(parked, UNREADABLE)
        async with reading(deployment, "intake-commands") as commands:
            await taken(commands, 2 * ORDERS)
            assert await commands.getmany(timeout_ms=1500) == {}
        assert await facts.getmany(timeout_ms=100) == {}
        worker.terminate()
        assert await asyncio.to_thread(worker.wait, 30) == 0
    placed = [OrderPlaced.read(record.value) for record in found]
    assert Counter(one.channel_order for one in placed) == Counter(str(number) for number in range(ORDERS))
    assert {Envelope.from_headers(list(record.headers)).sequence for record in found} == {1}
    vault = Vault(deployment.home)
    assert {vault.open(one.customer.personal, PersonalDetails).name for one in placed} == {
        f"Ada {n}" for n in range(10)
    }
    assert sorted(vault.open_raw(record.value) for record in aside) == sorted(bad)
    assert {about(list(record.headers)).lane for record in aside} == {"intake-door"}
    vault.close()
