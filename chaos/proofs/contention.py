"""Rounds for a last unit through the real door, front and keeper, while their workers are killed: `contention`."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import NamedTuple

from aiokafka import AIOKafkaProducer

from cauce.cli.up import deployment_lanes
from cauce.demo.retail_company import reference_for
from cauce.runtime.assembly import lanes_of
from cauce.runtime.backlog import Backlog, backlog_of
from cauce.runtime.reference.publisher import publish_reference
from cauce.runtime.topics import create_topics, specs
from chaos.proofs import contested
from chaos.proofs.fleet import Late, Worker
from chaos.proofs.ground import Found, Ground, ground, say
from schemas.raw import RawTopic
from services import load

PROGRAM = ("-m", "cauce", "run", "allocation")
WORKERS = ("w0", "w1")
RESTART_SECONDS, BETWEEN_KILLS_SECONDS = 0.5, 6.0
DECIDED_SECONDS = 600.0


class Options(NamedTuple):
    """How many rounds, and how many kills of workers in turn while their claims come."""

    rounds: int
    kills: int
    seed: int


async def prove(options: Options) -> Found:
    """In every round one claim is promised the unit, the others wait, and the ledger says so."""
    async with ground("contention") as here:
        await _prepare(here, options)
        async with AsyncExitStack() as stack:
            fleet = await stack.enter_async_context(here.fleet(PROGRAM))
            backlog = await stack.enter_async_context(
                backlog_of(here.kafka.servers, here.settings, lanes_of(load("allocation"), here.settings))
            )
            workers = [fleet.worker(name, CAUCE_INSTANCE=name).start() for name in WORKERS]
            await asyncio.gather(*(worker.holding() for worker in workers))
            await _open(here, options, backlog)
            began = time.monotonic()
            killing = asyncio.ensure_future(_kill(workers, options.kills))
            claimed, sent = await _claim(here, options)
            kills = await killing
            say(f"{sent:,} claims sent, {kills} kills, waiting until all are decided")
            await _level(backlog)
            seconds = time.monotonic() - began
            codes = fleet.stop()
        say("reading what became of every claim")
        records = here.kafka.records
        wrong = await contested.judged(
            claimed, allocated=records("allocated"), backordered=records("backordered"), moved=records("stock-moved")
        )
    orders = sum(len(orders) for orders in claimed.values())
    return {
        "proven": not any(wrong.values()) and not any(codes) and kills == options.kills,
        "kills": kills,
        "exit_codes": codes,
        "claims": orders,
        "repeats": sent - orders,
        "most_claimants": max(len(orders) for orders in claimed.values()),
        **wrong,
        "seconds": round(seconds),
        "orders_per_second": round(orders / seconds),
        "options": options._asdict(),
    }


async def _prepare(here: Ground, options: Options) -> None:
    settings = here.settings
    await create_topics(here.kafka.servers, settings, specs(settings, deployment_lanes(settings)))
    skus = {contested.sku_of(number): "a last unit" for number in range(options.rounds)}
    await publish_reference(here.kafka.servers, settings, reference_for(skus), at=datetime.now(UTC))


async def _open(here: Ground, options: Options, backlog: Backlog) -> None:
    """Every unit is on its shelf before anybody asks for it."""
    async with AIOKafkaProducer(bootstrap_servers=here.kafka.servers, max_request_size=1 << 21) as producer:
        for receipt in contested.receipts(options.rounds, options.seed):
            value = receipt.model_dump_json(exclude_none=True).encode()
            topic = here.settings.topic(RawTopic.STOCK_REPORTS)
            await producer.send_and_wait(topic, value, key=receipt.site.encode())
    await _level(backlog)


async def _claim(here: Ground, options: Options) -> tuple[dict[str, set[str]], int]:
    """Send every claim as fast as it goes; the orders by sku, and how many records that were."""
    claimed: dict[str, set[str]] = defaultdict(set)
    topic, sent = here.settings.topic("order-placed"), 0
    async with AIOKafkaProducer(bootstrap_servers=here.kafka.servers, linger_ms=5, max_batch_size=1 << 17) as producer:
        for claim in contested.claims(options.rounds, options.seed):
            claimed[claim.sku].add(claim.order)
            value, headers = contested.placed(claim)
            await producer.send(topic, value, key=claim.order.encode(), headers=headers)
            sent += 1
            if sent % 20_000 == 0:
                say(f"{sent:,} claims sent")
        await producer.flush()
    return claimed, sent


async def _kill(workers: Sequence[Worker], kills: int) -> int:
    """One worker after the other, each while it holds something; how many were killed."""
    killed = 0
    for number in range(kills):
        await asyncio.sleep(BETWEEN_KILLS_SECONDS)
        worker = workers[number % len(workers)]
        await worker.holding()
        if worker.kill() != -9:
            raise Late(f"{worker.name} had ended before it was killed")
        killed += 1
        await asyncio.sleep(RESTART_SECONDS)
        worker.start()
    return killed


async def _level(backlog: Backlog) -> None:
    """Until every lane has read everything."""
    end = time.monotonic() + DECIDED_SECONDS
    while await backlog.behind():
        if time.monotonic() > end:
            raise Late(f"not decided within {DECIDED_SECONDS} s")
        await asyncio.sleep(RESTART_SECONDS)
