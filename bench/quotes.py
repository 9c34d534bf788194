"""How long a quote takes while orders are allocated: prints one JSON object.

The deployment of `pipeline`, with promise terms, takes BENCH_ORDERS orders a second; a server of quotes, a process of
its own, is asked BENCH_RATE times a second over HTTP for BENCH_SECONDS. A quote's time begins when it was due, so that
a server which is behind is seen to be.
"""

import asyncio
import json
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import aiohttp
from _deployment import Deployment
from _figures import latencies, rounded, say
from _load import going_on, loaded
from _orders import goods

from cauce.demo.builtin import postal_folder
from cauce.runtime.reference.publisher import publish_reference
from cauce.runtime.reference.reference_files import read_folder
from schemas.reference import Kind

RATE = float(os.environ.get("BENCH_RATE", "200"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "60"))
ORDERS = float(os.environ.get("BENCH_ORDERS", "25"))
TERMS = Path(__file__).parents[1] / "deploy" / "reference"
PLACES = ("country=GB&postcode=SW1A1AA", "country=GB&postcode=G12FF", "country=NL&postcode=5038EA", "country=DE")
_WARM_UP_SECONDS = 5.0


async def measure() -> dict[str, Any]:
    """The times of quotes, and what was asked and taken meanwhile."""
    company = goods()
    async with loaded(company) as (deployment, load):
        items = {Kind.PROMISES: read_folder(TERMS)[Kind.PROMISES]}
        await publish_reference(deployment.servers, deployment.settings, items, at=datetime.now(UTC))
        async with going_on(asyncio.ensure_future(load.offer(ORDERS))), _serving(deployment) as url:
            say(f"{RATE:.0f} quotes a second beside {ORDERS:.0f} orders")
            await _ask(url, list(company), _WARM_UP_SECONDS)
            sent, begun = load.sent, time.monotonic()
            answers = await _ask(url, list(company), SECONDS)
            orders = (load.sent - sent) / (time.monotonic() - begun)
    seconds, dated = [took for took, _ in answers], sum(promised for _, promised in answers)
    return {"quotes": len(answers), "with_a_date": dated, "orders_per_second": rounded(orders), **latencies(seconds)}


@asynccontextmanager
async def _serving(deployment: Deployment) -> AsyncIterator[str]:
    settings = deployment.settings
    environment = {
        **os.environ,
        "CAUCE_SERVERS": deployment.servers,
        "CAUCE_PREFIX": settings.prefix,
        "CAUCE_HOME": str(settings.home),
        "CAUCE_PARTITIONS": str(settings.partitions),
        "CAUCE_GAZETTEER": str(postal_folder()),
    }
    command = (sys.executable, "-m", "cauce", "quote", "--serve", "0")
    server: Process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=PIPE)
    try:
        line = await server.stdout.readline() if server.stdout else b""
        yield line.decode().split()[0]
    finally:
        server.terminate()
        await server.wait()


async def _ask(url: str, skus: list[str], seconds: float) -> list[tuple[float, bool]]:
    """A task a quote, at its time, whoever is late."""
    begun, asked, wanted, places = time.monotonic(), [], cycle(skus), cycle(PLACES)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64)) as session:
        for number in range(int(RATE * seconds)):
            due = begun + number / RATE
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            question = f"{url}?sku={next(wanted)}:1&sku={next(wanted)}:2&{next(places)}"
            asked.append(asyncio.ensure_future(_one(session, question, due)))
        return await asyncio.gather(*asked)


async def _one(session: aiohttp.ClientSession, question: str, due: float) -> tuple[float, bool]:
    async with session.get(question) as answer:
        body = await answer.json()
        answer.raise_for_status()
    return time.monotonic() - due, "promise" in body


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure())))
