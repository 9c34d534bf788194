"""Keeps a set of worker processes running: a worker that fails exits, and is started again with growing patience."""

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from cauce.runtime import tether

log = logging.getLogger("cauce.supervisor")

STEADY_SECONDS = 30  # a run as long as this forgets earlier failures
_LOOK_SECONDS = 0.5


class Program(NamedTuple):
    """A process to keep running."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]


class Patience(NamedTuple):
    """How long to pause between restarts, and how many failures in a row of one program stop all; None: no number."""

    first_seconds: float = 0.5
    longest_seconds: float = 15.0
    give_up_after: int | None = 8

    def pause(self, failures: int) -> float:
        """After so many failures in a row."""
        return float(min(self.longest_seconds, self.first_seconds * 2 ** min(failures - 1, 30)))


ENDING, UNENDING = Patience(), Patience(give_up_after=None)


class GaveUp(RuntimeError):
    """A worker failed again and again; the message names its log."""


class Supervisor:
    """Starts programs, restarts those that end, stops all together. One log file a program in `logs`.

    Programs that hold to their tether end with this process too, however it ends. One that ended is not started again
    while `may_start` says no: what it needs is not there, and it would only fail again.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        logs: Path,
        patience: Patience = ENDING,
        *,
        may_start: Callable[[], bool] = lambda: True,
    ) -> None:
        self._programs, self._may_start = programs, may_start
        self._logs = logs
        self._patience = patience
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._stopping = asyncio.Event()
        self.restarts: dict[str, int] = {program.name: 0 for program in programs}

    async def run(self) -> None:
        """Run until `stop`. Raises GaveUp when patience has an end; the other programs are stopped then."""
        self._logs.mkdir(parents=True, exist_ok=True)
        try:
            async with asyncio.TaskGroup() as group:
                for program in self._programs:
                    group.create_task(self._keep(program))
        except ExceptionGroup as failed:
            gave_up = failed.subgroup(GaveUp)
            raise gave_up.exceptions[0] if gave_up else failed from None
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Ask every program to end, and kill what has not after a while."""
        self._stopping.set()
        running = [process for process in self._processes.values() if process.returncode is None]
        for process in running:
            process.terminate()
        if running:
            waits = [asyncio.ensure_future(process.wait()) for process in running]
            _, late = await asyncio.wait(waits, timeout=tether.STOP_SECONDS)
            for process in running:
                if late and process.returncode is None:
                    log.warning("worker pid=%d did not end in %d s: killed", process.pid, tether.STOP_SECONDS)
                    process.kill()

    def pid(self, name: str) -> int | None:
        """The process id of a running program."""
        process = self._processes.get(name)
        return process.pid if process and process.returncode is None else None

    def kill(self, name: str) -> int | None:
        """Kill -9, for fault runs; the program is started again. None when it is not running."""
        process = self._processes.get(name)
        if process is None or process.returncode is not None:
            return None
        process.kill()
        return process.pid

    async def _keep(self, program: Program) -> None:
        failures = 0
        while not self._stopping.is_set():
            started = time.monotonic()
            code = await self._once(program)
            if self._stopping.is_set():
                return
            failures = 1 if time.monotonic() - started > STEADY_SECONDS else failures + 1
            pause = self._pause(program, failures, code)
            self.restarts[program.name] += 1
            await self._rest(pause)
            while not self._may_start() and not self._stopping.is_set():
                await self._rest(_LOOK_SECONDS)

    async def _rest(self, seconds: float) -> None:
        """A pause, which a stop ends."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def _pause(self, program: Program, failures: int, code: int) -> float:
        """Seconds, and a word on them: one that grows no more asks for a person. Raises GaveUp without patience."""
        most, pause = self._patience.give_up_after, self._patience.pause(failures)
        if most is not None and failures > most:
            raise GaveUp(f"{program.name} ended {failures} times in a row, last with {code}: see {self._log(program)}")
        if pause < self._patience.longest_seconds:
            log.warning("worker name=%s ended code=%s restart_in=%.1fs", program.name, code, pause)
        else:
            log.error(
                "worker name=%s ended code=%s failures=%d restart_in=%.1fs: see %s",
                program.name, code, failures, pause, self._log(program),
            )  # fmt: skip
        return pause

    async def _once(self, program: Program) -> int:
        with self._log(program).open("ab") as sink:
            process = await asyncio.create_subprocess_exec(
                *program.argv,
                env={**os.environ, **program.env, tether.VARIABLE: "1"},
                stdin=asyncio.subprocess.PIPE,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )
        self._processes[program.name] = process
        log.info("worker name=%s pid=%d started", program.name, process.pid)
        if self._stopping.is_set():  # it was told while this one was being started
            process.terminate()
        return await process.wait()

    def _log(self, program: Program) -> Path:
        return self._logs / f"{program.name}.log"
