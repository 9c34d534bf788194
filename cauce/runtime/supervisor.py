"""Keeps a set of worker processes running: a worker that fails exits, and is started again with growing patience."""

import asyncio
import logging
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

log = logging.getLogger("cauce.supervisor")

STOP_SECONDS = 15  # a worker needs 1-2 s to leave; then it is killed
STEADY_SECONDS = 30  # a run as long as this forgets earlier failures
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 15.0
GIVE_UP_AFTER = 8  # failures in a row of one worker: a person is needed


class Program(NamedTuple):
    """A process to keep running."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]


class GaveUp(RuntimeError):
    """A worker failed again and again; the message names its log."""


class Supervisor:
    """Starts programs, restarts those that end, stops all together. One log file a program in `logs`."""

    def __init__(self, programs: Sequence[Program], logs: Path) -> None:
        self._programs = programs
        self._logs = logs
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._stopping = False
        self.restarts: dict[str, int] = {program.name: 0 for program in programs}

    async def run(self) -> None:
        """Run until `stop`. Raises GaveUp when a program cannot be kept running; the others are stopped then."""
        self._logs.mkdir(parents=True, exist_ok=True)
        try:
            async with asyncio.TaskGroup() as group:
                for program in self._programs:
                    group.create_task(self._keep(program))
        except* GaveUp as failed:
            raise failed.exceptions[0] from None
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Ask every program to end, and kill what has not after STOP_SECONDS."""
        self._stopping = True
        running = [process for process in self._processes.values() if process.returncode is None]
        for process in running:
            process.terminate()
        if running:
            waits = [asyncio.ensure_future(process.wait()) for process in running]
            _, late = await asyncio.wait(waits, timeout=STOP_SECONDS)
            for process in running:
                if late and process.returncode is None:
                    log.warning("worker pid=%d did not end in %d s: killed", process.pid, STOP_SECONDS)
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
        while not self._stopping:
            started = time.monotonic()
            code = await self._once(program)
            if self._stopping:
                return
            failures = 1 if time.monotonic() - started > STEADY_SECONDS else failures + 1
            if failures > GIVE_UP_AFTER:
                raise GaveUp(
                    f"{program.name} ended {failures} times in a row, last with {code}: see {self._log(program)}"
                )
            pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (failures - 1))
            log.warning("worker name=%s ended code=%s restart_in=%.1fs", program.name, code, pause)
            self.restarts[program.name] += 1
            await asyncio.sleep(pause)

    async def _once(self, program: Program) -> int:
        with self._log(program).open("ab") as sink:
            process = await asyncio.create_subprocess_exec(
                *program.argv,
                env={**os.environ, **program.env},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )
        self._processes[program.name] = process
        log.info("worker name=%s pid=%d started", program.name, process.pid)
        return await process.wait()

    def _log(self, program: Program) -> Path:
        return self._logs / f"{program.name}.log"
