"""The channel at its payment provider: what it takes for an order that is refused goes back, once."""

import asyncio
from datetime import UTC, datetime

import pytest
from day.facts import DAY, like

from cauce.demo.channel import Channel
from cauce.demo.customers import Customers
from cauce.runtime.service import Received
from cauce.sandbox.payments import PaymentSandbox, serving
from schemas.envelope import Envelope
from schemas.orders import OrderRefused


class Listener:
    """Takes what is said; no broker is needed to hear it."""

    async def say(self, said):
        self.heard = list(said)


@pytest.fixture
def plan(read):
    return read(*DAY)


async def give_back(channel):
    giving = asyncio.ensure_future(channel.give_back())
    await asyncio.wait_for(channel.refusals.join(), 10)
    giving.cancel()


async def test_the_money_of_a_refused_order_goes_back_once_however_often_it_is_heard_of(plan, tmp_path):
    sandbox = PaymentSandbox(tmp_path / "ledger.jsonl")
    async with serving(sandbox, 0) as url:
        channel, stage = Channel(plan, url, speed=None), Listener()
        await channel.play(stage, lambda _: None)
        assert channel.owing == {"1", "2"}
        for order in ("2", "2", "unknown"):
            channel.hear_refusal(order)
        await give_back(channel)
        again = Channel(plan, url, speed=None)  # it starts anew, and knows nothing of before
        await again.play(stage, lambda _: None)
        again.hear_refusal("2")
        await give_back(again)

    lines = (tmp_path / "ledger.jsonl").read_text().splitlines()
    assert (channel.charged, channel.given_back) == ({"1": 2000, "2": 900}, {"2": 900})
    assert (channel.owing, again.given_back) == ({"1"}, {"2": 900})
    assert sum('"refund"' in line for line in lines) == 1


def test_who_returns_goods_of_an_order_that_was_refused_asks_and_is_answered(read):
    plan = read(*DAY[:2], "C4,MUG,MUG,-1,2010-12-01 09:00:00,2.00,1,United Kingdom")
    envelope = Envelope("id", OrderRefused.type, "/test", "subject", 1, datetime(2010, 12, 1, tzinfo=UTC), "test")
    said = Customers(plan).respond(Received("order-refused", envelope, like(OrderRefused, channel_order="1")))

    assert [one.form.request for one in said] == ["C4-1"]
