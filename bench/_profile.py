"""Where the time goes: py-spy beside each process of a deployment, when BENCH_PROFILE names a folder for it.

Profiled figures are slower than the others: a sample stops its process for a moment.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from _deployment import Deployment

RATE = 97  # samples a second, and not in step with anything
NOT_PYTHON = ("broker", "postgres", "load")


@asynccontextmanager
async def profiling(deployment: Deployment, seconds: float) -> AsyncIterator[None]:
    """Write `<process>.txt` in collapsed stacks (flamegraph.pl, speedscope) for each Python process."""
    folder = os.environ.get("BENCH_PROFILE")
    chosen = os.environ.get("BENCH_PROFILED", "").split()
    pids = {name: pid for name, pid in deployment.pids.items() if name not in NOT_PYTHON and folder}
    running = [
        await _spy(pid, Path(folder or "") / f"{name}.txt", seconds)
        for name, pid in pids.items()
        if pid and (not chosen or name in chosen)
    ]
    yield
    await asyncio.gather(*(spy.wait() for spy in running))


async def _spy(pid: int, path: Path, seconds: float) -> asyncio.subprocess.Process:
    path.parent.mkdir(parents=True, exist_ok=True)
    spy = Path(sys.executable).parent / "py-spy"
    options = ("--duration", str(round(seconds)), "--rate", str(RATE), "--format", "raw", "--output", str(path))
    return await asyncio.create_subprocess_exec(
        spy, "record", "--pid", str(pid), *options, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
