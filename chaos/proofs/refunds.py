"""Refunds, asked for once and again, of a provider that hides what it did, by workers that are killed: `refunds`."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chaos.proofs import paying
from chaos.proofs.fleet import Late, Worker
from chaos.proofs.ground import Found, Ground, ground, say
from chaos.proofs.refunding import Provider, Shop, eventually
from schemas.effects import EffectAnswered
from schemas.payments import PaymentRefunded

HIDING = ("broken-after", "reset-after", "garbage")  # done, and we are not told
FAILING = ("broken", "reset", "throttled")  # not done
LATE, LATE_SECONDS = "late", 25.0  # done, and answered after we gave up
FAULTY, ASKED_AGAIN = 0.3, 0.4
WORKERS = ("w0", "w1")
RESTART_SECONDS = 0.5
PARTITIONS = 4
_SCRIPT = 100  # faults that the sandbox takes in one request
_SETTLED_SECONDS = 600.0


class Options(NamedTuple):
    """How many refunds, at how many a second, how many of their calls time out, and how many kills there are."""

    refunds: int
    pace: int
    timeouts: int
    kills: int
    seed: int


async def prove(options: Options) -> Found:
    """The provider's ledger and ours show every refund once."""
    began = time.monotonic()
    async with ground("refunds", partitions=PARTITIONS) as here:
        provider = Provider(here.folder / "ledger.jsonl").start()
        try:
            found = await _refunded(options, here, provider)
        finally:
            provider.kill()
    return {**found, "seconds": round(time.monotonic() - began), "options": options._asdict()}


async def _refunded(options: Options, here: Ground, provider: Provider) -> Found:
    shop, count = Shop(here.kafka, provider), options.refunds
    await shop.open(here.settings)
    await shop.sell(range(count))
    scripted = await _script(options, shop, provider)
    say(f"{count:,} orders paid, {scripted.total():,} calls will go wrong")
    async with here.fleet(paying.PROGRAM) as fleet:
        workers = [fleet.worker(name, CAUCE_INSTANCE=name, CAUCE_PAYMENTS_URL=provider.url) for name in WORKERS]
        asking = asyncio.ensure_future(_ask(options, shop))
        kills = await _kill(workers, options.kills)
        asked = await asking
        say(f"{asked:,} times asked, {kills} kills, waiting until all are answered")
        await eventually(lambda: shop.facts("refunded", PaymentRefunded), count, _SETTLED_SECONDS)
        answers = await shop.facts("payments-results", EffectAnswered)
        codes = fleet.stop()
    wrong = await shop.wrong(count)
    return {
        "proven": not any(wrong.values()) and not any(codes) and kills == options.kills,
        "kills": kills,
        "exit_codes": codes,
        "asked": asked,
        **wrong,
        "faults": dict(scripted),
        "attempts": sum(answer.attempts for answer in answers),
        "repeated_calls": sum(answer.repeats for answer in answers),
    }


async def _script(options: Options, shop: Shop, provider: Provider) -> Counter[str]:
    """What will go wrong, a charge; how many of each kind."""
    draw = random.Random(options.seed)  # noqa: S311  # a seed repeats it
    late = draw.sample(sorted(shop.charges), min(options.timeouts, len(shop.charges)))
    faults = [(number, LATE) for number in late]
    for number in shop.charges:
        if draw.random() < FAULTY:
            faults += [(number, draw.choice(HIDING + FAILING)) for _ in range(draw.randint(1, 2))]
    for start in range(0, len(faults), _SCRIPT):
        some = faults[start : start + _SCRIPT]
        await provider.post("/v1/faults", {"faults": [_fault(shop.charges[number], kind) for number, kind in some]})
    return Counter(kind for _, kind in faults)


def _fault(charge: str, kind: str) -> dict[str, object]:
    return {"kind": kind, "charge": charge, "seconds": LATE_SECONDS if kind == LATE else 0.1}


async def _ask(options: Options, shop: Shop) -> int:
    """Ask for all, some of them again: as the same message, and as another that names the same refund; how often."""
    draw = random.Random(options.seed)  # noqa: S311  # a seed repeats it
    asked = 0
    for start in range(0, options.refunds, options.pace):
        some = range(start, min(options.refunds, start + options.pace))
        again = [number for number in range(some.stop) if draw.random() < ASKED_AGAIN * len(some) / some.stop]
        await shop.ask(some)
        await shop.ask(_half(again, 0))
        await shop.ask(_half(again, 1), cause="again")
        asked += len(some) + len(again)
        await asyncio.sleep(1)
    return asked


def _half(numbers: Sequence[int], which: int) -> Iterable[int]:
    return numbers[which::2]


async def _kill(workers: Sequence[Worker], kills: int) -> int:
    """Each in turn, some time after it has work again; how many were killed."""
    for worker in workers:
        worker.start()
    for number in range(kills):
        worker = workers[number % len(workers)]
        await worker.holding()
        await asyncio.sleep(RESTART_SECONDS * (1 + number % 5))
        if worker.kill() != -9:
            raise Late(f"{worker.name} had ended before it was killed")
        await asyncio.sleep(RESTART_SECONDS)
        worker.start()
    return kills
