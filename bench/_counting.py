"""A counting worker on the lane: one row read and written, one output a record.

As a program it takes the name of its service, how many records to count, and where the records go; it prints one JSON
line, the figures from its first commit to its last. Without records it prints what it restored, and ends.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer

from cauce.runtime.engine.app import worker
from cauce.runtime.engine.process import serve, tune
from cauce.runtime.lane import Lane, Record, Table, Work
from cauce.runtime.records import send_records
from cauce.runtime.settings import Settings
from cauce.runtime.topics import TopicSpec, create_topics

SOURCE, SINK = "counted-in", "counted-out"
COUNTS = Table("counts", encode=lambda count: b"%d" % count, decode=int)
COMPACT = {"cleanup.policy": "compact"}


class Commit(NamedTuple):
    """When a batch was committed, by the clock and by the processor's time."""

    at: float
    busy: float


def lane(name: str, handler: Any = None) -> Lane:
    """The lane of a service of that name."""
    return Lane(name, "lane", (SOURCE,), (SINK,), (COUNTS,), handler or count)


def count(record: Record, work: Work) -> None:
    """See cauce.runtime.lane.Handler."""
    key = record.key or b""
    work.put(COUNTS, key, (work.get(COUNTS, key) or 0) + 1)
    work.send(SINK, record.key, record.value, ())


async def prepare(settings: Settings, *, records: int, keys: int) -> None:
    """The source and the sink, and all inputs: a key is in one partition only."""
    specs = [TopicSpec(name, settings.partitions, {}) for name in (SOURCE, SINK)]
    await create_topics(str(settings.servers), settings, specs)
    producer = AIOKafkaProducer(bootstrap_servers=settings.servers, max_batch_size=1 << 20, max_request_size=2 << 20)
    await producer.start()
    for number in range(settings.partitions):
        mine = range(number, records, settings.partitions)
        inputs = ((b"k%d" % (index % keys), b"%d" % index, ()) for index in mine)
        for delivery, _ in await send_records(producer, settings.topic(SOURCE), number, inputs):
            await delivery
    await producer.stop()


async def prepare_lane(settings: Settings, name: str) -> None:
    """The topics that the lane keeps for itself."""
    declared = lane(name)
    specs = [TopicSpec(topic, settings.partitions, COMPACT) for topic in declared.changelogs.values()]
    await create_topics(str(settings.servers), settings, [*specs, TopicSpec(declared.parked, 1, {})])


def run(settings: Settings, home: Path, name: str, records: int = 0) -> dict[str, Any]:
    """A worker in a process of its own."""
    given = {"CAUCE_HOME": str(home), "CAUCE_PREFIX": settings.prefix, "CAUCE_SERVERS": str(settings.servers)}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).resolve()), name, str(records)],
        env={**os.environ, **given, "CAUCE_PARTITIONS": str(settings.partitions)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


async def _measure(settings: Settings, name: str, left: int) -> dict[str, Any]:
    """Serve until all records are counted, or until the state is there."""
    app = worker(settings, name, [lane(name)])
    commits: list[Commit] = []
    counted: list[int] = []
    restored: dict[str, Any] = {}

    def observe(event: str, fields: dict[str, Any]) -> None:
        if event == "commit":
            commits.append(Commit(time.perf_counter(), time.process_time()))
            counted.append(fields["records"])
        elif event == "acquired":
            restored.update(records=fields["restored"], seconds=fields["restore_ms"] / 1e3)
        if sum(counted) >= left if left else restored:
            os.kill(os.getpid(), signal.SIGTERM)

    app.tenures.station.watch.observers.append(observe)
    if await serve(app):
        raise SystemExit(1)
    return _figures(commits, counted) if left else restored


def _figures(commits: list[Commit], counted: Iterable[int]) -> dict[str, Any]:
    """From the end of the first batch on. The processor's time tells how much others disturbed."""
    first, last = commits[0], commits[-1]
    return {
        "records": sum(counted) - next(iter(counted)),
        "seconds": round(last.at - first.at, 3),
        "processor_seconds": round(last.busy - first.busy, 2),
        "transactions": len(commits),
    }


if __name__ == "__main__":
    tune()
    print(json.dumps(asyncio.run(_measure(Settings(), sys.argv[1], int(sys.argv[2])))))
