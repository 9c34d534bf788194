"""Apache Kafka from its published jars as the local broker: one KRaft node on loopback, small enough for a laptop."""

import hashlib
import os
import shutil
import signal
import uuid
from functools import partial
from pathlib import Path

from cauce.runtime.broker.java import java
from cauce.runtime.broker.programs import birth, ended, found, last_lines, launch, run
from cauce.runtime.broker.record import LOOPBACK, BrokerFolder, Record, becomes_ready, free_port
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import CHECKOUT

RECIPE = CHECKOUT / "deploy" / "kafka"
POM = RECIPE / "pom.xml"
PORT = 9092
START_SECONDS, STOP_SECONDS, FETCH_SECONDS = 60, 60, 900
ATTEMPTS = 3
# A broker here lives for minutes and shares the cores with all services: what Java's second compiler takes, up to half
# of the broker's time, it seldom earns back.
COMPILER = ("-XX:TieredStopAtLevel=1",)
MEMORY = ("-Xms256m", "-Xmx768m", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-XX:+ExitOnOutOfMemoryError")
LOGGING = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.log.kafka.server=info",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
)
LISTENERS = """\
listeners=CLIENT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=CLIENT://{host}:{port}
inter.broker.listener.name=CLIENT
listener.security.protocol.map=CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.quorum.bootstrap.servers={host}:{controller_port}
log.dirs={data}
"""


def start(folder: BrokerFolder) -> Record:
    """Start the broker and wait until it answers; its data is formatted the first time.
    Raises `Unavailable` with the end of its log when it does not come up.
    """
    program, classpath = java(), str(jars(folder.path.parent) / "*")
    for _ in range(ATTEMPTS):  # a port that was free may be taken before the broker binds it
        record = _started(folder, program=program, classpath=classpath)
        if record:
            return record
        if "already in use" not in folder.log.read_text(errors="replace"):
            break
    raise Unavailable(f"the broker did not come up; {folder.log} ends with:\n{last_lines(folder.log.read_text())}")


def stop(record: Record) -> None:
    """End the broker's process and wait for it. Raises `Unavailable` when it does not end in time."""
    pid = int(record.pid or 0)
    os.kill(pid, signal.SIGTERM)
    if not ended(pid, timeout_seconds=STOP_SECONDS):
        raise Unavailable(f"The broker (pid {pid}) did not end within {STOP_SECONDS} s; end it with `kill -9 {pid}`.")


def lives(record: Record) -> bool:
    """Whether the very process that was recorded still runs."""
    return record.pid is not None and birth(record.pid) == record.birth


def holds_data(folder: BrokerFolder) -> bool:
    """Whether topics of this rung are there."""
    return (folder.data / "meta.properties").exists()


def jars(home: Path, pom: Path = POM) -> Path:
    """The folder of the jars of a list, Kafka's own, fetched by Maven when it is not there yet; named by the list."""
    if not pom.exists():
        raise Unavailable(f"{pom} is missing. Run from a checkout of Cauce, or name servers in CAUCE_SERVERS.")
    folder = home / "kafka" / hashlib.sha256(pom.read_bytes()).hexdigest()[:12]
    if not folder.is_dir():
        _fetch(pom, folder)
    return folder


def _fetch(pom: Path, folder: Path) -> None:
    maven = found("mvn")
    if not maven:
        raise Unavailable(
            "Maven is missing, which brings Kafka's jars. Install it (Debian, Ubuntu: apt-get install maven), "
            "or name servers in CAUCE_SERVERS."
        )
    draft = folder.with_suffix(f".{uuid.uuid4().hex}")
    environment = {} if found("java") else {"JAVA_HOME": str(java().parents[1])}
    arguments = ("-B", "-q", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={draft}")
    run(maven, *arguments, environment=environment, timeout_seconds=FETCH_SECONDS)
    draft.replace(folder)


def _started(folder: BrokerFolder, *, program: Path, classpath: str) -> Record | None:
    servers, properties = _configured(folder)
    if not holds_data(folder):
        _format(folder, program=program, classpath=classpath, properties=properties)
    pid = launch(
        program, *COMPILER, *MEMORY, *LOGGING, "-cp", classpath, "kafka.Kafka", str(properties), log=folder.log
    )
    record = Record(servers=servers, pid=pid, birth=birth(pid))
    if becomes_ready(servers, timeout_seconds=START_SECONDS, alive=partial(lives, record)):
        return record
    if lives(record):
        stop(record)
    return None


def _configured(folder: BrokerFolder) -> tuple[str, Path]:
    port = folder.port(PORT)
    listeners = LISTENERS.format(host=LOOPBACK, port=port, controller_port=free_port(), data=folder.data)
    path = folder.path / "server.properties"
    path.write_text((RECIPE / "broker.properties").read_text() + listeners)
    return f"{LOOPBACK}:{port}", path


def _format(folder: BrokerFolder, *, program: Path, classpath: str, properties: Path) -> None:
    shutil.rmtree(folder.data, ignore_errors=True)  # half formatted: it never held a topic
    cluster = ("--cluster-id", uuid.uuid4().hex[:22], "--config", str(properties))
    arguments = ("-cp", classpath, "kafka.tools.StorageTool", "format", "--standalone", *cluster)
    run(program, *LOGGING, *arguments, timeout_seconds=START_SECONDS)
