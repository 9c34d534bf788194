"""A broker in a Docker container, where an engine answers; the image is built from `deploy/Dockerfile.broker`."""

import hashlib
import os
from pathlib import Path

from cauce.runtime.broker.programs import ProgramFailed, found, run
from cauce.runtime.broker.record import LOOPBACK, BrokerFolder, Record, becomes_ready
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import CHECKOUT

DEPLOY = CHECKOUT / "deploy"
IMAGE = "cauce-broker:8.1.1"  # the number testcontainers expects: Confluent's for Kafka 4.1
PORT = 9092
ASK_SECONDS, BUILD_SECONDS, START_SECONDS = 10, 900, 60


class EngineMissing(Unavailable):
    """No Docker engine answers here."""


def start(folder: BrokerFolder) -> Record:
    """Start the container and wait until the broker in it answers. Raises `EngineMissing`, or `ProgramFailed`."""
    docker, port = engine(), folder.port(PORT)
    ready_image(docker)
    servers, name = f"{LOOPBACK}:{port}", container_name(folder)
    _remove(docker, name)
    publish = ("--publish", f"{LOOPBACK}:{port}:9092", "--env", f"CAUCE_ADVERTISED={servers}")
    keep = ("--volume", f"{name}:/var/lib/kafka")
    run(docker, "run", "--detach", "--name", name, *publish, *keep, IMAGE, timeout_seconds=ASK_SECONDS)
    record = Record(servers=servers, container=name)
    if becomes_ready(servers, timeout_seconds=START_SECONDS, alive=lambda: lives(record)):
        return record
    said = run(docker, "logs", "--tail", "12", name, timeout_seconds=ASK_SECONDS)
    _remove(docker, name)
    raise ProgramFailed(f"the container did not come up, it said last:\n{said}")


def stop(record: Record) -> None:
    """Stop the container and remove it; its volume keeps the topics."""
    docker, name = engine(), str(record.container)
    run(docker, "stop", name, timeout_seconds=START_SECONDS)
    _remove(docker, name)


def lives(record: Record) -> bool:
    """Whether the container that was recorded still runs."""
    ask = ("inspect", "--format", "{{.State.Running}}", str(record.container))
    try:
        return run(engine(), *ask, timeout_seconds=ASK_SECONDS).strip() == "true"
    except Unavailable:
        return False


def engine() -> Path:
    """The `docker` program, where an engine answers it. Raises `EngineMissing`."""
    docker = found("docker")
    if not docker:
        raise EngineMissing("there is no docker program on the path")
    try:
        run(docker, "version", "--format", "{{.Server.Version}}", timeout_seconds=ASK_SECONDS)
    except ProgramFailed:
        raise EngineMissing("no Docker engine answers") from None
    return docker


def container_name(folder: BrokerFolder) -> str:
    """The name of that home's container, and of the volume with its topics."""
    return f"cauce-broker-{os.getuid()}-{hashlib.sha256(str(folder.path).encode()).hexdigest()[:8]}"


def ready_image(docker: Path) -> None:
    """Build the broker's image unless the engine has it. Raises `ProgramFailed`."""
    if run(docker, "images", "--quiet", IMAGE, timeout_seconds=ASK_SECONDS).strip():
        return
    dockerfile = DEPLOY / "Dockerfile.broker"
    run(docker, "build", "--tag", IMAGE, "--file", str(dockerfile), str(CHECKOUT), timeout_seconds=BUILD_SECONDS)


def _remove(docker: Path, name: str) -> None:
    run(docker, "rm", "--force", "--volumes", name, timeout_seconds=START_SECONDS)
