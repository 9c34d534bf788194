"""Our keeper against Kafka Streams at the same job: prints one JSON object, `{ours, peer, ratio, rounds[]}`.

Both read the same topic of the frozen job (`_job.py`), exactly-once, with RocksDB, in one process with one thread of
work; they alternate, who goes first too. Orders a second count from the first order to the commit of the last. After
each run its facts are read: both must have published the same records, to the byte, or nothing was measured.

BENCH_POLICY names a policy file for the job, `deploy/policies/fewest-splits.yaml`: the full engine beside the peer that
searches in the same way.
"""

import asyncio
import json
import os
import sys
import uuid
from statistics import median
from typing import Any

import _job
import _keeper
import _outcome
import _streams
from _topics import clear
from aiokafka import AIOKafkaProducer

from cauce.runtime.records import send_records
from cauce.runtime.settings import Settings
from cauce.runtime.topics import TopicSpec, create_topics

ORDERS = int(os.environ.get("BENCH_ORDERS", "200000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
PARTITIONS = int(os.environ.get("BENCH_PARTITIONS", "1"))
POLICY = os.environ.get("BENCH_POLICY", "")  # the frozen job has none
FACTS = {"allocated": _streams.ALLOCATED, "stock-moved": _streams.MOVED}  # ours, and the peer's


class Differs(RuntimeError):
    """The two did not do the same work."""


async def prepare(settings: Settings) -> int:
    """The topics of the job and all its inputs; how many records a run reads."""
    names = dict.fromkeys(["stock-commands", *_keeper.lane(settings, "any").outputs, *FACTS.values()])
    await create_topics(str(settings.servers), settings, [TopicSpec(name, PARTITIONS, {}) for name in names])
    producer = AIOKafkaProducer(bootstrap_servers=settings.servers, max_batch_size=1 << 20, max_request_size=2 << 20)
    await producer.start()
    records = 0
    for pool in range(PARTITIONS):
        entries = [*_job.opening(pool, POLICY), *_job.orders(pool, range(pool, ORDERS, PARTITIONS))]
        for delivery, count in await send_records(producer, settings.topic("stock-commands"), pool, entries):
            await delivery
            records += count
    await producer.stop()
    return records


def ours(settings: Settings, name: str, records: int) -> dict[str, Any]:
    """One run of our keeper."""
    declared = _keeper.lane(settings, name)
    specs = [TopicSpec(topic, PARTITIONS, {"cleanup.policy": "compact"}) for topic in declared.changelogs.values()]
    specs.append(TopicSpec(declared.parked, 1, {}))
    asyncio.run(create_topics(str(settings.servers), settings, specs))
    return _figures(_keeper.run(settings, name, records))


def peers(settings: Settings, name: str, folder: Any) -> dict[str, Any]:
    """One run of the peer."""
    given = {"servers": str(settings.servers), "prefix": settings.prefix, "name": name}
    run = _streams.run(folder, **given, orders=ORDERS, partitions=PARTITIONS, policy=bool(POLICY))
    return _figures(run)


def _figures(run: dict[str, Any]) -> dict[str, Any]:
    return {"orders_per_second": round(ORDERS / run["seconds"]), **run}


def compare(settings: Settings, number: int, records: int, folder: Any) -> dict[str, Any]:
    """One round. Raises Differs."""
    found: dict[str, Any] = {}
    for side in ("ours", "peer") if number % 2 else ("peer", "ours"):
        name = f"{side}-{number}"
        found[side] = ours(settings, name, records) if side == "ours" else peers(settings, name, folder)
        print(f"round {number}: {side} {found[side]}", file=sys.stderr)
    for mine, theirs in FACTS.items():
        outcomes = [asyncio.run(_outcome.taken(str(settings.servers), settings.topic(t))) for t in (mine, theirs)]
        if outcomes[0] != outcomes[1]:
            raise Differs(f"{mine}: ours {outcomes[0]}, the peer's {outcomes[1]}")
        found[mine] = outcomes[0]._asdict()
    return {"ratio": _ratio(found), **found}


def _ratio(found: dict[str, Any]) -> float:
    return round(found["ours"]["orders_per_second"] / found["peer"]["orders_per_second"], 3)


def summary(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians and ranges."""
    rates = {side: [one[side]["orders_per_second"] for one in rounds] for side in ("ours", "peer")}
    ratios = [one["ratio"] for one in rounds]
    return {
        "orders": ORDERS,
        "partitions": PARTITIONS,
        "policy": POLICY or None,
        **{side: median(of_side) for side, of_side in rates.items()},
        "ratio": median(ratios),
        "ranges": {side: [min(s), max(s)] for side, s in {**rates, "ratio": ratios}.items()},
        "rounds": rounds,
    }


def main() -> None:
    """Alternate, and clear up whatever happens."""
    base = Settings()
    folder = _streams.build(base.home)
    prefix = f"bench-{uuid.uuid4().hex[:8]}-"
    settings = base.model_copy(
        update={"prefix": prefix, "partitions": PARTITIONS, "pools": PARTITIONS, "release": _job.RELEASE}
    )
    try:
        records = asyncio.run(prepare(settings))
        rounds = [compare(settings, number, records, folder) for number in range(1, ROUNDS + 1)]
    finally:
        asyncio.run(clear(settings))
    print(json.dumps(summary(rounds)))


if __name__ == "__main__":
    main()
