"""A broker for everyone: the servers of the settings, the one we started before, Docker's, or Kafka's own jars.

Always a real Kafka. What was started is written down in the home folder, so that later commands find and stop it.
"""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from pydantic import BaseModel, ConfigDict

from cauce.runtime.broker import docker, kafka
from cauce.runtime.broker.programs import ProgramFailed
from cauce.runtime.broker.record import BrokerFolder, Record, answers
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import Settings

log = logging.getLogger("cauce.broker")

Rung = Literal["named", "running", "docker", "kafka"]
CHOSEN: dict[Rung, str] = {
    "named": "the servers named in CAUCE_SERVERS",
    "running": "the broker that was started before",
    "docker": "Apache Kafka in a Docker container",
    "kafka": "Apache Kafka from its published jars",
}


class Broker(BaseModel):
    """A broker that answers, and the rung of the ladder it was found on."""

    model_config = ConfigDict(frozen=True)

    servers: str
    rung: Rung

    @property
    def chosen(self) -> str:
        """Which rung it is, in words for an operator."""
        return CHOSEN[self.rung]


def obtain(settings: Settings) -> Broker:
    """A broker that answers, found or started. Callers at the same time get the same one.
    Raises `Unavailable`, saying what to do, when there is none and none can be started.
    """
    if settings.servers:
        return _named(settings.servers)
    folder = BrokerFolder.of(settings.home)
    with _alone(folder):
        return _recorded(folder) or _started(folder)


def current(settings: Settings) -> Broker | None:
    """The broker that commands would use now, without starting one; nothing when none answers.
    Raises `Unavailable` where it is in a container and no Docker engine answers.
    """
    if settings.servers:
        return Broker(servers=settings.servers, rung="named") if answers(settings.servers) else None
    return _recorded(BrokerFolder.of(settings.home))


def found(settings: Settings) -> Broker:
    """The broker that commands would use now, for those that only look: a new one would have nothing to show.
    Raises `Unavailable`, saying what to do, when none answers.
    """
    if settings.servers:
        return _named(settings.servers)
    broker = current(settings)
    if broker is None:
        raise Unavailable(
            f"No broker answers in {settings.home}. Name the one to look at in CAUCE_SERVERS, or its home in "
            "CAUCE_HOME, or start it again: `cauce broker start`."
        )
    return broker


def stop(settings: Settings) -> Record | None:
    """Stop the broker that this home started, and wait for its end. What was stopped; nothing when none ran.
    Raises `Unavailable` where it is in a container and no Docker engine answers.
    """
    folder = BrokerFolder.of(settings.home)
    with _alone(folder):
        record = folder.record()
        if not record or not _lives(record):
            return None
        docker.stop(record) if record.container else kafka.stop(record)
        folder.forget()
    log.info("broker stopped", extra={"servers": record.servers})
    return record


def _named(servers: str) -> Broker:
    if not answers(servers):
        raise Unavailable(
            f"No broker answers at {servers} (CAUCE_SERVERS). Start it, correct the variable, "
            "or unset it to let Cauce find or start one."
        )
    return Broker(servers=servers, rung="named")


def _recorded(folder: BrokerFolder) -> Broker | None:
    record = folder.record()
    if record and _lives(record) and answers(record.servers):
        return Broker(servers=record.servers, rung="running")
    return None


def _lives(record: Record) -> bool:
    """Raises `Unavailable` where the engine that would know does not answer."""
    if not record.container:
        return kafka.lives(record)
    try:
        docker.engine()
    except docker.EngineMissing as missing:
        raise _engine_gone(missing) from None
    return docker.lives(record)


def _engine_gone(missing: docker.EngineMissing) -> Unavailable:
    return Unavailable(
        f"This home's broker and its topics are in a Docker container, and {missing}. Start Docker, "
        "or name another home in CAUCE_HOME to begin with a new broker."
    )


def _started(folder: BrokerFolder) -> Broker:
    """The rung that already holds this home's data goes first, so that topics do not vanish when an engine appears."""
    reason = "it was not tried: this home holds data of another rung"
    if not kafka.holds_data(folder):
        try:
            return _written(folder, docker.start(folder), rung="docker")
        except docker.EngineMissing as missing:
            if folder.in_docker:
                raise _engine_gone(missing) from None
            reason = str(missing)
        except ProgramFailed as failure:
            reason = str(failure)
            log.warning("docker answers but gave no broker, going on with the jars: %s", failure)
    try:
        return _written(folder, kafka.start(folder), rung="kafka")
    except Unavailable as fault:
        raise Unavailable(f"No broker could be started.\nDocker: {reason}\nKafka: {fault}") from None


def _written(folder: BrokerFolder, record: Record, *, rung: Rung) -> Broker:
    last = folder.last_servers
    folder.write(record)
    if last not in {None, record.servers}:
        log.warning(
            "broker moved from=%s to=%s, the old port is taken: stop and start what runs with it, as `cauce up`",
            last, record.servers,
        )  # fmt: skip
    log.info("broker started", extra={"servers": record.servers, "rung": rung})
    return Broker(servers=record.servers, rung=rung)


@contextmanager
def _alone(folder: BrokerFolder) -> Iterator[None]:
    """One command at a time starts or stops this home's broker; the system lets go of the lock when we die."""
    folder.path.mkdir(parents=True, exist_ok=True)
    with folder.lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
