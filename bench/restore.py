"""Changelog records a second that one worker restores, and Kafka Streams of the same changelog: prints one JSON object.

A counting lane writes the changelog, a record a key; then its worker starts on an empty disk again and again, and so
does a Kafka Streams application whose name and store make that topic its changelog. Both restore into RocksDB, and
count from the first record asked for to the last one stored: `{ours, peer, ratio, memory, rounds[]}`; `memory` is ours
into memory.
"""

import asyncio
import json
import os
import tempfile
import uuid
from pathlib import Path
from statistics import median
from typing import Any

import _counting
import _streams
from _figures import rounded, say, spread
from _topics import clear

from cauce.runtime.settings import Settings

RECORDS = int(os.environ.get("BENCH_RECORDS", "2000000"))
PARTITIONS = int(os.environ.get("BENCH_PARTITIONS", "4"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
NAME = "counting"


def ours(settings: Settings, store: str) -> dict[str, Any]:
    """A worker that finds no store."""
    os.environ["CAUCE_STORE"] = store
    with tempfile.TemporaryDirectory() as home:
        return _counting.run(settings, Path(home), NAME)


def peer(settings: Settings, folder: Path) -> dict[str, Any]:
    """Kafka Streams with no store: the changelog's name is application, store and `changelog`."""
    declared = _counting.lane(NAME)
    changelog = settings.topic(declared.changelogs[_counting.COUNTS.name])
    application = changelog.removesuffix(f"-{_counting.COUNTS.name}-changelog")
    source = settings.topic(_counting.SOURCE)
    with tempfile.TemporaryDirectory() as state:
        arguments = (settings.servers, application, _counting.COUNTS.name, source, PARTITIONS, state)
        return _streams.program(folder, "RestorePeer", *arguments)


def compare(settings: Settings, number: int, folder: Path) -> dict[str, Any]:
    """One round; the two take turns at going first."""
    sides = {
        "ours": lambda: ours(settings, "rocksdb"),
        "peer": lambda: peer(settings, folder),
        "memory": lambda: ours(settings, "memory"),
    }
    found: dict[str, Any] = {}
    for side in sides if number % 2 else reversed(sides):
        figures = sides[side]()
        found[side] = {"records_per_second": round(figures["records"] / figures["seconds"]), **figures}
        say(f"round {number}: {side} {found[side]}")
    return {"ratio": rounded(found["ours"]["records_per_second"] / found["peer"]["records_per_second"]), **found}


def summary(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians, then ranges."""
    rates = {side: [one[side]["records_per_second"] for one in rounds] for side in ("ours", "peer", "memory")}
    ratios = [one["ratio"] for one in rounds]
    return {
        **{side: median(values) for side, values in rates.items()},
        "ratio": median(ratios),
        "ranges": {name: spread(values) for name, values in {**rates, "ratio": ratios}.items()},
        "records": RECORDS,
        "partitions": PARTITIONS,
        "rounds": rounds,
    }


def main() -> None:
    """Write the changelog, then restore it in turn."""
    given = Settings()
    folder = _streams.build(given.home)
    settings = given.model_copy(update={"prefix": f"bench-{uuid.uuid4().hex[:8]}-", "partitions": PARTITIONS})
    try:
        asyncio.run(_counting.prepare(settings, records=RECORDS, keys=RECORDS))
        asyncio.run(_counting.prepare_lane(settings, NAME))
        with tempfile.TemporaryDirectory() as home:
            say(f"changelog: {_counting.run(settings, Path(home), NAME, RECORDS)}")
        rounds = [compare(settings, number, folder) for number in range(ROUNDS)]
    finally:
        asyncio.run(clear(settings))
    print(json.dumps(summary(rounds)))


if __name__ == "__main__":
    main()
