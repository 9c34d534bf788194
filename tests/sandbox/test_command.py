"""`cauce sandbox payments`: the provider as a process of its own."""

import signal
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

CAUCE = Path(sys.executable).with_name("cauce")
CHARGE = {"amount": 2500, "currency": "GBP", "reference": "pay-1", "order": "order-a"}


@pytest.fixture
def start(tmp_path):
    """Starts the process over the test's ledger, and gives it and its address."""
    running = []

    def start():
        command = [CAUCE, "sandbox", "payments", "--port", "0", "--ledger", tmp_path / "ledger.jsonl"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        running.append(process)
        return process, process.stdout.readline().split()[0]

    yield start
    for process in running:
        process.kill()
        process.communicate()


async def exchange(url, charge_id=None):
    """Charge and refund, or refund alone; the charge's id, the refund and the kinds of the ledger's entries."""
    async with aiohttp.ClientSession(url) as session:
        if charge_id is None:
            async with session.post("/v1/charges", json=CHARGE) as reply:
                charge_id = (await reply.json())["id"]
        refund = {"charge": charge_id, "amount": 1000, "currency": "GBP"}
        async with session.post("/v1/refunds", json=refund, headers={"Idempotency-Key": "key-1"}) as reply:
            refunded = await reply.json()
        async with session.get("/v1/ledger") as reply:
            return charge_id, refunded, [entry["kind"] for entry in (await reply.json())["entries"]]


async def test_what_was_answered_survives_kill_9(start):
    process, url = start()
    charge_id, refunded, _ = await exchange(url)
    process.send_signal(signal.SIGKILL)
    process.wait()
    _, url = start()
    assert await exchange(url, charge_id) == (charge_id, refunded, ["charge", "refund"])


def test_it_listens_on_the_loopback_alone_and_ends_when_told(start):
    process, url = start()
    assert url.startswith("http://127.0.0.1:")
    process.terminate()
    assert process.wait(10) == 0
