"""A worker of the keeper for the bench `allocation`: the product's lane, on `stock-commands` from their beginning.

As a program it prints one JSON line: seconds from the first order to the commit of the last.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from cauce.runtime.assembly import lanes_of
from cauce.runtime.engine.app import worker
from cauce.runtime.engine.process import serve, tune
from cauce.runtime.lane import Lane, Record, Work
from cauce.runtime.settings import Settings
from services.allocation.worker import SERVICE

RESERVE = ("ce_type", b"stock.reserve.v1")


def lane(settings: Settings, name: str) -> Lane:
    """The keeper's lane, whose changelogs, transactions and group carry a name of this round."""
    (keeper,) = (lane for lane in lanes_of(SERVICE, settings) if lane.name == "keeper")
    return replace(keeper, service=name)


def run(settings: Settings, name: str, records: int) -> dict[str, Any]:
    """A worker in a process of its own, with a folder of its own."""
    with tempfile.TemporaryDirectory() as home:
        given = {"CAUCE_HOME": home, "CAUCE_PREFIX": settings.prefix, "CAUCE_SERVERS": str(settings.servers)}
        counts = {"CAUCE_PARTITIONS": str(settings.partitions), "CAUCE_POOLS": str(settings.pools)}
        done = subprocess.run(
            [sys.executable, str(Path(__file__).resolve()), name, str(records)],
            env={**os.environ, **given, **counts, "CAUCE_RELEASE": settings.release},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


class Clock:
    """Starts with the first order that the lane is handed."""

    def __init__(self, lane: Lane) -> None:
        self._handler = lane.handler
        self.began = self.busy = 0.0

    def __call__(self, record: Record, work: Work) -> None:
        """See cauce.runtime.lane.Handler."""
        if not self.began and RESERVE in record.headers:
            self.began, self.busy = time.perf_counter(), time.process_time()
        self._handler(record, work)


async def _measure(settings: Settings, name: str, records: int) -> dict[str, Any]:
    declared = lane(settings, name)
    clock = Clock(declared)
    app = worker(settings, name, [replace(declared, handler=clock)])
    batches, found = 0, {}

    def observe(event: str, fields: dict[str, Any]) -> None:
        nonlocal records, batches
        if event == "commit":
            records, batches = records - fields["records"], batches + 1
            if not records:
                seconds, busy = time.perf_counter() - clock.began, time.process_time() - clock.busy
                found.update(seconds=round(seconds, 4), process_seconds=round(busy, 2), batches=batches)
                os.kill(os.getpid(), signal.SIGTERM)

    app.tenures.station.watch.observers.append(observe)
    if await serve(app):
        raise SystemExit(1)
    return found


if __name__ == "__main__":
    tune()
    print(json.dumps(asyncio.run(_measure(Settings(), sys.argv[1], int(sys.argv[2])))))
