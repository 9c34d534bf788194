"""A million events through two counting lanes while every worker is struck again and again: `lane`.

Every output record and every row is recomputed afterwards. How long a place stood still is seen from its commits: from
the strike on the worker that held it to its first commit by another process; and for who was not struck, the longest
time between two commits of one process.
"""

import asyncio
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from chaos.proofs import counting
from chaos.proofs.beats import Beat, longest_gap, read_beats
from chaos.proofs.counted import INPUTS, NOTHING_WRONG, differences, drained, records, retry_all
from chaos.proofs.feed import Feed
from chaos.proofs.fleet import Fleet, Late, Place, Worker
from chaos.proofs.ground import Found, Ground, ground, say
from chaos.recovery import percentiles

PARTITIONS, POOLS = INPUTS["orders"], INPUTS["notes"]
PLACES = frozenset({*(("stock", n) for n in range(PARTITIONS)), *(("mail", n) for n in range(POOLS))})
RESTART_SECONDS = 0.5  # as the supervisor waits
BACK_SECONDS = 60.0
DRAIN_SECONDS = 300.0


class Options(NamedTuple):
    """Each of `workers` is struck `strikes` times, by kill -9 or SIGTERM; its name makes it a static member."""

    events: int
    workers: int
    strikes: int
    static: bool
    graceful: bool
    pace: float
    seed: int
    brokers: int


class Strike(NamedTuple):
    """One worker that was ended: when, what it held, when it and its places were back at work.

    `restart` is how long its next process took from its start until it had tenures; `unfinished` are the events that
    nobody had decided when the fault ended and that process began.
    """

    name: str
    pid: int
    at: float
    held: frozenset[Place]
    back: float
    restart: float
    unfinished: int


async def prove(options: Options) -> Found:
    """Nothing lost, doubled, out of order or miscounted, and how long places stood still."""
    began = time.monotonic()
    async with ground("lane", brokers=options.brokers, partitions=PARTITIONS, pools=POOLS) as here:
        await here.kafka.create(counting.LANES, **INPUTS, stock_out=PARTITIONS, mail_out=PARTITIONS)
        feed = Feed(here.kafka)
        async with here.fleet(counting.PROGRAM) as fleet:
            run = Run(options, here, fleet, feed)
            await run.struck()
            say(f"{feed.count:,} events written, waiting until all are decided")
            await drained(here.kafka, DRAIN_SECONDS)
            codes = [worker.stop() for worker in fleet.workers]
        say("recomputing every record and every row")
        wrong = await differences(here.kafka, feed)
        found = report(options, run.strikes, read_beats(run.beats))
        clean = wrong == NOTHING_WRONG and not any(codes)
        return {
            "proven": clean and enough(options, run.strikes, feed.count),
            "exit_codes": codes,
            "events": feed.count,
            **{name: sum(getattr(one, name) for one in wrong.values()) for name in NOTHING_WRONG["stock-out"]._fields},
            "parked_and_mended": run.mended,
            **found,
            "seconds": round(time.monotonic() - began),
            "options": options._asdict(),
        }


class Run:
    """Workers that are struck while events come."""

    def __init__(self, options: Options, here: Ground, fleet: Fleet, feed: Feed) -> None:
        self._options, self._here, self._fleet, self._feed = options, here, fleet, feed
        self._draw = random.Random(options.seed)  # noqa: S311  # a seed repeats it
        self.beats, self.mended = here.folder / "beats", 0
        self.strikes: list[Strike] = []

    async def struck(self) -> None:
        """Strike every worker as often as is asked, and go on until there were enough events."""
        options = self._options
        for number in range(options.workers):
            name = f"w{number}"
            own = {"CAUCE_INSTANCE": name if options.static else "", "COUNTING_BEATS": str(self.beats)}
            self._fleet.worker(name, **own).start()
        source = records(poison=5000, keys=20_000, seed=options.seed)
        async with self._feed.feeding(source, options.pace, options.events):
            await self._fleet.works_again(PLACES, time.time(), BACK_SECONDS)
            for number in range(options.strikes):
                for worker in self._fleet.workers:
                    await self._strike(worker, number)

    async def _strike(self, worker: Worker, number: int) -> None:
        held, pid, at = frozenset(await worker.holding()), worker.process.pid, time.time()
        code = await asyncio.to_thread(worker.stop) if self._options.graceful else worker.kill()
        if code != (0 if self._options.graceful else -9):
            raise Late(f"{worker.name} ended with {code}")
        await asyncio.sleep(max(0.0, at + RESTART_SECONDS - time.time()))
        unfinished = await self._here.kafka.lag(counting.SERVICE, **INPUTS)
        worker.start()
        started = time.time()
        took = await self._fleet.works_again(held, at, BACK_SECONDS)
        await worker.holding()
        await self._fleet.works_again(held, at, BACK_SECONDS)
        restart = next(one["t"] for one in worker.events("acquired") if one["pid"] == worker.process.pid) - started
        self.strikes.append(Strike(worker.name, pid, at, held, time.time(), restart, unfinished))
        say(f"strike {number + 1} on {worker.name}, pid {pid}, {len(held)} places: all work again after {took:.1f} s")
        self.mended += await retry_all(self._here.kafka)
        await asyncio.sleep(self._draw.uniform(0.3, 1.5))  # at another moment between two heartbeats each time


def enough(options: Options, strikes: Sequence[Strike], events: int) -> bool:
    """Whether the run counts: every strike hit a worker that held something, and left work unfinished."""
    return sum(map(is_at_work, strikes)) == options.workers * options.strikes and events >= options.events


def is_at_work(strike: Strike) -> bool:
    """Whether its worker held something, and work was left unfinished."""
    return bool(strike.held and strike.unfinished)


def report(options: Options, strikes: Sequence[Strike], beats: Mapping[Place, Sequence[Beat]]) -> dict[str, Any]:
    """How long the places of the struck stood still, and those of the others, beside the pauses of quiet times."""
    quiet = [(one.back, after.at) for one, after in pairwise(strikes)]
    return {
        "struck": {name: sum(one.name == name for one in strikes) for name in sorted({one.name for one in strikes})},
        "hit_at_work": sum(is_at_work(one) for one in strikes),
        "by": "SIGTERM" if options.graceful else "kill -9",
        "recovery_seconds": percentiles([gap for one in strikes for gap in _standstills(one, beats)]),
        "restart_seconds": percentiles([one.restart for one in strikes]),
        "others_pause_seconds": percentiles([_others(one, beats) for one in strikes]),
        "quiet_pause_seconds": percentiles([_longest(PLACES, beats, *span) for span in quiet]),
    }


def _standstills(strike: Strike, beats: Mapping[Place, Sequence[Beat]]) -> Iterable[float]:
    for place in strike.held:
        again = [beat.at for beat in beats[place] if beat.at > strike.at and beat.pid != strike.pid]
        yield again[0] - strike.at


def _others(strike: Strike, beats: Mapping[Place, Sequence[Beat]]) -> float:
    return _longest(PLACES - strike.held, beats, strike.at, strike.back)


def _longest(places: Iterable[Place], beats: Mapping[Place, Sequence[Beat]], since: float, until: float) -> float:
    return max((longest_gap(beats[place], since, until) for place in places), default=0.0)
