"""Worker processes to start, kill, freeze and stop."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from cauce.runtime.settings import CHECKOUT, Settings
from chaos.cluster import leash

Program = Sequence[str]  # what Python is told: `-m module`, or a script
_LOOK_SECONDS = 0.05

Place = tuple[str, int]  # lane and partition number


class Late(AssertionError):
    """What was awaited did not come about in time."""


class Worker:
    """One process of a program at a time, with its log, its events, and the environment it is started in."""

    def __init__(self, name: str, program: Program, folder: Path, env: dict[str, str]) -> None:
        self.name, self.env = name, env
        self.log, self.trace = folder / f"{name}.log", folder / f"{name}.trace"
        self._command = list(program)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process that was started last."""
        if self._process is None:
            raise Late(f"{self.name} was not started")
        return self._process

    @property
    def runs(self) -> bool:
        """Whether its process has not ended."""
        return self._process is not None and self._process.poll() is None

    def wipe(self) -> None:
        """Lose the local stores, as a lost disk would; the worker has a name of its own and does not run."""
        for folder in Path(self.env["CAUCE_HOME"]).glob(f"stores/*/*/{self.env['CAUCE_INSTANCE']}"):
            shutil.rmtree(folder)

    def start(self, **env: str) -> "Worker":
        """A new process; `env` is for this one alone."""
        given = {**os.environ, **self.env, "CAUCE_TRACE": str(self.trace), **env}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own programs
                [*leash(), sys.executable, *self._command], env=given, stdout=log, stderr=log, start_new_session=True
            )
        return self

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process."""
        self.process.send_signal(number)

    def kill(self) -> int:
        """Kill -9, and the corpse buried; its exit code."""
        self.process.kill()
        return self.process.wait()

    def stop(self, seconds: float = 25) -> int:
        """SIGTERM; the exit code."""
        self.process.terminate()
        return self.process.wait(seconds)

    def events(self, kind: str | None = None) -> list[dict[str, Any]]:
        """What the processes traced."""
        if not self.trace.exists():
            return []
        lines = [json.loads(line) for line in self.trace.read_text().splitlines()]
        return [line for line in lines if kind in (None, line["event"])]

    def holds(self) -> set[Place]:
        """The lanes and partition numbers that the present process holds."""
        taken = [event for event in self.events("acquired") if event["pid"] == self.process.pid][-1:]
        held = ",".join(f"{event['kept']},{event['fresh']}" for event in taken).split(",")
        return {(lane, int(number)) for lane, _, number in (place.partition("/") for place in held if place)}

    async def holding(self, seconds: float = 40) -> set[Place]:
        """What the present process holds, once that is something."""
        end = time.monotonic() + seconds
        while not (held := self.holds()):
            if time.monotonic() > end or not self.runs:
                raise Late(f"{self.name} was given nothing")
            await asyncio.sleep(_LOOK_SECONDS)
        return held

    async def ready(self, seconds: float = 30) -> None:
        """Until the present process has its tenures."""
        end = time.monotonic() + seconds
        while not any(event["pid"] == self.process.pid for event in self.events("acquired")):
            if time.monotonic() > end:
                raise Late(f"{self.name} took no tenures")
            await asyncio.sleep(_LOOK_SECONDS)

    def state(self) -> str:
        """The letter by which the kernel knows it: S sleeps, R runs, T is stopped."""
        return Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0]

    async def frozen(self, seconds: float = 60) -> None:
        """Until the process has stopped itself."""
        end = time.monotonic() + seconds
        while self.state() != "T":
            if time.monotonic() > end:
                raise Late(f"{self.name} goes on")
            await asyncio.sleep(_LOOK_SECONDS)

    async def left(self, seconds: float) -> int | None:
        """The exit code if the process ends in time, else None."""
        try:
            return await self.exited(seconds)
        except subprocess.TimeoutExpired:
            return None

    async def exited(self, seconds: float = 40) -> int:
        """The exit code, awaited."""
        return await asyncio.to_thread(self.process.wait, seconds)


class Fleet:
    """The workers of one run; what it started, it ends."""

    def __init__(self, settings: Settings, program: Program, folder: Path) -> None:
        self.settings, self.program, self.folder = settings, program, folder
        self.workers: list[Worker] = []

    def worker(self, name: str, program: Program | None = None, **env: str) -> Worker:
        """One more, not yet started."""
        given = {
            "CAUCE_SERVERS": str(self.settings.servers),
            "CAUCE_PREFIX": self.settings.prefix,
            "CAUCE_HOME": str(self.settings.home),
            "CAUCE_PARTITIONS": str(self.settings.partitions),
            "CAUCE_POOLS": str(self.settings.pools),
            "CAUCE_INSTANCE": "",
            "PYTHONPATH": str(CHECKOUT),
            "PYTHONWARNINGS": "ignore",
            **env,
        }
        given = {key: value for key, value in given.items() if value != ""}
        self.workers.append(Worker(name, program or self.program, self.folder, given))
        return self.workers[-1]

    async def works_again(self, wanted: Collection[Place], since: float, seconds: float = 40) -> float:
        """Until each of the places has committed anew for whoever took it; the seconds it took."""
        while True:
            events = (event for worker in self.workers for event in worker.events("first-commit"))
            found = {(event["lane"], event["partition"]) for event in events if event["t"] > since}
            if found.issuperset(wanted):
                return time.time() - since
            if time.time() - since > seconds:
                raise Late(f"nobody took {set(wanted) - found}")
            await asyncio.sleep(_LOOK_SECONDS)

    def stop(self) -> list[int]:
        """SIGTERM to each worker, one after the other; their exit codes."""
        return [worker.stop() for worker in self.workers]

    def end(self) -> None:
        """Kill all that run."""
        for worker in self.workers:
            if worker.runs:
                worker.signal(signal.SIGCONT)
                worker.kill()

    def tell(self) -> str:
        """The ends of all logs, for a run that failed."""
        logs = ((worker.name, worker.log) for worker in self.workers if worker.log.exists())
        return "\n".join(f"== {name}\n{log.read_text(errors='replace')[-3000:]}" for name, log in logs)
