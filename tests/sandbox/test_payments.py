"""The payment provider that Cauce is tried with: charges, refunds, keys, faults."""

import asyncio
import json
import time

import aiohttp
import pytest

from cauce.runtime.faults import Unavailable
from cauce.sandbox.payments import PaymentSandbox, serving


async def test_a_charge_is_captured_and_found(till):
    charge = await till.charge()
    assert (charge["captured"], charge["amount"], charge["amount_refunded"]) == (True, 2500, 0)
    assert await till.get(f"/v1/charges/{charge['id']}") == (200, charge)


async def test_the_same_charge_of_an_order_is_taken_once(till):
    assert await till.charge() == await till.charge()
    assert len(await till.entries("charge")) == 1


async def test_another_amount_under_the_same_reference_is_refused(till):
    await till.charge()
    refused = await till.charge(amount=1)
    assert refused["error"]["code"] == "charge_exists"


async def test_a_refund_takes_from_its_charge(till):
    charge = await till.charge()
    status, refund = await till.refund(charge["id"], 1000, key="key-1", reference="effect-1", order="order-a")
    assert (status, refund["status"], refund["amount"]) == (200, "succeeded", 1000)
    _, after = await till.get(f"/v1/charges/{charge['id']}")
    assert after["amount_refunded"] == 1000


async def test_the_same_key_and_body_give_the_same_answer_and_one_refund(till):
    charge = await till.charge()
    answers = [await till.refund(charge["id"], 1000, key="key-1") for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert len(await till.entries("refund")) == 1


async def test_the_same_key_with_another_body_is_an_error(till):
    charge = await till.charge()
    await till.refund(charge["id"], 1000, key="key-1")
    status, body = await till.refund(charge["id"], 1001, key="key-1")
    assert (status, body["error"]["code"]) == (400, "idempotency_error")


async def test_the_same_key_at_once_is_a_conflict_and_then_the_answer(till):
    charge = await till.charge()
    await till.script({"kind": "slow", "seconds": 0.1})
    replies = await asyncio.gather(*(till.refund(charge["id"], 1000, key="key-1") for _ in range(2)))
    (_, answer), (status, conflict) = sorted(replies, key=lambda reply: reply[0])
    assert (status, conflict["error"]["code"]) == (409, "idempotency_key_in_use")
    assert await till.refund(charge["id"], 1000, key="key-1") == (200, answer)
    assert len(await till.entries("refund")) == 1


async def test_a_hundred_at_once_with_one_key_are_one_refund(till):
    charge = await till.charge()
    replies = await asyncio.gather(*(till.refund(charge["id"], 1000, key="key-1") for _ in range(100)))
    assert {status for status, _ in replies} <= {200, 409}
    assert len({body["id"] for status, body in replies if status == 200}) == 1
    assert len(await till.entries("refund")) == 1


async def test_a_key_older_than_its_life_is_taken_for_a_new_one(till, watch):
    charge = await till.charge()
    await till.refund(charge["id"], 1000, key="key-1")
    watch.advance(hours=25)
    await till.refund(charge["id"], 1000, key="key-1")
    assert len(await till.entries("refund")) == 2


async def test_more_than_is_left_is_declined_and_remembered(till):
    charge = await till.charge()
    await till.refund(charge["id"], 2000, key="key-1")
    status, body = await till.refund(charge["id"], 501, key="key-2")
    assert (status, body["error"]["code"]) == (402, "amount_too_large")
    assert (await till.refund(charge["id"], 501, key="key-2"))[0] == 402
    assert len(await till.entries("decline")) == 1


async def test_refunds_at_once_never_take_more_than_was_charged(till):
    charge = await till.charge()
    replies = await asyncio.gather(*(till.refund(charge["id"], 400, key=f"key-{n}") for n in range(20)))
    assert sorted(status for status, _ in replies) == [200] * 6 + [402] * 14


async def test_refunds_are_found_by_what_the_merchant_called_them(till):
    charge = await till.charge()
    await till.refund(charge["id"], 100, key="key-1", reference="effect-1")
    await till.refund(charge["id"], 200, key="key-2", reference="effect-2")
    _, found = await till.get("/v1/refunds", charge=charge["id"], reference="effect-2")
    assert [refund["amount"] for refund in found["refunds"]] == [200]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"charge": "ch_unknown", "amount": 1, "currency": "GBP"}, 404, "resource_missing"),
        ({"amount": 1, "currency": "GBP"}, 400, "parameter_invalid"),
        ({"charge": "ch_1", "amount": -1, "currency": "GBP"}, 400, "parameter_invalid"),
        ({"charge": "ch_1", "amount": 1, "currency": "GBP", "card": "4242"}, 400, "parameter_invalid"),
        ("no object", 400, "parameter_invalid"),
    ],
)
async def test_what_cannot_be_a_refund_is_an_error_that_names_the_field(till, body, status, code):
    answered, error = await till.post("/v1/refunds", body)
    assert (answered, error["error"]["code"]) == (status, code)


async def test_another_currency_is_refused(till):
    charge = await till.charge()
    status, body = await till.refund(charge["id"], 1, currency="EUR")
    assert (status, body["error"]["code"]) == (422, "currency_mismatch")


async def test_five_thousand_charges_take_seconds(till):
    charges = [
        {"amount": 100 + n, "currency": "GBP", "reference": f"pay-{n}", "order": f"order-{n}"} for n in range(5000)
    ]
    started = time.monotonic()
    _, answer = await till.post("/v1/charges/batch", {"charges": charges})
    assert [charge["amount"] for charge in answer["charges"]] == [100 + n for n in range(5000)]
    assert time.monotonic() - started < 5


async def test_the_ledger_is_read_again_at_the_start(opened):
    async with opened() as till:
        charge = await till.charge()
        first = await till.refund(charge["id"], 1000, key="key-1")
        await till.refund(charge["id"], 2000, key="key-2")
        _, before = await till.get("/v1/ledger")
    async with opened() as till:
        assert await till.get("/v1/ledger") == (200, before)
        assert await till.refund(charge["id"], 1000, key="key-1") == first
        assert (await till.refund(charge["id"], 2000, key="key-2"))[0] == 402
        assert (await till.refund(charge["id"], 1600, key="key-3"))[0] == 402


async def test_a_line_that_a_kill_cut_short_was_never_answered_and_is_dropped(opened, ledger):
    async with opened() as till:
        await till.charge()
    with ledger.open("ab") as file:
        file.write(b'{"kind": "refund", "charge": "ch_')
    async with opened() as till:
        assert len((await till.get("/v1/ledger"))[1]["entries"]) == 1
        await till.charge(reference="pay-2")
    assert [json.loads(line)["reference"] for line in ledger.read_text().splitlines()] == ["pay-1", "pay-2"]


@pytest.mark.usefixtures("till")
def test_a_ledger_has_one_sandbox(ledger):
    with pytest.raises(Unavailable, match="in use by another sandbox"):
        PaymentSandbox(ledger)


async def test_a_taken_port_is_said(till, tmp_path):
    port = till.session._base_url.port
    with pytest.raises(Unavailable, match=f"port {port} is taken"):
        async with serving(PaymentSandbox(tmp_path / "other"), port):
            pass


NOTHING_DONE = [("throttled", 429), ("broken", 500)]
DONE_ALL_THE_SAME = [("broken-after", 500), ("garbage", 200)]


@pytest.mark.parametrize(("kind", "status"), NOTHING_DONE + DONE_ALL_THE_SAME)
async def test_a_scripted_fault_comes_once_and_the_key_tells_what_became_of_it(till, kind, status):
    charge = await till.charge()
    await till.script({"kind": kind, "seconds": 7})
    assert (await till.refund(charge["id"], 1000, key="key-1"))[0] == status
    assert len(await till.entries("refund")) == ((kind, status) in DONE_ALL_THE_SAME)
    assert (await till.refund(charge["id"], 1000, key="key-1"))[0] == 200
    assert len(await till.entries("refund")) == 1


async def test_throttling_says_for_how_long(till):
    charge = await till.charge()
    await till.script({"kind": "throttled", "seconds": 7})
    async with till.session.post("/v1/refunds", json={"charge": charge["id"], "amount": 1, "currency": "GBP"}) as reply:
        assert reply.headers["Retry-After"] == "7"


@pytest.mark.parametrize(("kind", "refunds"), [("reset", 0), ("reset-after", 1)])
async def test_a_connection_may_break_before_or_after_the_work(till, kind, refunds):
    charge = await till.charge()
    await till.script({"kind": kind})
    with pytest.raises(aiohttp.ClientError):
        await till.refund(charge["id"], 1000, key="key-1")
    assert len(await till.entries("refund")) == refunds


async def test_an_answer_may_come_too_late_although_the_work_was_done(till):
    charge = await till.charge()
    await till.script({"kind": "late", "seconds": 60})
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await till.refund(charge["id"], 1000, key="key-1")
    assert (await till.refund(charge["id"], 1000, key="key-1"))[0] == 200
    assert len(await till.entries("refund")) == 1


async def test_a_fault_may_be_for_one_charge_alone(till):
    one, other = await till.charge(), await till.charge(reference="pay-2")
    await till.script({"kind": "broken", "charge": other["id"], "times": 2})
    assert (await till.refund(one["id"], 1))[0] == 200
    assert (await till.refund(other["id"], 1))[0] == 500
    async with till.session.delete("/v1/faults") as reply:
        assert (await reply.json())["left"] == 0
    assert (await till.refund(other["id"], 1))[0] == 200
