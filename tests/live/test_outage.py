"""A broker that is stopped and started again under a running `cauce up`: it says so, and goes on by itself."""

import asyncio
import re
import socket
import subprocess
import sys
import time
from contextlib import suppress

import pytest
from aiokafka import AIOKafkaProducer

from cauce.runtime.broker import kafka, ladder
from cauce.runtime.broker.record import LOOPBACK
from cauce.runtime.log_reader import read_to_end
from cauce.runtime.settings import Settings

pytestmark = pytest.mark.live

WORKERS = ("intake-0", "allocation-0", "payments-0", "clock")
MOST_LINES = 40  # of the client, in half a minute of outage; each worker wrote some thousand of them


@pytest.fixture
def up(home):
    """What `cauce up` has said on its terminal so far. Its broker is on a port that another would not choose."""
    with suppress(OSError), socket.create_server((LOOPBACK, kafka.PORT)):
        ladder.obtain(Settings())
    terminal = home / "terminal"
    with terminal.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "cauce", "up"], stdout=out, stderr=out)
    yield terminal
    assert process.poll() is None, terminal.read_text()
    process.terminate()
    assert process.wait(60) == 0


def until(file, text, *, times=1, seconds=120):
    """Wait for a process to write it so many times."""
    deadline = time.monotonic() + seconds
    while not (file.exists() and file.read_text().count(text) >= times):
        assert time.monotonic() < deadline, f"no {text!r} in\n{file.read_text()[-3000:] if file.exists() else file}"
        time.sleep(0.1)


def test_workers_outlive_a_broker_that_is_stopped_and_started_again_and_say_so(home, up):
    logs = home / "logs" / "default"
    for worker in WORKERS[:3]:
        until(logs / f"{worker}.log", "acquired")
    servers = ladder.found(Settings()).servers
    asyncio.run(send(servers, b"garbage 1"))
    asyncio.run(set_aside(servers, 1))

    assert ladder.stop(Settings()).servers == servers
    until(up, f"broker at {servers} does not answer since", times=3)
    assert "start it again (`cauce broker start`" in up.read_text()
    assert ladder.obtain(Settings()).servers == servers

    until(up, f"broker at {servers} answers again after")
    asyncio.run(send(servers, b"garbage 2"))
    asyncio.run(set_aside(servers, 2))
    for worker in WORKERS:
        said = (logs / f"{worker}.log").read_text()
        assert f"broker at {servers} does not answer since" in said
        assert len(re.findall(r"^\S+ \w+ aiokafka", said, flags=re.MULTILINE)) < MOST_LINES


async def send(servers, value):
    async with AIOKafkaProducer(bootstrap_servers=servers) as producer:
        await producer.send_and_wait(Settings().topic("channel-orders"), value, key=value)


async def set_aside(servers, count):
    """Wait until the door of intake has set so many aside."""
    async with asyncio.timeout(120):
        while len([one async for one in read_to_end(servers, Settings(), ["intake-parked"])]) < count:  # noqa: ASYNC110  # another process
            await asyncio.sleep(0.5)
