"""One of Kafka's programs as a process: started, killed, and heard by what it prints."""

import asyncio
import re
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from cauce.runtime.broker.java import java
from cauce.runtime.broker.kafka import jars
from cauce.runtime.settings import Settings
from chaos.cluster import leash
from chaos.proofs.fleet import Late

POM = Path(__file__).with_name("pom.xml")
MEMORY = ("-Xms64m", "-Xmx512m", "-XX:+UseSerialGC")
LOGGING = ("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true")
STOP_SECONDS = 60
_LOOK_SECONDS = 0.1


class Program:
    """`main` is a class with its arguments. What it prints stays in one file over all its processes."""

    def __init__(self, name: str, folder: Path, main: Sequence[str]) -> None:
        self.name, self._main = name, main
        self._out, self._err = folder / f"{name}.out", folder / f"{name}.err"
        self._process: subprocess.Popen[bytes] | None = None
        self.begun = 0  # where the output of the present process begins

    def start(self) -> "Program":
        """A new process."""
        self.begun = self.mark()
        command = [*leash(), str(java()), *MEMORY, *LOGGING, "-cp", f"{jars(Settings().home, POM)}/*", *self._main]
        with self._out.open("ab") as out, self._err.open("ab") as err:
            self._process = subprocess.Popen(  # noqa: S603  # Kafka's programs, arguments of our own
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err
            )
        return self

    @property
    def runs(self) -> bool:
        """Whether its process has not ended."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> int:
        """Kill -9; the exit code."""
        if self._process is None:
            raise Late(f"{self.name} was not started")
        self._process.kill()
        return self._process.wait()

    async def stop(self) -> int:
        """SIGTERM; the exit code."""
        if self._process is None:
            raise Late(f"{self.name} was not started")
        self._process.terminate()
        return await self.ended(STOP_SECONDS)

    async def ended(self, seconds: float) -> int:
        """The exit code, awaited."""
        if self._process is None:
            raise Late(f"{self.name} was not started")
        try:
            return await asyncio.to_thread(self._process.wait, seconds)
        except subprocess.TimeoutExpired:
            raise Late(f"{self.name} did not end within {seconds} s") from None

    def mark(self) -> int:
        """Where the output ends now."""
        return self._out.stat().st_size if self._out.exists() else 0

    def lines(self, since: int = 0) -> list[str]:
        """What was printed since a mark, whole lines only."""
        with self._out.open("rb") as out:
            out.seek(since)
            content = out.read()
        return content[: content.rfind(b"\n") + 1].decode(errors="replace").splitlines()

    async def says(self, pattern: str, since: int, seconds: float) -> float:
        """Until a line matches, printed since a mark; when that was seen."""
        wanted, end = re.compile(pattern), time.monotonic() + seconds
        while not any(wanted.search(line) for line in self.lines(since)):
            if time.monotonic() > end:
                raise Late(f"{self.name} did not say {pattern!r} within {seconds} s; see {self._err}")
            await asyncio.sleep(_LOOK_SECONDS)
        return time.time()
