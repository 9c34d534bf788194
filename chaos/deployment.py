"""The processes of the run, as `cauce up` keeps them, seen through their traces and the kernel's table."""

import asyncio
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from cauce.cli.up import programs
from cauce.runtime.broker.programs import PROC, birth
from cauce.runtime.settings import Settings
from cauce.runtime.supervisor import UNENDING, Program, Supervisor
from chaos.schedule import way_name
from services import NAMES, load

PROVIDER, CLOCK = "sandbox", "clock"
LANED = tuple(name for name in NAMES if load(name).run is None)
OTHERS = (*(f"{name}-0" for name in NAMES if name not in LANED), CLOCK, PROVIDER)
_LOOK_SECONDS = 0.02

ServersOf = Callable[[str], str]  # of a way


class Place(NamedTuple):
    """A partition number of a lane: what a tenure is of."""

    service: str
    lane: str
    number: int


class Deployment:
    """Every service with `workers` workers, the clock and the payment provider. `servers_of` names a way's brokers."""

    def __init__(self, settings: Settings, workers: int, env: dict[str, str], servers_of: ServersOf) -> None:
        self.settings, self.workers = settings, workers
        self._env, self._servers_of, self._joined = env, servers_of, 0
        self.logs = settings.home / "logs"
        self.names = [*(program.name for program in self._programs(workers)), PROVIDER]
        self._supervisors = [Supervisor([*self._programs(workers), self._provider()], self.logs, UNENDING)]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Meanwhile all is kept running."""
        (self.settings.home / "trace").mkdir(parents=True, exist_ok=True)
        main = self._supervisors[0]
        keeping = asyncio.ensure_future(main.run())
        try:
            yield
        finally:
            await main.stop()
            await asyncio.gather(keeping, return_exceptions=True)

    @property
    def ready(self) -> bool:
        """Whether every worker has something to do."""
        return all(self.held(name) for name in self.names if name.rpartition("-")[0] in LANED)

    @asynccontextmanager
    async def joined(self, service: str) -> AsyncIterator[str]:
        """Meanwhile the service has one more worker, of a name that no other had."""
        name = f"{service}-{self.workers + self._joined}"
        self._joined += 1
        every = self._programs(self.workers + self._joined)
        supervisor = Supervisor([program for program in every if program.name == name], self.logs, UNENDING)
        self._supervisors.append(supervisor)
        keeping = asyncio.ensure_future(supervisor.run())
        try:
            yield name
        finally:
            await supervisor.stop()
            await asyncio.gather(keeping, return_exceptions=True)
            self._supervisors.remove(supervisor)

    @property
    def restarts(self) -> int:
        """How often a process was started again."""
        return sum(sum(supervisor.restarts.values()) for supervisor in self._supervisors)

    def pid(self, name: str) -> int | None:
        """The process of that name that runs now."""
        return next((pid for one in self._supervisors if (pid := one.pid(name)) is not None), None)

    def signal(self, pid: int, number: signal.Signals) -> None:
        """Send a signal to a process, unless it has ended."""
        if birth(pid) is not None:
            os.kill(pid, number)

    def held(self, name: str) -> set[Place]:
        """What the running process of that name last said it holds."""
        pid = self.pid(name)
        said = [event for event in self.events(name, "acquired") if event["pid"] == pid]
        if not said:
            return set()
        names = ",".join([said[-1]["kept"], said[-1]["fresh"]]).split(",")
        service = name.rpartition("-")[0]
        return {Place(service, lane, int(number)) for lane, _, number in (one.partition("/") for one in names if one)}

    def events(self, name: str, kind: str) -> Iterator[dict[str, Any]]:
        """What the processes of that name traced, oldest first."""
        path = self._trace(name)
        for line in path.read_bytes().splitlines() if path.exists() else ():
            event: dict[str, Any] = json.loads(line)
            if event["event"] == kind:
                yield event

    async def acquires(self, name: str, *, but: int | None, seconds: float) -> int | None:
        """The pid of a process of that name, another than `but`, that holds something; None if none does in time."""
        return await self._found(seconds, lambda: self._working(name, but))

    async def starts(self, name: str, *, but: int | None, seconds: float) -> int | None:
        """The pid of a process of that name, another than `but`, once it runs; None if none does in time."""
        return await self._found(seconds, lambda: pid if (pid := self.pid(name)) != but else None)

    async def ends(self, pid: int, *, seconds: float) -> bool:
        """Whether the process ends in that time."""
        return await self._found(seconds, lambda: pid if birth(pid) is None else None) is not None

    def wipe(self, *names: str) -> None:
        """Remove the stores of workers, as a lost disk would."""
        root = self.settings.home / "stores" / (self.settings.prefix.rstrip("-") or "default")
        for service, _, number in (name.rpartition("-") for name in names):
            shutil.rmtree(root / service / f"w{number}", ignore_errors=True)

    async def _found(self, seconds: float, look: Callable[[], int | None]) -> int | None:
        deadline = time.monotonic() + seconds
        while (found := look()) is None and time.monotonic() < deadline:  # noqa: ASYNC110  # the kernel tells nobody
            await asyncio.sleep(_LOOK_SECONDS)
        return found

    def _working(self, name: str, but: int | None) -> int | None:
        pid = self.pid(name)
        return pid if pid != but and self.held(name) else None

    def _programs(self, workers: int) -> list[Program]:
        return [self._placed(program) for program in programs(self.settings, workers, self._env)]

    def _placed(self, program: Program) -> Program:
        """With a trace of its own, and the way to the brokers that its number takes."""
        service, _, number = program.name.rpartition("-")
        if not service:
            return program
        own = {"CAUCE_SERVERS": self._servers_of(way_name(int(number) % self.workers))}
        return program._replace(env={**program.env, **own, "CAUCE_TRACE": str(self._trace(program.name))})

    def _provider(self) -> Program:
        port = self.settings.payments_url.rpartition(":")[2]
        sandbox = (sys.executable, "-m", "cauce", "sandbox", "payments", "--port", port)
        return Program(PROVIDER, sandbox, programs(self.settings, 1, self._env)[0].env)

    def _trace(self, name: str) -> Path:
        return self.settings.home / "trace" / f"{name}.jsonl"


def state(pid: int) -> str:
    """The letter by which the kernel knows a process: S sleeps, R runs, T is stopped; empty for one that is no more."""
    try:
        return PROC.joinpath(str(pid), "stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""
