"""What is known of a broker that Cauce started: its folder, the record of it, and whether it answers."""

import asyncio
import logging
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from pydantic import BaseModel, ConfigDict, ValidationError

LOOPBACK = "127.0.0.1"
_LASTING = range(10_000, 32_000)  # below the ports that systems lend to clients
_asking = ContextVar("asking", default=False)


class Record(BaseModel):
    """The running broker: a process (pid and birth, since a pid may be reused) or a container."""

    model_config = ConfigDict(frozen=True)

    servers: str
    pid: int | None = None
    birth: str | None = None
    container: str | None = None


class BrokerFolder(BaseModel):
    """Where one home keeps its broker."""

    model_config = ConfigDict(frozen=True)

    path: Path

    @classmethod
    def of(cls, home: Path) -> "BrokerFolder":
        """The broker's folder in that home."""
        return cls(path=home / "broker")

    @property
    def lock(self) -> Path:
        """Held by the command that starts or stops the broker."""
        return self.path / "lock"

    @property
    def log(self) -> Path:
        """What the broker's process says."""
        return self.path / "broker.log"

    @property
    def data(self) -> Path:
        """The broker's topics."""
        return self.path / "data"

    def record(self) -> Record | None:
        """The record as last written; nothing when there is none or it cannot be read."""
        try:
            return Record.model_validate_json(self._file.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def write(self, record: Record) -> None:
        """Replace the record, whole or not at all."""
        _replace(self._file, record.model_dump_json(exclude_none=True) + "\n")
        _replace(self.path / "servers", record.servers)
        _replace(self.path / "rung", "docker" if record.container else "kafka")

    def forget(self) -> None:
        """Remove the record; where the broker was is remembered."""
        self._file.unlink(missing_ok=True)

    @property
    def last_servers(self) -> str | None:
        """Where this home's broker was when it last came up: who still runs looks for it there."""
        try:
            return (self.path / "servers").read_text().strip() or None
        except FileNotFoundError:
            return None

    @property
    def in_docker(self) -> bool:
        """Whether this home's topics are in a container's volume."""
        try:
            return (self.path / "rung").read_text() == "docker"
        except FileNotFoundError:
            return False

    def port(self, first: int) -> int:
        """The port to come up on: the last one, else `first`, else another, whichever is free."""
        last = (self.last_servers or "").rpartition(":")[2]
        preferred = [int(last)] if last.isdecimal() else []
        return next(filter(_bindable, [*preferred, first]), None) or next(lasting_ports())

    @property
    def _file(self) -> Path:
        return self.path / "broker.json"


def answers(servers: str, *, timeout_seconds: float = 5) -> bool:
    """Whether a broker there answers a metadata request. Not to be called from a running event loop."""
    if not listens(servers):
        return False  # asked first, because the client reports a closed port as an error
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:  # a factory: leaves the thread's loop alone
        return runner.run(_bootstraps(servers, timeout_seconds))


def becomes_ready(servers: str, *, timeout_seconds: float, alive: Callable[[], bool]) -> bool:
    """Wait until a broker that starts answers; give up when it is no longer alive or the time is up."""
    deadline = time.monotonic() + timeout_seconds
    while alive() and time.monotonic() < deadline:
        if answers(servers):
            return True
        time.sleep(0.1)
    return False


def free_port(preferred: int | None = None) -> int:
    """A loopback port nobody listens on: the preferred one if it is free. For what is never started again."""
    if preferred and _bindable(preferred):
        return preferred
    with socket.socket() as anyone:
        anyone.bind((LOOPBACK, 0))
        port: int = anyone.getsockname()[1]
        return port


def lasting_ports() -> Iterator[int]:
    """Free loopback ports, each another, for servers that come back on theirs.

    A client of theirs that tries in vain meanwhile is not lent the very port that it tries, which then is taken.
    """
    return filter(_bindable, secrets.SystemRandom().sample(_LASTING, len(_LASTING)))


def _bindable(port: int) -> bool:
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def listens(servers: str) -> bool:
    """Whether somebody takes connections at one of them, a broker or not."""
    return any(_listens(server) for server in servers.split(","))


def _listens(server: str) -> bool:
    host, _, port = server.strip().rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=2):
            return True
    except (OSError, ValueError):
        return False


async def _bootstraps(servers: str, timeout_seconds: float) -> bool:
    client = AIOKafkaClient(bootstrap_servers=servers)
    _asking.set(True)
    try:
        await asyncio.wait_for(client.bootstrap(), timeout_seconds)
    except (KafkaError, TimeoutError):
        return False
    finally:
        await client.close()
    return True


def _replace(file: Path, text: str) -> None:
    draft = file.with_suffix(".draft")
    draft.write_text(text)
    draft.replace(file)


def _not_asked(_record: logging.LogRecord) -> bool:
    """Whether the client speaks of something else than our question, whose answer may well be no."""
    return not _asking.get()


for _name in ("aiokafka", "aiokafka.conn"):
    logging.getLogger(_name).addFilter(_not_asked)
