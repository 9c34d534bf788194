"""When each partition of a lane committed: noted by the processes that work, merged by who watches them.

A process writes one file, `PID.beats`, of fixed records: a kill tears at most the last.
"""

import os
import struct
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

_RECORD = struct.Struct("=d16sH")

Place = tuple[str, int]  # lane and partition number


class Beat(NamedTuple):
    """A commit: when, by the system's clock, and by which process."""

    at: float
    pid: int


class Beats:
    """Notes the commits of this process: an observer of its Watch."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = os.open(folder / f"{os.getpid()}.beats", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def observe(self, event: str, fields: Mapping[str, Any]) -> None:
        """See cauce.runtime.engine.watch.Observer."""
        if event == "commit":
            os.write(self._file, _RECORD.pack(time.time(), fields["lane"].encode(), fields["partition"]))


def read_beats(folder: Path) -> dict[Place, list[Beat]]:
    """The commits of all processes, by place and in order of time."""
    found: dict[Place, list[Beat]] = defaultdict(list)
    for path in folder.glob("*.beats"):
        content, pid = path.read_bytes(), int(path.stem)
        for at, lane, number in _RECORD.iter_unpack(content[: len(content) // _RECORD.size * _RECORD.size]):
            found[lane.rstrip(b"\0").decode(), number].append(Beat(at, pid))
    return {place: sorted(beats) for place, beats in found.items()}


def longest_gap(beats: Iterable[Beat], since: float, until: float) -> float:
    """The longest time without a commit of a place between the two times."""
    pairs = pairwise(beat.at for beat in beats)
    return max([0.0, *(min(later, until) - max(earlier, since) for earlier, later in pairs)])
