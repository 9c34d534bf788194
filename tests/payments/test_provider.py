"""The client of the payment provider, against the real sandbox: which word is final, and which means ask again."""

import aiohttp
import pytest

from cauce.money import Money
from cauce.runtime.service import Answer, ProviderDown
from cauce.runtime.settings import Settings
from cauce.sandbox.payments import PaymentSandbox, serving
from schemas.effects import EffectOutcome
from schemas.payments import RefundPayment
from services.payments.providers.sandbox import Reply, SandboxPayments, answer_of, connect


class Shop:
    """One charge of 2500 at a sandbox, and the client that refunds it."""

    def __init__(self, session, charge):
        self.session, self.charge = session, charge
        self.client = SandboxPayments(session)

    def effect(self, amount=1000, currency="GBP"):
        return RefundPayment(
            order_id="order-a",
            refund_id="refund-1",
            payment_id="pay-1",
            provider="sandbox",
            provider_reference=self.charge,
            amount=Money(amount=amount, currency=currency),
        )

    async def refund(self, key="effect-1", **given):
        return await self.client.perform(self.effect(**given), key, 1)

    async def script(self, kind, seconds=0.0):
        fault = {"kind": kind, "seconds": seconds}
        async with self.session.post("/v1/faults", json={"faults": [fault]}) as reply:
            assert reply.status == 200

    async def refunds(self):
        async with self.session.get("/v1/refunds") as reply:
            return (await reply.json())["refunds"]


@pytest.fixture
async def url(tmp_path):
    async with serving(PaymentSandbox(tmp_path / "ledger.jsonl"), 0) as url:
        yield url


@pytest.fixture
async def shop(url):
    async with aiohttp.ClientSession(url, timeout=aiohttp.ClientTimeout(total=0.3)) as session:
        form = {"amount": 2500, "currency": "GBP", "reference": "pay-1", "order": "order-a"}
        async with session.post("/v1/charges", json=form) as reply:
            charge = (await reply.json())["id"]
        yield Shop(session, charge)


async def test_a_refund_is_done_and_carries_the_effect_as_its_reference(shop):
    answer = await shop.refund()
    (refund,) = await shop.refunds()
    assert answer == Answer(EffectOutcome.DONE, provider_reference=refund["id"])
    assert (refund["reference"], refund["order"], refund["amount"]) == ("effect-1", "order-a", 1000)


async def test_the_same_effect_twice_is_one_refund(shop):
    assert await shop.refund() == await shop.refund()
    assert len(await shop.refunds()) == 1


@pytest.mark.parametrize(
    ("given", "detail"), [({"amount": 2501}, "amount_too_large"), ({"currency": "EUR"}, "currency_mismatch")]
)
async def test_a_refusal_is_final(shop, given, detail):
    assert await shop.refund(**given) == Answer(EffectOutcome.DECLINED, detail=detail)


async def test_a_charge_that_is_not_there_is_final(shop):
    shop.charge = "ch_unknown"
    assert await shop.refund() == Answer(EffectOutcome.DECLINED, detail="resource_missing")


async def test_another_body_under_the_same_key_is_final_and_refunds_nothing(shop):
    await shop.refund()
    assert await shop.refund(amount=1) == Answer(EffectOutcome.DECLINED, detail="idempotency_error")
    assert len(await shop.refunds()) == 1


@pytest.mark.parametrize(
    ("kind", "may_have_acted"),
    [
        ("throttled", False),
        ("broken", True),
        ("broken-after", True),
        ("reset", True),
        ("reset-after", True),
        ("garbage", True),
        ("late", True),
    ],
)
async def test_without_a_final_word_the_same_key_is_asked_again_and_there_is_one_refund(shop, kind, may_have_acted):
    await shop.script(kind, seconds=30)
    with pytest.raises(ProviderDown) as down:
        await shop.refund()
    assert down.value.may_have_acted == may_have_acted
    assert (await shop.refund()).outcome is EffectOutcome.DONE
    assert len(await shop.refunds()) == 1


async def test_patience_is_passed_on(shop):
    await shop.script("throttled", seconds=7)
    with pytest.raises(ProviderDown) as down:
        await shop.refund()
    assert down.value.retry_after_seconds == 7


async def test_what_was_done_is_looked_up_by_the_effect(shop):
    assert await shop.client.look_up(shop.effect(), "effect-1") is None
    answer = await shop.refund()
    assert await shop.client.look_up(shop.effect(), "effect-1") == answer
    assert await shop.client.look_up(shop.effect(), "effect-2") is None


async def test_nobody_at_the_door_is_surely_nothing_done():
    async with aiohttp.ClientSession("http://127.0.0.1:1") as session:
        with pytest.raises(ProviderDown) as down:
            await Shop(session, "ch_1").refund()
    assert not down.value.may_have_acted


async def test_the_client_goes_where_the_settings_of_its_worker_say(url, monkeypatch):
    monkeypatch.setenv("CAUCE_PAYMENTS_URL", "http://127.0.0.1:1")
    async with connect(Settings(payments_url=url)) as client:
        answer = await client.perform(Shop(None, "ch_unknown").effect(), "effect-1", 1)
    assert answer.detail == "resource_missing"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(404, None),
        Reply(404, {"detail": "Not Found"}),
        Reply(200, {"id": "re_1", "status": "pending"}),
        Reply(302, None),
        Reply(401, {"error": {"code": "api_key_expired"}}),
        Reply(409, {"error": {"code": "idempotency_key_in_use"}}),
        Reply(503, None, "not-a-number"),
        Reply(200, ["re_1"]),
        Reply(400, {"error": "no object"}),
    ],
)
def test_only_the_providers_own_words_are_final(reply):
    with pytest.raises(ProviderDown):
        answer_of(reply)
