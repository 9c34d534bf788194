"""How fast recorded orders are decided again on one core, without a broker: prints one JSON object.

The keeper decides the frozen job (`_job.py`) in memory, from records as they come from its topic to records as they
would go to others. `decided` is that alone; `compared` is with the hash and digests by which `cauce replay` compares.
Orders a second of processor time, medians of the rounds; what was decided is the same in each, or nothing was measured.

BENCH_POLICY names a policy file for the job, `deploy/policies/fewest-splits.yaml`.
"""

import json
import os
import time
from collections.abc import Sequence
from statistics import median
from typing import Any

import _job
from _figures import rounded, say

from cauce.replay.fingerprint import Fact, Stream
from cauce.runtime.assembly import lanes_of
from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.engine.process import tune
from cauce.runtime.lane import Lane, Output, Record
from cauce.runtime.settings import Settings
from services.allocation.worker import SERVICE

ORDERS = int(os.environ.get("BENCH_ORDERS", "50000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
POLICY = os.environ.get("BENCH_POLICY", "")


class Differs(RuntimeError):
    """Two rounds did not decide the same."""


def records() -> tuple[list[Record], list[Record]]:
    """What the pool knows and has, and its orders."""
    entries = [*_job.opening(0, POLICY), *_job.orders(0, range(ORDERS))]
    found = [Record("stock-commands", 0, at, *entry) for at, entry in enumerate(entries)]
    return found[:-ORDERS], found[-ORDERS:]


def measured(keeper: Lane, opening: Sequence[Record], orders: Sequence[Record]) -> dict[str, Any]:
    """One round: processor seconds of deciding, and of comparing what was decided."""
    tenure, outputs = OfflineTenure(keeper, 0), list[Output]()
    tenure.decide(opening)
    began, wall = time.process_time(), time.perf_counter()
    for start in range(0, ORDERS, keeper.max_batch):
        outputs += tenure.decide(orders[start : start + keeper.max_batch])
    decided, stream = time.process_time() - began, Stream()
    seconds = time.perf_counter() - wall
    for at, output in enumerate(outputs):
        stream.add(Fact.of(output.key, output.value, output.headers), at)
    compared = time.process_time() - began
    return {
        "decided": round(ORDERS / decided),
        "compared": round(ORDERS / compared),
        "microseconds_an_order": rounded(1e6 * decided / ORDERS),
        "wall_seconds": rounded(seconds),
        "facts": stream.count,
        "hash": stream.hash,
    }


def main() -> None:
    """The rounds, and their medians."""
    tune()
    settings = Settings().model_copy(update={"release": _job.RELEASE})
    (keeper,) = (lane for lane in lanes_of(SERVICE, settings) if lane.name == "keeper")
    opening, orders = records()
    rounds = []
    for number in range(1, ROUNDS + 1):
        rounds.append(measured(keeper, opening, orders))
        say(f"round {number}: {rounds[-1]}")
    if len({(one["facts"], one["hash"]) for one in rounds}) > 1:
        raise Differs("two rounds decided otherwise: their hashes differ")
    figures = {name: median(one[name] for one in rounds) for name in ("decided", "compared")}
    print(json.dumps({"orders": ORDERS, "policy": POLICY, **figures, "rounds": rounds}))


if __name__ == "__main__":
    main()
