"""The gate: one transaction at a time, none while suspended, last words at the closing, none after."""

import asyncio

import pytest

from cauce.runtime.engine.gate import Gate
from cauce.runtime.lane import TenureLost


async def passing(gate, log, word, until=None, *, begun=None):
    async with gate.between_batches():
        log.append(f"+{word}")
        if begun is not None:
            begun.set()
        if until is not None:
            await until.wait()
        log.append(f"-{word}")


async def test_a_batch_begins_only_while_the_gate_is_open():
    gate, seen = Gate("lane-0"), []
    for step in (None, gate.resume, gate.suspend, gate.resume, gate.let_last_words, gate.close):
        if step is not None:
            step()
        async with gate.batch() as may_begin:
            seen.append(may_begin)
    assert seen == [False, True, False, True, False, False]


async def test_one_transaction_at_a_time():
    gate, log, begun, go_on = Gate("lane-0"), [], asyncio.Event(), asyncio.Event()
    gate.resume()
    first = asyncio.ensure_future(passing(gate, log, "a", go_on, begun=begun))
    await begun.wait()
    second = asyncio.ensure_future(passing(gate, log, "b"))
    await asyncio.sleep(0)
    settled = asyncio.ensure_future(gate.settle())
    go_on.set()
    await asyncio.gather(first, second, settled)
    assert log == ["+a", "-a", "+b", "-b"]


async def test_the_background_waits_through_a_suspension_without_holding_up_its_settling():
    gate, log = Gate("lane-0"), []
    waiting = asyncio.ensure_future(passing(gate, log, "a"))
    async with asyncio.timeout(5):
        await gate.settle()
    assert not log
    gate.resume()
    await waiting
    assert log == ["+a", "-a"]


async def test_the_background_has_last_words_and_then_is_told_that_the_tenure_is_lost():
    gate, log = Gate("lane-0"), []
    gate.let_last_words()
    await passing(gate, log, "a")
    waiting = asyncio.ensure_future(passing(Gate("other"), log, "never"))
    gate.close()
    with pytest.raises(TenureLost, match="lane-0 was given up"):
        await passing(gate, log, "b")
    waiting.cancel()
    assert log == ["+a", "-a"]


async def test_who_waits_when_the_gate_closes_is_told():
    gate, log = Gate("lane-0"), []
    waiting = asyncio.ensure_future(passing(gate, log, "a"))
    await asyncio.sleep(0)
    gate.close()
    with pytest.raises(TenureLost):
        await waiting
