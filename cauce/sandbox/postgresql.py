"""A PostgreSQL of one's own, for tests and measurements: installed programs over a folder, reached by its socket."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from cauce.runtime.faults import Unavailable

INSTALLED = Path("/usr/lib/postgresql")  # Debian keeps the server's programs off the path
READY_SECONDS = 30
# What a server of this size is usually given; how it keeps its promises is left as it comes.
OPTIONS = ("shared_buffers=256MB", "max_wal_size=2GB", "listen_addresses=")
_LOOK_SECONDS = 0.05  # a server that starts tells nobody


class Postgresql(NamedTuple):
    """An empty database, and its server's process."""

    url: str
    pid: int


@contextmanager
def postgresql(folder: Path) -> Iterator[Postgresql]:
    """A server in a folder that is there. Raises Unavailable, saying what to do, where it cannot be."""
    user = _user()
    if user:
        shutil.chown(folder, user)
    _initialize(folder / "data", user)
    with _served(folder, user) as server:
        yield Postgresql(f"postgresql+psycopg://postgres@/postgres?host={folder}", server.pid)


def _initialize(data: Path, user: str | None) -> None:
    command = [_program("initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"]
    subprocess.run(command, user=user, cwd="/", check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # our own words


@contextmanager
def _served(folder: Path, user: str | None) -> Iterator["subprocess.Popen[bytes]"]:
    options = [word for option in OPTIONS for word in ("-c", option)]
    command = [_program("postgres"), "-D", str(folder / "data"), "-k", str(folder), *options]
    with (
        (folder / "log").open("wb") as sink,
        subprocess.Popen(command, stdout=sink, stderr=sink, user=user, cwd="/") as server,  # noqa: S603  # our own words
    ):
        try:
            _await(folder, server)
            yield server
        finally:
            server.send_signal(signal.SIGINT)  # a fast shutdown


def _await(folder: Path, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_SECONDS
    ready = [_program("pg_isready"), "-q", "-h", str(folder)]
    while subprocess.run(ready, check=False).returncode:  # noqa: S603  # our own words
        if server.poll() is not None or time.monotonic() > deadline:
            raise Unavailable(f"PostgreSQL did not come up: {(folder / 'log').read_text()}")
        time.sleep(_LOOK_SECONDS)


def _program(name: str) -> str:
    """A program of the newest server installed."""
    found = sorted(INSTALLED.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    path = str(found[-1]) if found else shutil.which(name)
    if path is None:
        raise Unavailable("PostgreSQL is missing. Install it: `deploy/setup.sh postgresql`, where apt is at hand.")
    return path


def _user() -> str | None:
    """Whom the server runs as: it refuses to be root."""
    if os.getuid():
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
