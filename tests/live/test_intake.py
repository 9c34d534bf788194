"""Intake on a real broker: what channels send, through the door and the lane, with a kill -9 in between.

And what an operator does with what the door set aside.
"""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections import Counter

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from click.testing import CliRunner

from cauce.audit.reading import audit
from cauce.cli import main
from cauce.runtime.assembly import lanes_of
from cauce.runtime.doors.aside import send_again, set_aside
from cauce.runtime.doors.vault import Vault
from cauce.runtime.engine.parking import about, is_note
from cauce.runtime.engine.work import MAX_VALUE_BYTES
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


@pytest.fixture
def cauce(deployment):
    """`cauce parked` as an operator calls it: exit code and output."""

    async def run(*words, home=deployment.home):
        env = {"CAUCE_SERVERS": deployment.servers, "CAUCE_PREFIX": deployment.prefix, "CAUCE_HOME": str(home)}
        done = await asyncio.to_thread(CliRunner().invoke, main, ["parked", *map(str, words)], env=env)
        return done.exit_code, done.output

    return run


async def listed(cauce):
    """The rows by what their records are for: the reason tells."""
    code, output = await cauce("list", "intake", "--json")
    assert code == 0, output
    return {row["reason"]: row for row in map(json.loads, output.splitlines())}


MENDABLE = order(1).replace(b'"currency": "GBP", ', b"")
NO_CURRENCY, NO_JSON, NO_FORM = "order.currency: missing", "not JSON: line 1, column 2", "not JSON: line 1, column 1"


async def test_what_the_door_set_aside_is_seen_mended_and_given_up_by_an_operator(deployment, start, cauce, tmp_path):
    mended = tmp_path / "mended.json"
    mended.write_bytes(order(1))
    async with reading(deployment, "order-placed") as facts, reading(deployment, "intake-parked") as parked:
        worker = start()
        await send(deployment, [MENDABLE, b"{\x1b[2J", b"x" * MAX_VALUE_BYTES])
        await taken(parked, 3)
        rows = await listed(cauce)
        assert {(row["state"], row["next"], row["service"]) for row in rows.values()} == {
            ("set aside", "next", "intake")
        }
        assert set(rows) == {NO_CURRENCY, NO_JSON, NO_FORM}
        number, other, large = (rows[reason]["number"] for reason in (NO_CURRENCY, NO_JSON, NO_FORM))
        before = {one.number: one for one in await set_aside(deployment.servers, deployment.prefix, ["intake"])}

        await assert_content_is_shown_only_when_opened(cauce, rows[NO_CURRENCY], tmp_path / "elsewhere")
        assert (await cauce("show", "intake", other, "--open"))[1].endswith("{\\x1b[2J\n")
        code, shown = await cauce("show", "intake", large, "--open")
        assert f"too large to seal: it lies in its raw topic, at {rows[NO_FORM]['came_as']}" in shown

        assert await cauce("retry", "intake", number, "--value", mended) == (0, "1 record sent back\n")
        (placed,) = await taken(facts, 1)
        assert OrderPlaced.read(placed.value).channel_order == "1"
        assert set(await listed(cauce)) == {NO_JSON, NO_FORM}
        code, refused = await cauce("retry", "intake", number)
        assert (code, refused) == (2, f"Error: {number} does not wait; see `cauce parked list`\n")

        assert await cauce("drop", "intake", other, "--because", "spam") == (0, "1 record given up\n")
        assert await cauce("retry", "intake", "--all") == (0, "1 record sent back\n")
        assert [is_note(record.headers) for record in await taken(parked, 4)].count(True) == 3
        again = await listed(cauce)
        assert set(again) == {NO_FORM}
        assert again[NO_FORM]["number"] != large

        await send_again(deployment.servers, deployment.prefix, [(before[number], order(1))])
        async with reading(deployment, "intake-commands") as commands:
            await taken(commands, 2)
        await send(deployment, [order(2)])
        (placed,) = await taken(facts, 1)
        assert OrderPlaced.read(placed.value).channel_order == "2"
        assert await cauce("drop", "intake", "--all", "--because", "a test") == (0, "1 record given up\n")
        assert await cauce("list", "intake") == (0, "nothing waits\n")
        assert await facts.getmany(timeout_ms=1500) == {}
        worker.terminate()
        assert await asyncio.to_thread(worker.wait, 30) == 0
    verdict = await audit(deployment.servers, deployment, progress=lambda _: None)
    assert {broken.law for broken in verdict.violations} == {7}, "nobody promises units here; no input is lost"


async def assert_content_is_shown_only_when_opened(cauce, row, elsewhere):
    show = ("show", "intake", row["number"])
    code, shown = await cauce(*show)
    assert code == 0
    assert f"reason: {NO_CURRENCY}\ncame_as: {row['came_as']}\nheader sealed: deployment\nsealed: --open" in shown
    assert "Ada" not in shown
    code, shown = await cauce(*show, "--open")
    assert (code, shown.rpartition("deployment\n")[2]) == (0, MENDABLE.decode() + "\n")
    for words in ((*show, "--open"), ("retry", "intake", row["number"])):
        code, refused = await cauce(*words, home=elsewhere)
        assert (code, "Ada" in refused) == (2, False)
        assert "has no secret" in refused
        assert "copy the whole folder `vault`" in refused
    assert not elsewhere.exists()
