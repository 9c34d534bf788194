"""Other programs (Java, Maven, Docker): found on the path, run to their end, or launched to outlive us."""

import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from cauce.runtime.faults import Unavailable

PROC = Path("/proc")
_STANDARD_ERROR = 2


class ProgramFailed(Unavailable):
    """A program ended with an error; the message carries the end of its output."""


def found(program: str) -> Path | None:
    """Where a program of that name lies on the path, or nothing."""
    path = shutil.which(program)
    return Path(path) if path else None


def run(program: Path, *arguments: str, environment: Mapping[str, str] | None = None, timeout_seconds: float) -> str:
    """What the program printed (both streams). Raises `ProgramFailed` on an error or when the time is up."""
    try:
        done = subprocess.run(  # noqa: S603  # programs found on the path, arguments of our own, no shell
            [str(program), *arguments],
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ProgramFailed(f"{program.name} did not end within {timeout_seconds:.0f} s.") from None
    if done.returncode:
        raise ProgramFailed(f"{program.name} ended with {done.returncode}:\n{last_lines(done.stdout)}")
    return done.stdout


def launch(program: Path, *arguments: str, log: Path) -> int:
    """The pid of a program started in a session of its own, so that it outlives us; its output goes to the log file.

    It inherits no other file: a lock or a pipe of whoever called us would stay held for as long as it runs.
    """
    return os.posix_spawn(
        program,
        [str(program), *arguments],
        os.environ,
        setsid=True,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
            *((os.POSIX_SPAWN_CLOSE, number) for number in _inherited()),
        ],
    )


def _inherited() -> list[int]:
    """The open files beside the standard three that a child would get; one opened to list them is not inheritable."""
    found = []
    for number in (int(path.name) for path in Path("/dev/fd").iterdir()):
        with suppress(OSError):
            if number > _STANDARD_ERROR and os.get_inheritable(number):
                found.append(number)
    return found


def birth(pid: int) -> str | None:
    """When a living process started, as the system writes it; nothing for one that ended. A pid alone may be reused."""
    return _birth_by_proc(pid) if PROC.is_dir() else _birth_by_ps(pid)


def _birth_by_proc(pid: int) -> str | None:
    """Field 22 of /proc/<pid>/stat (proc(5)); the name before it may hold spaces and brackets."""
    try:
        fields = PROC.joinpath(str(pid), "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else fields[19]


def _birth_by_ps(pid: int) -> str | None:
    try:
        listed = run(Path("/bin/ps"), "-o", "lstart=,stat=", "-p", str(pid), timeout_seconds=10)
    except ProgramFailed:
        return None
    started, _, status = listed.strip().rpartition(" ")
    return None if "Z" in status else started.strip()


def ended(pid: int, *, timeout_seconds: float) -> bool:
    """Whether the process ends in that time; a child's remains are collected."""
    deadline = time.monotonic() + timeout_seconds
    born = birth(pid)
    while born and birth(pid) == born and time.monotonic() < deadline:
        time.sleep(0.05)  # the system offers no event for another's child that works everywhere
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    return not born or birth(pid) != born


def last_lines(text: str, count: int = 12) -> str:
    """The end of an output, for an error message."""
    return "\n".join(text.strip().splitlines()[-count:])
