"""A file of JSON lines that only grows; what was answered for is on the disk before the answer leaves."""

import asyncio
import fcntl
import os
from collections.abc import Iterable
from pathlib import Path

from cauce.runtime.faults import Unavailable

Waiting = tuple[bytes, asyncio.Future[None]]


class Ledger:
    """Lines that outlive a kill. One process has it open; appends that come together share one write and fsync."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise Unavailable(f"{path} is in use by another sandbox; stop that one, or name another file") from None
        self.lines = self._read(path)
        self._waiting: list[Waiting] = []
        self._writing: asyncio.Task[None] | None = None
        self._fault: OSError | None = None

    def _read(self, path: Path) -> list[bytes]:
        """The whole lines; a last line without its end is what a kill left of an append nobody was told of."""
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        os.ftruncate(self._file, whole)
        return content[:whole].splitlines()

    async def append(self, lines: Iterable[bytes]) -> None:
        """Returns when the lines and all before them are on the disk; none of its own is a wait for the others.

        After a failed write every append fails.
        """
        if self._fault:
            raise self._fault
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((b"".join(line + b"\n" for line in lines), written))
        if self._writing is None:
            self._writing = asyncio.ensure_future(self._write_waiting())
        await asyncio.shield(written)

    async def _write_waiting(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                await asyncio.to_thread(self._write, b"".join(content for content, _ in batch))
            except OSError as fault:
                self._fault = fault
            for _, written in batch:
                if self._fault is None:
                    written.set_result(None)
                else:
                    written.set_exception(self._fault)
        self._writing = None

    def _write(self, content: bytes) -> None:
        if not content:
            return
        while content:
            content = content[os.write(self._file, content) :]
        os.fsync(self._file)

    async def close(self) -> None:
        """Write what waits, and let go of the file."""
        if self._writing is not None:
            await self._writing
        os.close(self._file)
