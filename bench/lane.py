"""How many records a second one lane of one worker decides, with a row and an output each: prints one JSON object.

CAUCE_SERVERS names the broker. The inputs are written first; then the worker alone has the machine, its broker aside.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer

from cauce.runtime.engine.app import LaneApp, worker
from cauce.runtime.engine.process import serve, tune
from cauce.runtime.lane import Lane, Record, Table, Work
from cauce.runtime.records import send_records
from cauce.runtime.settings import Settings
from cauce.runtime.topics import TopicSpec, create_topics

RECORDS = int(os.environ.get("BENCH_RECORDS", "600000"))
KEYS = int(os.environ.get("BENCH_KEYS", "400000"))
PARTITIONS = int(os.environ.get("BENCH_PARTITIONS", "4"))


class Tally(NamedTuple):
    """A row that is an object."""

    seen: int
    last: bytes


class Commit(NamedTuple):
    """When a batch was committed, by the clock and by the processor's time."""

    at: float
    busy: float
    records: int


TALLIES = Table(
    "tallies",
    encode=lambda tally: b"%d %s" % tally,
    decode=lambda row: Tally(int(row.split(b" ")[0]), row.split(b" ")[1]),
)


def tally(record: Record, work: Work) -> None:
    """One row read and written, one output."""
    before = work.get(TALLIES, record.key or b"")
    work.put(TALLIES, record.key or b"", Tally(before.seen + 1 if before else 1, record.value or b""))
    work.send("bench-out", record.key, record.value, [])


LANE = Lane("bench", "lane", ("bench-in",), ("bench-out",), (TALLIES,), tally)


async def prepare(settings: Settings) -> None:
    """The topics, and all inputs."""
    names = ["bench-in", "bench-out", *LANE.changelogs.values()]
    specs = [TopicSpec(name, settings.partitions, {}) for name in names] + [TopicSpec(LANE.parked, 1, {})]
    await create_topics(str(settings.servers), settings, specs)
    producer = AIOKafkaProducer(bootstrap_servers=settings.servers, max_batch_size=1 << 20, max_request_size=2 << 20)
    await producer.start()
    for number in range(settings.partitions):
        mine = range(number, RECORDS, settings.partitions)
        records = ((b"k%d" % (index % KEYS), b"%d" % index, []) for index in mine)
        for delivery, _ in await send_records(producer, settings.topic("bench-in"), number, records):
            await delivery
    await producer.stop()


async def measure(settings: Settings) -> dict[str, Any]:
    """Serve until all records are decided."""
    app = worker(settings, "bench", [LANE])
    commits: list[Commit] = []
    left = RECORDS

    def observe(event: str, fields: dict[str, Any]) -> None:
        nonlocal left
        if event == "commit":
            commits.append(Commit(time.perf_counter(), time.process_time(), fields["records"]))
            left -= fields["records"]
            if not left:
                os.kill(os.getpid(), signal.SIGTERM)

    app.tenures.station.watch.observers.append(observe)
    code = await serve(app)
    return {"exit": code, **figures(commits, app)}


def figures(commits: list[Commit], app: LaneApp) -> dict[str, Any]:
    """Rates from the end of the first batch on. The processor's time tells how much others disturbed."""
    first, last = commits[0], commits[-1]
    counted = sum(commit.records for commit in commits[1:])
    seconds, busy = last.at - first.at, last.busy - first.busy
    return {
        "records": counted,
        "seconds": round(seconds, 2),
        "records_per_second": round(counted / seconds),
        "records_per_processor_second": round(counted / busy),
        "transactions": len(commits),
        "store": str(app.conf.store),
        "partitions": app.tenures.station.partitions["orders"],
        "keys": KEYS,
    }


def main() -> None:
    """The parent prepares and starts a child of its own, so that preparing costs the worker nothing."""
    if sys.argv[1:] == ["worker"]:
        tune()
        print(json.dumps(asyncio.run(measure(Settings()))))
        return
    with tempfile.TemporaryDirectory() as home:
        given = {
            "CAUCE_PREFIX": f"bench-{uuid.uuid4().hex[:8]}-",
            "CAUCE_HOME": home,
            "CAUCE_PARTITIONS": str(PARTITIONS),
        }
        os.environ |= given
        asyncio.run(prepare(Settings()))
        subprocess.run([sys.executable, str(Path(__file__).resolve()), "worker"], check=True)


if __name__ == "__main__":
    main()
