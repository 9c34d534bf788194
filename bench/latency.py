"""How long an order takes until it is allocated, and until it is to be seen in SQL: prints one JSON object.

The deployment of `pipeline`, at a steady BENCH_RATE orders a second; where that is too much for the machine, at the
highest of the rates below that keeps up. An order's time begins when its raw record is handed to the broker.
Allocated: a read_committed reader has the fact. In SQL: the order's row is there, asked for every few milliseconds, of
one order in SAMPLED.
"""

import asyncio
import json
import os
import time
from typing import Any

from _deployment import Deployment
from _figures import latencies, rounded, say
from _load import Load, going_on, loaded
from _orders import goods
from sqlalchemy import Connection, Engine, create_engine, select

from cauce.demo.retail_company import CHANNEL
from cauce.ids import order_id
from cauce.runtime.doors.vault import Vault
from services.insight.tables import ORDERS

RATE = float(os.environ.get("BENCH_RATE", "200"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "60"))
WARM_UP_SECONDS = float(os.environ.get("BENCH_WARM_UP_SECONDS", "20"))
SHARES = (1.0, 0.75, 0.5, 0.35, 0.25, 0.15, 0.1, 0.05)
LATE_SECONDS = 3.0  # of orders that anybody is behind: the rate is too high
SAMPLED = 5
_LOOK_SECONDS = 0.01
_DRAIN_SECONDS = 120
_NOBODY = 50  # orders: ticks that wait for the next batch look like a few


async def measure() -> dict[str, Any]:
    """The highest rate that keeps up, and its times."""
    company = goods()
    async with loaded(company) as (deployment, load):
        for rate in (RATE * share for share in SHARES):
            await _drained(load)
            found = await attempt(deployment, load, rate)
            if found is not None:
                return {"asked_per_second": RATE, "orders_per_second": rounded(rate), **found}
    raise SystemExit(f"not even {RATE * SHARES[-1]:.0f} orders a second keep up")


async def attempt(deployment: Deployment, load: Load, rate: float) -> dict[str, Any] | None:
    """The times at a rate, or None where somebody falls behind."""
    say(f"{rate:.0f} orders a second")
    async with going_on(asyncio.ensure_future(load.offer(rate))):
        await asyncio.sleep(WARM_UP_SECONDS)
    if _late(load, rate):
        return None
    load.sent_at.clear()
    load.noted.clear()
    database = create_engine(deployment.database.url)
    secret = Vault(deployment.settings.home).secret
    names = {number: order_id(secret, CHANNEL, str(number)) for number in range(load.sent + 1, _last(load, rate))}
    seen_in_sql: dict[str, float] = {}
    async with (
        going_on(asyncio.ensure_future(load.offer(rate, noted=True))),
        going_on(asyncio.ensure_future(_look(database, load, names, seen_in_sql))),
    ):
        await asyncio.sleep(SECONDS)
        late = _late(load, rate)
    await _drained(load)
    database.dispose()
    return None if late else _times(load, names, seen_in_sql)


def _last(load: Load, rate: float) -> int:
    """Beyond the number of any order that will be sent."""
    return load.sent + int(rate * (SECONDS + 5)) + 1


def _late(load: Load, rate: float) -> bool:
    late = {name: round(orders) for name, orders in load.behind().items() if orders > rate * LATE_SECONDS}
    if late:
        say(f"too much: {late}")
    return bool(late)


async def _drained(load: Load) -> None:
    async with asyncio.timeout(_DRAIN_SECONDS):
        while load.sent > load.shipped or max(load.behind().values()) > _NOBODY:  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(_LOOK_SECONDS)


async def _look(database: Engine, load: Load, names: dict[int, str], seen: dict[str, float]) -> None:
    """Note when the rows of sampled orders are there."""
    waiting: dict[str, str] = {}
    asked = 0
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while True:
            sent, asked = load.noted[asked:], len(load.noted)
            waiting.update({names[int(number)]: number for number in sent if not int(number) % SAMPLED})
            for identity in await asyncio.to_thread(_there, connection, list(waiting)):
                seen[waiting.pop(identity)] = time.monotonic()
            await asyncio.sleep(_LOOK_SECONDS)


def _there(connection: Connection, order_ids: list[str]) -> list[str]:
    """Those that have been placed, as far as SQL tells."""
    query = select(ORDERS.c.order_id).where(ORDERS.c.order_id.in_(order_ids), ORDERS.c.placed_at.is_not(None))
    return list(connection.execute(query).scalars()) if order_ids else []


def _times(load: Load, names: dict[int, str], seen_in_sql: dict[str, float]) -> dict[str, Any]:
    sent = load.sent_at
    allocated, shipped = (load.sightings.first[topic] for topic in ("allocated", "shipped"))
    keys = {number: names[int(number)].encode() for number in sent}
    return {
        "orders": len(sent),
        "placed_to_allocated": latencies([allocated[key] - sent[number] for number, key in keys.items()]),
        "placed_to_sql": latencies([at - sent[number] for number, at in seen_in_sql.items()]),
        "placed_to_shipped": latencies([shipped[key] - sent[number] for number, key in keys.items()]),
        "sampled_in_sql": len(seen_in_sql),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure())))
