"""The process of a worker: it runs until it is told to stop, or until its lanes cannot go on."""

import asyncio
import gc
import os
import signal
from collections.abc import Iterable
from typing import Any

from cauce.runtime.app import LaneApp, worker
from cauce.runtime.lane import Lane
from cauce.runtime.settings import Settings

_STOP_SECONDS = 20

# A batch is thousands of small tuples that die by reference count: at the default threshold the cycle collector takes
# a quarter of the time.
_COLLECT_AFTER = (50_000, 20, 50)


def run_worker(settings: Settings, service: str, lanes: Iterable[Lane]) -> int:
    """Run the lanes of a service until SIGTERM or SIGINT, and answer the exit code: 0, or 1 after a failure.

    Whoever started the process starts it again after a failure; the lanes go on where they committed.
    """
    gc.set_threshold(*_COLLECT_AFTER)
    return asyncio.run(_serve(settings, service, lanes))


async def _serve(settings: Settings, service: str, lanes: Iterable[Lane]) -> int:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    app = worker(settings, service, lanes)
    started = asyncio.ensure_future(app.start())
    stopping = asyncio.ensure_future(told.wait())
    crashed = asyncio.ensure_future(app.wait_until_stopped())
    await asyncio.wait([stopping, crashed], return_when=asyncio.FIRST_COMPLETED)
    await _stop(app, [started, stopping, crashed])
    failed = app.failure is not None or app.crashed
    app.tenures.station.watch.tell("stopped", failed=failed)
    return 1 if failed else 0


async def _stop(app: LaneApp, tasks: Iterable[asyncio.Future[Any]]) -> None:
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            await app.stop()
    except TimeoutError:
        # What is committed is safe however we end; a thread of the client that hangs must not keep the process.
        app.tenures.station.watch.tell("failed", error=f"no clean stop within {_STOP_SECONDS} s, leaving at once")
        os._exit(1)
    for task in tasks:
        task.cancel()
