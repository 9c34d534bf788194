"""The payment provider, served as in life: over HTTP on the loopback, with its ledger in a file."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from cauce.sandbox.payments import PaymentSandbox, serving

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CHARGE = {"amount": 2500, "currency": "GBP", "reference": "pay-1", "order": "order-a"}


class Till:
    """A client of one running sandbox."""

    def __init__(self, session):
        self.session = session

    async def get(self, path, **query):
        async with self.session.get(path, params=query) as reply:
            return reply.status, await reply.json()

    async def post(self, path, body, **headers):
        async with self.session.post(path, json=body, headers=headers) as reply:
            content = reply.content_type == "application/json" and await reply.json()
            return reply.status, content or await reply.text()

    async def charge(self, **other):
        _, charge = await self.post("/v1/charges", {**CHARGE, **other})
        return charge

    async def refund(self, charge, amount, key="", **other):
        body = {"charge": charge, "amount": amount, "currency": "GBP", **other}
        return await self.post("/v1/refunds", body, **({"Idempotency-Key": key} if key else {}))

    async def script(self, *faults):
        await self.post("/v1/faults", {"faults": faults})

    async def entries(self, kind):
        _, ledger = await self.get("/v1/ledger")
        return [entry for entry in ledger["entries"] if entry["kind"] == kind]


class Watch:
    """The sandbox's clock, set by the test."""

    def __init__(self):
        self.at = NOON

    def __call__(self):
        return self.at

    def advance(self, **given):
        self.at += timedelta(**given)


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def ledger(tmp_path):
    return tmp_path / "ledger.jsonl"


@pytest.fixture
def opened(ledger, watch):
    """Opens the sandbox over the test's ledger, as often as the test wants."""

    @asynccontextmanager
    async def opened():
        async with serving(PaymentSandbox(ledger, clock=watch), 0) as url, aiohttp.ClientSession(url) as session:
            yield Till(session)

    return opened


@pytest.fixture
async def till(opened):
    async with opened() as till:
        yield till
