"""What processes cost: processor time and resident memory, as the system counts them (proc(5))."""

import os
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Cost(NamedTuple):
    """Processor seconds since the start, and bytes in memory now."""

    cpu_seconds: float
    resident_bytes: int


def cost(pid: int, *, forks: bool = False) -> Cost:
    """What a process costs; with the children it has now, where it forks for each client."""
    costs = [_own(each) for each in (pid, *(_children(pid) if forks else ()))]
    return Cost(sum(one.cpu_seconds for one in costs), sum(one.resident_bytes for one in costs))


def costs(pids: Mapping[str, int | None], forking: Container[str] = ()) -> dict[str, Cost]:
    """The cost of each process that runs, by name."""
    found = {}
    for name, pid in pids.items():
        try:
            if pid:
                found[name] = cost(pid, forks=name in forking)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def cpu_between(before: Mapping[str, Cost], after: Mapping[str, Cost]) -> dict[str, float]:
    """Processor seconds by process; one that was restarted in between counts from its new start."""
    spent = {}
    for name, cost_now in after.items():
        began = before[name].cpu_seconds if name in before else 0.0
        spent[name] = cost_now.cpu_seconds - (began if cost_now.cpu_seconds >= began else 0.0)
    return spent


def machine_seconds() -> float:
    """Processor seconds that the whole machine worked since it started; more than ours is somebody else's."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split(maxsplit=9)[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS_A_SECOND  # all but idle and waiting for a disk


def _own(pid: int) -> Cost:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])  # utime and stime
    return Cost(ticks / TICKS_A_SECOND, int(fields[21]) * PAGE_BYTES)


def _children(pid: int) -> Iterable[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
