"""The peers in Java: Kafka Streams at the keeper's job and at restoring, built by Maven from `peers/kafka-streams`."""

import hashlib
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from cauce.runtime.broker.java import java

RECIPE = Path(__file__).parent / "peers" / "kafka-streams"
ALLOCATED, MOVED = "peer-allocated", "peer-stock-moved"


def build(home: Path) -> Path:
    """The folder of the peer's classes and jars; built anew when its sources changed."""
    sources = [RECIPE / "pom.xml", *sorted(RECIPE.rglob("*.java"))]
    name = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    folder = home / "peers" / name
    if not (folder / "libs").exists():
        print("building the peer with Maven", file=sys.stderr)
        goals = ("compile", "dependency:copy-dependencies", f"-DoutputDirectory={folder}/libs")
        where = (f"-DbuildDirectory={folder}", "-f", str(RECIPE / "pom.xml"))
        subprocess.run(["mvn", "-q", "-B", *where, *goals], check=True, stdout=sys.stderr)
    return folder


def run(
    folder: Path, *, servers: str, prefix: str, name: str, orders: int, partitions: int, policy: bool
) -> dict[str, Any]:
    """Let it read `stock-commands` from the beginning to the end. Seconds from the first order to its last commit."""
    topics = [prefix + topic for topic in ("stock-commands", ALLOCATED, MOVED)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as state:
        arguments: tuple[object, ...] = (servers, f"{prefix}{name}", *topics, orders, partitions, 1, state)
        arguments += ("policy",) if policy else ()
        found = program(folder, "AllocationPeer", *arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {**found, "process_seconds": round(spent, 2)}


def program(folder: Path, name: str, *arguments: object) -> dict[str, Any]:
    """What one of the programs prints, a JSON object."""
    command = [str(java()), "-cp", f"{folder}/classes:{folder}/libs/*", name, *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
