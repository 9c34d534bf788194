"""What time it is: the system's, or a demo's own, which it writes into a small file that every process maps.

Only doors and the clock process read a clock; decisions get `at` with their input.
"""

import asyncio
import logging
import mmap
import os
import struct
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import Settings

log = logging.getLogger("cauce.clock")

SYSTEM = "system"
_LOOK_SECONDS = 0.2
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BYTES = 8  # one native 64-bit integer, aligned: a reader sees the old value or the new one, never half of each


class Clock(Protocol):
    """Tells the time, and never an earlier one than it told before."""

    def now(self) -> datetime:
        """The time in UTC."""


class SystemClock:
    """The system's clock; while the system sets it back, it stands still."""

    def __init__(self) -> None:
        self._last = 0

    def now(self) -> datetime:
        """See Clock."""
        self._last = max(self._last, time.time_ns() // 1000)
        return _instant(self._last)


class FileClock:
    """A clock that another process sets (`ClockHand`). Raises Unavailable where nobody has set it yet."""

    def __init__(self, path: Path) -> None:
        self._last = 0
        self._value = _mapped(path, os.O_RDONLY, mmap.ACCESS_READ)

    def now(self) -> datetime:
        """See Clock."""
        self._last = max(self._last, self._value[0])
        return _instant(self._last)


class ClockHand:
    """Sets a file's clock; there is one hand."""

    def __init__(self, path: Path, at: datetime) -> None:
        if not path.exists():
            _write_whole(path, struct.pack("q", _microseconds(at)))
        self._value = _mapped(path, os.O_RDWR, mmap.ACCESS_WRITE)
        self.set(at)

    def set(self, at: datetime) -> None:
        """The time is now `at`, in every process that looks."""
        self._value[0] = _microseconds(at)


async def clock_once_set(settings: Settings) -> Clock:
    """As `clock_of`, once somebody has set it; says once that it waits."""
    if settings.clock != SYSTEM and not _file(settings).exists():
        log.warning("waiting for the clock at %s (CAUCE_CLOCK), which another process sets", settings.clock)
        while not _file(settings).exists():  # noqa: ASYNC110  # another process's file is no event of ours
            await asyncio.sleep(_LOOK_SECONDS)
    return clock_of(settings)


def clock_of(settings: Settings) -> Clock:
    """The clock that the settings name: `system`, or the path of a file."""
    return SystemClock() if settings.clock == SYSTEM else FileClock(_file(settings))


def _file(settings: Settings) -> Path:
    return Path(settings.clock).expanduser().absolute()


def _instant(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _mapped(path: Path, flags: int, access: int) -> "memoryview[int]":
    try:
        file = os.open(path, flags)
    except FileNotFoundError:
        raise Unavailable(
            f"No clock at {path} (CAUCE_CLOCK). Start what sets it first, or set CAUCE_CLOCK to {SYSTEM!r}."
        ) from None
    try:
        return memoryview(mmap.mmap(file, _BYTES, access=access)).cast("q")
    except ValueError:
        raise Unavailable(f"{path} (CAUCE_CLOCK) is not a clock: it has not {_BYTES} bytes. Remove it.") from None
    finally:
        os.close(file)


def _write_whole(path: Path, value: bytes) -> None:
    """A reader finds the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_bytes(value)
    draft.replace(path)
