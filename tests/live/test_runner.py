"""Refunds through a real broker and a real provider, with kills on both sides: one refund each, answered once."""

import asyncio
import signal

import pytest

from chaos.proofs import paying
from chaos.proofs.fleet import Fleet
from chaos.proofs.refunding import Provider, Shop, eventually

ORDERS = 24
ONCE_A_REFUND = ("request-after", "call-before", "call-after", "answer-after")


async def assert_each_refund_was_made_and_answered_once(shop):
    wrong = await shop.wrong(ORDERS)
    assert wrong == dict.fromkeys(wrong, 0)


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
    fleet = Fleet(settings, paying.PROGRAM, tmp_path)
    failed = request.session.testsfailed
    yield lambda name, **env: fleet.worker(name, CAUCE_PAYMENTS_URL=provider.url, **env).start()
    fleet.end()
    if request.session.testsfailed > failed:
        print(fleet.tell())  # noqa: T201  # pytest shows it beside the failure


@pytest.mark.parametrize(
    "place",
    [f"{point}:{passing}" for point in ONCE_A_REFUND for passing in (1, ORDERS // 2, ORDERS)]
    + ["transact-after:1", "transact-after:2", "transact-after:4"],
)
async def test_a_worker_killed_anywhere_leaves_one_refund_answered_once(shop, payments, place):
    await shop.sell_and_refund(ORDERS)
    assert await payments("killed", PAYING_DIE_AT=place, CAUCE_INSTANCE="one").exited() == -9
    payments("next", CAUCE_INSTANCE="one")  # a static member need not wait until the group gives the dead one up
    answers = await shop.settled(ORDERS)
    await assert_each_refund_was_made_and_answered_once(shop)
    if place == "call-after:1":
        assert [answer.repeats for answer in answers if answer.attempts > 1]
        assert all(answer.repeats == answer.attempts - 1 for answer in answers)


async def test_a_provider_killed_and_started_again_makes_each_refund_once(shop, payments, provider):
    await shop.sell_and_refund(ORDERS)
    await provider.script(*["slow"] * 8)
    payments("worker")
    await eventually(provider.refunds, 1)
    provider.kill()
    provider.start()
    await shop.settled(ORDERS)
    await assert_each_refund_was_made_and_answered_once(shop)


async def test_a_provider_that_hides_what_it_did_makes_each_refund_once(shop, payments, provider):
    await shop.sell_and_refund(ORDERS)
    await provider.script(*["broken-after", "reset-after", "garbage", "throttled", "broken", "reset"] * 3)
    payments("worker")
    answers = await shop.settled(ORDERS)
    await assert_each_refund_was_made_and_answered_once(shop)
    assert sum(answer.attempts - 1 for answer in answers) == 18
    assert sum(answer.repeats for answer in answers) == 15  # whoever is throttled surely did nothing


async def test_a_worker_told_to_stop_records_the_calls_under_way(shop, payments, provider):
    await shop.sell_and_refund(ORDERS)
    await provider.script(*["slow"] * ORDERS)
    first = payments("first")
    await eventually(provider.refunds, 1)
    assert await asyncio.to_thread(first.stop) == 0
    payments("second")
    answers = await shop.settled(ORDERS)
    await assert_each_refund_was_made_and_answered_once(shop)
    assert {answer.repeats for answer in answers} == {0}


async def test_two_workers_of_which_one_is_frozen_make_each_refund_once(shop, payments, provider):
    await provider.script(*["slow"] * ORDERS)
    one, _ = payments("one"), payments("other")
    await shop.sell_and_refund(ORDERS)
    await eventually(provider.refunds, 1)
    one.signal(signal.SIGSTOP)
    await asyncio.sleep(9)  # longer than the session timeout, so that the other takes over
    one.signal(signal.SIGCONT)
    await shop.settled(ORDERS)
    await assert_each_refund_was_made_and_answered_once(shop)
