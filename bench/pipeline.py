"""How many orders a second go from a channel to the carrier with everything on this machine: prints one JSON object.

All services, their broker and PostgreSQL, crew and carriers; three lines an order; notices are files. Orders are
offered as fast as nobody falls behind: neither the orders on their way, nor any service, the read model and the mails
among them, may be more than BENCH_IN_FLIGHT orders late. BENCH_PROFILE names a folder for what py-spy sees.
"""

import asyncio
import json
import os
import time
from typing import Any, NamedTuple

from _deployment import Deployment
from _figures import rounded, say
from _load import Load, going_on, loaded
from _orders import goods
from _processes import Cost, cpu_between, machine_seconds
from _profile import profiling
from _volume import Offsets, by_service, counted, ends

SECONDS = float(os.environ.get("BENCH_SECONDS", "60"))
WARM_UP_SECONDS = float(os.environ.get("BENCH_WARM_UP_SECONDS", "30"))
IN_FLIGHT = int(os.environ.get("BENCH_IN_FLIGHT", "4000"))
CORES = len(os.sched_getaffinity(0))
BUSY = 0.9  # of all processor time: more cannot be had


class Moment(NamedTuple):
    """What was done and what it had cost, at one time."""

    at: float
    sent: int
    shipped: int
    behind: dict[str, float]
    costs: dict[str, Cost]
    machine: float
    ends: Offsets


async def moment(deployment: Deployment, load: Load) -> Moment:
    """Now."""
    there = await ends(deployment)
    return Moment(
        time.monotonic(), load.sent, load.shipped, load.behind(), deployment.costs(), machine_seconds(), there
    )


async def measure() -> dict[str, Any]:
    """Warm up, then count."""
    company = goods()
    async with loaded(company) as (deployment, load):
        say("warming up")
        async with going_on(asyncio.ensure_future(load.keep(IN_FLIGHT))):
            await _passing(WARM_UP_SECONDS, load)
            first = await moment(deployment, load)
            async with profiling(deployment, SECONDS):
                await _passing(SECONDS, load)
            last = await moment(deployment, load)
        say("counting records")
        records = await counted(deployment, first.ends, last.ends)
        return report(deployment, first, last, records)


async def _passing(seconds: float, load: Load) -> None:
    begun, before = time.monotonic(), load.shipped
    while (left := begun + seconds - time.monotonic()) > 0:
        await asyncio.sleep(min(5.0, left))
        late = {name: round(orders) for name, orders in load.behind().items() if orders >= 1}
        say(f"{(load.shipped - before) / (time.monotonic() - begun):.0f} orders a second; late: {late}")


def report(deployment: Deployment, first: Moment, last: Moment, records: dict[str, int]) -> dict[str, Any]:
    """The figures of the stretch between two moments."""
    seconds, shipped = last.at - first.at, last.shipped - first.shipped
    spent = cpu_between(first.costs, last.costs)
    busy, elsewhere = sum(spent.values()) / seconds / CORES, (last.machine - first.machine) / seconds / CORES
    dearest = sorted(spent, key=spent.__getitem__, reverse=True)
    latest = max(last.behind, key=last.behind.__getitem__)
    return {
        "orders_per_second": rounded(shipped / seconds),
        "offered_per_second": rounded((last.sent - first.sent) / seconds),
        "orders": shipped,
        "seconds": rounded(seconds),
        "late_orders": {name: [round(first.behind.get(name, 0)), round(late)] for name, late in last.behind.items()},
        "records_per_order": by_service(deployment, records, shipped),
        "records_per_order_in_all": rounded(sum(records.values()) / shipped),
        "cpu_ms_per_order": {name: rounded(1e3 * spent[name] / shipped) for name in dearest},
        "cpu_ms_per_order_in_all": rounded(1e3 * sum(spent.values()) / shipped),
        "processors_busy": rounded(busy),
        "processors_busy_elsewhere": rounded(max(0.0, elsewhere - busy)),  # kernel threads too: 0.05 is a quiet machine
        "limit": f"all {CORES} processors are busy; dearest: {', '.join(dearest[:3])}" if busy >= BUSY else latest,
        "in_flight": IN_FLIGHT,
        "partitions": deployment.settings.partitions,
        "restarts": sum(deployment.supervisor.restarts.values()),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure())))
