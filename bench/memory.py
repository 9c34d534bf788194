"""Resident memory of each process with many positions, and how it grows with orders: prints one JSON object.

The deployment of `pipeline` over BENCH_POSITIONS positions, all of them in orders; BENCH_ORDERS orders go through it as
fast as nobody falls behind. `slope` is the straight line through the second half of the samples, when caches are full.
BENCH_ORDERS=20000 is a matter of minutes, the million of a night.
"""

import asyncio
import json
import os
import time
from statistics import linear_regression
from typing import Any, NamedTuple

from _deployment import SITES, Deployment
from _figures import rounded, say
from _load import Load, going_on, loaded
from _orders import goods

ORDERS = int(os.environ.get("BENCH_ORDERS", "1000000"))
POSITIONS = int(os.environ.get("BENCH_POSITIONS", "100000"))
IN_FLIGHT = int(os.environ.get("BENCH_IN_FLIGHT", "2000"))
SAMPLE_SECONDS = float(os.environ.get("BENCH_SAMPLE_SECONDS", "5"))
MIB = 1 << 20


class Sample(NamedTuple):
    """Memory by process when so many orders had been shipped."""

    at: float
    orders: int
    resident: dict[str, int]


async def measure() -> dict[str, Any]:
    """Sample until all orders are through."""
    company = goods(-(-POSITIONS // len(SITES)))
    async with loaded(company) as (deployment, load):
        samples = [sample(deployment, load)]
        say(f"with {POSITIONS} positions: {_shown(samples[0])}")
        async with going_on(asyncio.ensure_future(load.keep(IN_FLIGHT))):
            while samples[-1].orders < ORDERS:
                await asyncio.sleep(SAMPLE_SECONDS)
                samples.append(sample(deployment, load))
                say(f"after {samples[-1].orders} orders: {_shown(samples[-1])}")
        return report(samples, deployment)


def sample(deployment: Deployment, load: Load) -> Sample:
    """Now."""
    resident = {name: cost.resident_bytes for name, cost in deployment.costs().items()}
    return Sample(time.monotonic(), load.shipped, resident)


def report(samples: list[Sample], deployment: Deployment) -> dict[str, Any]:
    """Memory at both ends and the slope by process."""
    first, last = samples[0], samples[-1]
    return {
        "positions": POSITIONS,
        "orders": last.orders,
        "hours": rounded((last.at - first.at) / 3600),
        "mib_with_positions": _shown(first),
        "mib_after_orders": _shown(last),
        "slope_mib_a_million_orders": {name: _slope(samples, name) for name in last.resident},
        "restarts": sum(deployment.supervisor.restarts.values()),
    }


def _slope(samples: list[Sample], name: str) -> float | None:
    """Of the second half. None where there are too few samples for a line."""
    half = [one for one in samples[len(samples) // 2 :] if name in one.resident]
    if len({one.orders for one in half}) < 3:
        return None
    line = linear_regression([one.orders for one in half], [one.resident[name] / MIB for one in half])
    return rounded(line.slope * 1e6)


def _shown(one: Sample) -> dict[str, int]:
    return {name: round(size / MIB) for name, size in one.resident.items()}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure())))
