"""Kill -9 at every point of a lane's tenure and of a runner's effect, each many times: `points`.

Two static workers die side by side, each at the next point of its list, and are started again, while work keeps coming.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from chaos.proofs import counting, paying
from chaos.proofs.counted import INPUTS, NOTHING_WRONG, differences, drained, records
from chaos.proofs.crash_points import Point
from chaos.proofs.feed import Feed
from chaos.proofs.fleet import Fleet, Late, Worker
from chaos.proofs.ground import Found, Ground, ground, say
from chaos.proofs.lane_points import COMMITTING, DECIDING, RESTORING, TAKING
from chaos.proofs.refund_points import PERFORMING
from chaos.proofs.refunding import Provider, Shop, eventually
from schemas.payments import PaymentRefunded

LANE_GROUPS: dict[str, dict[str, Point]] = {"taking": TAKING, "deciding": DECIDING, "committing": COMMITTING}
RUNNER_GROUPS: dict[str, dict[str, Point]] = {"performing": PERFORMING, "recording": COMMITTING}
WORKERS = ("w0", "w1")
DIES_SECONDS = 90.0
_A_RECORD = frozenset({"put-before", "put-after", "send-before", "send-after"})  # passed once a record
_MOST_RECORDS, _MOST_BATCHES, _MOST_TENURES, _MOST_REFUNDS = 100, 8, 3, 6
LANE_PACE, ORDERS_A_SECOND = 600.0, 15
_REFUND_SECONDS = 200.0


class Options(NamedTuple):
    """Which groups of points, how often each; the seed says at which of its passings a point kills."""

    groups: tuple[str, ...]
    times: int
    seed: int


class Death(NamedTuple):
    """A point, and at which of its passings by one process it kills."""

    point: str
    passing: int


async def prove(options: Options) -> Found:
    """Nothing lost, nothing doubled, and every refund made, answered and told once."""
    began = time.monotonic()
    found: Found = {"proven": True}
    lane = [name for name in LANE_GROUPS if name in options.groups]
    runner = [name for name in RUNNER_GROUPS if name in options.groups]
    if lane:
        found["lane"] = await _lane(options, [point for name in lane for point in LANE_GROUPS[name]])
    if runner:
        found["runner"] = await _runner(options, [point for name in runner for point in RUNNER_GROUPS[name]])
    parts = [found[part] for part in ("lane", "runner") if part in found]
    found["proven"] = bool(parts) and all(part.pop("proven") for part in parts)
    return {**found, "seconds": round(time.monotonic() - began), "options": options._asdict()}


async def _lane(options: Options, points: Sequence[str]) -> Found:
    async with ground("points", partitions=INPUTS["orders"], pools=INPUTS["notes"]) as here:
        await here.kafka.create(counting.LANES, **INPUTS, stock_out=4, mail_out=4)
        feed = Feed(here.kafka)
        async with here.fleet(counting.PROGRAM) as fleet:
            async with feed.feeding(records(poison=2000, seed=options.seed), LANE_PACE):
                dead = await _die(fleet, points, options, "COUNTING_DIE_AT", COUNTING_BATCH="50")
            await _serve(fleet)
            await drained(here.kafka)
            codes = [worker.stop() for worker in fleet.workers]
        wrong = await differences(here.kafka, feed)
    return {
        "proven": wrong == NOTHING_WRONG and not any(codes) and _is_complete(dead, points, options),
        "events": feed.count,
        "kills": dead.total(),
        **{name: sum(getattr(one, name) for one in wrong.values()) for name in NOTHING_WRONG["stock-out"]._fields},
        "by_point": dict(dead),
    }


async def _runner(options: Options, points: Sequence[str]) -> Found:
    async with ground("points", partitions=4) as here:
        provider = Provider(here.folder / "ledger.jsonl").start()
        try:
            return await _refunded(options, points, here, provider)
        finally:
            provider.kill()


async def _refunded(options: Options, points: Sequence[str], here: Ground, provider: Provider) -> Found:
    shop = Shop(here.kafka, provider)
    await shop.open(here.settings)
    async with here.fleet(paying.PROGRAM) as fleet:
        asking = asyncio.ensure_future(_keep_asking(shop))
        try:
            dead = await _die(fleet, points, options, "PAYING_DIE_AT", CAUCE_PAYMENTS_URL=provider.url)
        finally:
            asking.cancel()
            count = len(shop.charges)
        await asyncio.wait([asking])
        await shop.sell_and_refund(count)  # all once more: the last were perhaps not said to the end
        await _serve(fleet)
        await eventually(lambda: shop.facts("refunded", PaymentRefunded), count, _REFUND_SECONDS)
        codes = [worker.stop() for worker in fleet.workers]
    wrong = await shop.wrong(count)
    return {
        "proven": not any(wrong.values()) and not any(codes) and _is_complete(dead, points, options),
        "refunds": count,
        "kills": dead.total(),
        **wrong,
        "by_point": dict(dead),
    }


async def _keep_asking(shop: Shop) -> None:
    """So many orders a second are sold, and their refunds asked for, until canceled."""
    number = 0
    while True:
        some = range(number, number + ORDERS_A_SECOND)
        await shop.sell(some)
        await shop.ask(some)
        number += ORDERS_A_SECOND
        await asyncio.sleep(1)


async def _die(fleet: Fleet, points: Sequence[str], options: Options, variable: str, **env: str) -> Counter[str]:
    """Every worker at its share of all deaths; how often each point killed."""
    deaths = _deaths(points, options)
    workers = [fleet.worker(name, CAUCE_INSTANCE=name, **env) for name in WORKERS]
    shares = [deaths[place :: len(workers)] for place in range(len(workers))]
    dead = Counter[str]()
    dying = (_die_each(worker, share, variable, dead) for worker, share in zip(workers, shares, strict=True))
    async with asyncio.TaskGroup() as group:
        for one in dying:
            group.create_task(one)
    return dead


async def _die_each(worker: Worker, deaths: Sequence[Death], variable: str, dead: Counter[str]) -> None:
    for number, death in enumerate(deaths, start=1):
        if death.point in RESTORING:
            worker.wipe()
        worker.start(**{variable: f"{death.point}:{death.passing}"})
        code = await worker.left(DIES_SECONDS)
        if code != -9:
            raise Late(f"{worker.name} ended with {code}, it was to die at {death.point}:{death.passing}")
        dead[death.point] += 1
        if number % 10 == 0:
            say(f"{worker.name} died {number} times of {len(deaths)}, last at {death.point}:{death.passing}")


def _deaths(points: Sequence[str], options: Options) -> list[Death]:
    """Every point `times` times, in an order that the seed shuffles."""
    draw = random.Random(options.seed)  # noqa: S311  # a seed repeats it
    deaths = [Death(point, 1 + draw.randrange(_most(point))) for point in points for _ in range(options.times)]
    draw.shuffle(deaths)
    return deaths


def _most(point: str) -> int:
    """The latest passing at which a point kills: one that a process comes to within seconds."""
    if point in _A_RECORD:
        return _MOST_RECORDS
    if point in TAKING:
        return _MOST_TENURES
    return _MOST_REFUNDS if point in PERFORMING else _MOST_BATCHES


async def _serve(fleet: Fleet) -> None:
    """Everybody once more, and no more faults."""
    for worker in fleet.workers:
        worker.start()
    for worker in fleet.workers:
        await worker.holding()


def _is_complete(dead: Counter[str], points: Sequence[str], options: Options) -> bool:
    return all(dead[point] == options.times for point in points)


def groups() -> list[str]:
    """The names of all groups."""
    return [*LANE_GROUPS, *RUNNER_GROUPS]
