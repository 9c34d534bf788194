"""The life of a worker's process: it serves until it is told to stop, or until its lanes cannot go on."""

import asyncio
import gc
import os
import signal
from typing import Any

_STOP_SECONDS = 20

# A batch is thousands of small tuples that die by reference count: at the default threshold the cycle collector takes
# a quarter of the time.
_COLLECT_AFTER = (1_000_000, 20, 50)


def tune() -> None:
    """What a worker's process decides once, at its start."""
    gc.set_threshold(*_COLLECT_AFTER)


async def serve(app: Any) -> int:
    """Run a LaneApp until SIGTERM or SIGINT, and answer the exit code: 0, or 1 after a failure.

    Whoever started the process starts it again after a failure; the lanes go on where they committed.
    """
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    running = [asyncio.ensure_future(task) for task in (told.wait(), app.wait_until_stopped())]
    starting = asyncio.ensure_future(app.start())
    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    await _stop(app)
    for task in (*running, starting):
        task.cancel()
    failed = app.failure is not None or app.crashed
    app.tenures.station.watch.tell("stopped", failed=failed)
    return 1 if failed else 0


async def _stop(app: Any) -> None:
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            await app.stop()
    except TimeoutError:
        # What is committed is safe however we end; a client's thread that hangs must not keep the process.
        app.tenures.station.watch.tell("failed", error=f"no clean stop within {_STOP_SECONDS} s, leaving at once")
        os._exit(1)
