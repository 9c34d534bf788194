"""Brokers of the run's own: one KRaft node or three, each a process that can be killed, stopped and started again.

Beside the address for who only looks on, a broker has one for each way, told to those who come by it: that way can be
cut without cutting another.
"""

import asyncio
import os
import shutil
import signal
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cauce.runtime.broker import kafka
from cauce.runtime.broker.java import java
from cauce.runtime.broker.programs import found, last_lines, run
from cauce.runtime.broker.record import LOOPBACK, answers, becomes_ready, lasting_ports
from cauce.runtime.faults import Unavailable

START_SECONDS = 90
GROUPS = "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.coordinator.group=info"  # who joined and who was given up
STOP_SECONDS = 30
_OVERRIDES = """
node.id={node}
controller.quorum.voters={voters}
listeners={listeners},CONTROLLER://{host}:{controller}
advertised.listeners={advertised}
inter.broker.listener.name=CLIENT
listener.security.protocol.map={protocols},CONTROLLER:PLAINTEXT
log.dirs={data}
default.replication.factor={replicas}
min.insync.replicas={in_sync}
offsets.topic.replication.factor={replicas}
transaction.state.log.replication.factor={replicas}
transaction.state.log.min.isr={in_sync}
share.coordinator.state.topic.replication.factor={replicas}
share.coordinator.state.topic.min.isr={in_sync}
"""


@dataclass(slots=True)
class Node:
    """One broker. `ways` gives the port that it listens on for a way, and the one that it tells those who come so."""

    name: str
    folder: Path
    port: int
    controller: int
    ways: Mapping[str, tuple[int, int]]
    process: asyncio.subprocess.Process | None = field(default=None)

    @property
    def address(self) -> str:
        """For who only looks on."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def pid(self) -> int | None:
        """Of the process that runs now."""
        return self.process.pid if self.process and self.process.returncode is None else None


class Cluster:
    """The brokers of one run. `ways` are names; each is reached by `servers(way)`."""

    def __init__(self, home: Path, folder: Path, *, brokers: int, ways: Sequence[str] = ()) -> None:
        self._home, self._id = home, uuid.uuid4().hex[:22]
        ports = lasting_ports()
        self.nodes = {
            f"broker-{number}": Node(
                name=f"broker-{number}",
                folder=folder / f"broker-{number}",
                port=next(ports),
                controller=next(ports),
                ways={way: (next(ports), next(ports)) for way in ways},
            )
            for number in range(1, brokers + 1)
        }

    def servers(self, way: str | None = None) -> str:
        """Bootstrap servers, of a way or for who only looks on."""
        if way is None:
            return ",".join(node.address for node in self.nodes.values())
        return ",".join(f"{LOOPBACK}:{node.ways[way][1]}" for node in self.nodes.values())

    async def start(self) -> None:
        """Format and start all, and return when they answer. Raises Unavailable with the end of a log."""
        program, classpath = await asyncio.to_thread(self._program)
        for number, node in enumerate(self.nodes.values(), start=1):
            self._configure(number, node)
            await asyncio.to_thread(self._format, node, program, classpath)
        await asyncio.gather(*(self.begin(name) for name in self.nodes))
        for node in self.nodes.values():
            await self.ready(node.name)

    async def begin(self, name: str) -> None:
        """Start a broker on the data that it has."""
        node, (program, classpath) = self.nodes[name], await asyncio.to_thread(self._program)
        arguments = (*kafka.MEMORY, *kafka.LOGGING, GROUPS, "-cp", classpath, "kafka.Kafka", str(_properties(node)))
        with (node.folder / "broker.log").open("ab") as log:
            node.process = await asyncio.create_subprocess_exec(
                *leash(), str(program), *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
            )

    async def ready(self, name: str) -> None:
        """Return when a broker answers. Raises Unavailable with the end of its log when it does not."""
        node = self.nodes[name]
        if not await asyncio.to_thread(
            becomes_ready, node.address, timeout_seconds=START_SECONDS, alive=lambda: node.pid is not None
        ):
            log = (node.folder / "broker.log").read_text(errors="replace")
            raise Unavailable(f"{name} did not come up; its log ends with:\n{last_lines(log)}")

    async def answers(self, name: str) -> bool:
        """Whether a broker answers now."""
        return await asyncio.to_thread(answers, self.nodes[name].address, timeout_seconds=1)

    async def kill(self, name: str) -> int:
        """Kill -9, and wait for its end; the process id that it had."""
        node = self.nodes[name]
        if node.process is None or node.pid is None:
            raise Unavailable(f"{name} does not run")
        node.process.kill()
        await node.process.wait()
        return node.process.pid

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a broker that runs."""
        pid = self.nodes[name].pid
        if pid is not None:
            os.kill(pid, number)

    async def stop(self) -> None:
        """End all that run; those that take their time are killed."""
        running = [node.process for node in self.nodes.values() if node.process and node.process.returncode is None]
        for process in running:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        if running:
            _, late = await asyncio.wait([asyncio.ensure_future(p.wait()) for p in running], timeout=STOP_SECONDS)
            for process in running if late else ():
                if process.returncode is None:
                    process.kill()

    def _program(self) -> tuple[Path, str]:
        return java(), str(kafka.jars(self._home) / "*")

    def _configure(self, number: int, node: Node) -> None:
        node.folder.mkdir(parents=True, exist_ok=True)
        names = ("CLIENT", *(_listener(way) for way in node.ways))
        told = (node.port, *(outer for _, outer in node.ways.values()))
        heard = (node.port, *(inner for inner, _ in node.ways.values()))
        several = len(self.nodes) > 1
        _properties(node).write_text(
            (kafka.RECIPE / "broker.properties").read_text()
            + _OVERRIDES.format(
                node=number,
                host=LOOPBACK,
                controller=node.controller,
                voters=",".join(
                    f"{at}@{LOOPBACK}:{other.controller}" for at, other in enumerate(self.nodes.values(), start=1)
                ),
                listeners=_addresses(names, heard),
                advertised=_addresses(names, told),
                protocols=",".join(f"{name}:PLAINTEXT" for name in names),
                data=node.folder / "data",
                replicas=3 if several else 1,
                in_sync=2 if several else 1,
            )
        )

    def _format(self, node: Node, program: Path, classpath: str) -> None:
        shutil.rmtree(node.folder / "data", ignore_errors=True)
        cluster = ("--cluster-id", self._id, "--config", str(_properties(node)))
        arguments = ("-cp", classpath, "kafka.tools.StorageTool", "format", *cluster)
        run(program, *kafka.LOGGING, *arguments, timeout_seconds=START_SECONDS)


def _properties(node: Node) -> Path:
    return node.folder / "server.properties"


def _listener(way: str) -> str:
    return way.upper().replace("-", "")


def _addresses(names: Sequence[str], ports: Sequence[int]) -> str:
    return ",".join(f"{name}://{LOOPBACK}:{port}" for name, port in zip(names, ports, strict=True))


def leash() -> tuple[str, ...]:
    """A prefix by which the kernel ends a broker with us, however we end, where the system has it (util-linux)."""
    setpriv = found("setpriv")
    return (str(setpriv), "--pdeathsig", "KILL") if setpriv else ()
