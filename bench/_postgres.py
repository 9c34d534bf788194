"""A PostgreSQL for one measurement: Debian's programs over a folder of its own, reached by a socket in it.

BENCH_DATABASE_URL names an empty database of another server in its place.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

INSTALLED = "/usr/lib/postgresql"  # Debian keeps the server's programs off the path
READY_SECONDS = 30
# What a server of this size is usually given; how it keeps its promises is left as it comes.
OPTIONS = ("shared_buffers=256MB", "max_wal_size=2GB", "listen_addresses=")


class Postgres(NamedTuple):
    """A database to use, and its server's process; 0 where the server is another's."""

    url: str
    pid: int


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server of an empty database, gone with the measurement."""
    named = os.environ.get("BENCH_DATABASE_URL")
    if named:
        yield Postgres(named, 0)
        return
    folder = Path(tempfile.mkdtemp(prefix="bench-postgres-"))
    try:
        with _served(folder) as server:
            yield Postgres(f"postgresql+psycopg://postgres@/postgres?host={folder}", server.pid)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _served(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    user = _user()
    if user:
        shutil.chown(folder, user)
    data, log = folder / "data", folder / "log"
    _initialize(data, user)
    options = [word for option in OPTIONS for word in ("-c", option)]
    command = [_program("postgres"), "-D", str(data), "-k", str(folder), *options]
    with log.open("wb") as sink, subprocess.Popen(command, stdout=sink, stderr=sink, user=user) as server:
        try:
            _await_socket(folder, server)
            yield server
        finally:
            server.send_signal(signal.SIGINT)  # a fast shutdown


def _initialize(data: Path, user: str | None) -> None:
    command = [_program("initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"]
    subprocess.run(command, user=user, cwd="/", check=True, stdout=subprocess.DEVNULL)


def _await_socket(folder: Path, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_SECONDS
    ready = [_program("pg_isready"), "-q", "-h", str(folder)]
    while subprocess.run(ready, check=False).returncode:
        if server.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"PostgreSQL did not come up: {(folder / 'log').read_text()}")
        time.sleep(0.05)  # the server offers no event


def _program(name: str) -> str:
    """A program of the newest server installed."""
    found = sorted(Path(INSTALLED).glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    path = str(found[-1]) if found else shutil.which(name)
    if path is None:
        raise SystemExit("PostgreSQL is missing: `deploy/setup.sh bench` installs it, or set BENCH_DATABASE_URL")
    return path


def _user() -> str | None:
    """Whom the server runs as: it refuses to be root."""
    if os.getuid():
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
