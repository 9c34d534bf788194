"""Records a second that one worker counts, on the lane, in stock Faust and in plain aiokafka: prints one JSON object.

All read the same topic from its beginning, in a process of their own, one after another, who goes first changing with
the round. The lane and aiokafka are exactly-once, Faust is at-least-once and gets as many records as it can in a few
seconds. Rates count from the first batch on: `{ours, faust, aiokafka, ratio_faust, ratio_aiokafka, rounds[]}`.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import _counting
from _figures import rounded, say, spread
from _topics import clear

from cauce.runtime.settings import Settings
from cauce.runtime.topics import TopicSpec, create_topics

RECORDS = int(os.environ.get("BENCH_RECORDS", "600000"))
KEYS = int(os.environ.get("BENCH_KEYS", "400000"))
PARTITIONS = int(os.environ.get("BENCH_PARTITIONS", "4"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
FAUST_RECORDS = min(RECORDS, int(os.environ.get("BENCH_FAUST_RECORDS", "20000")))
PEERS = Path(__file__).parent / "peers" / "counting"
BATCH = _counting.lane("any").max_batch

Run = Callable[[Settings, str], dict[str, Any]]


def ours(settings: Settings, name: str) -> dict[str, Any]:
    """The lane, with rows in RocksDB."""
    asyncio.run(_counting.prepare_lane(settings, name))
    with tempfile.TemporaryDirectory() as home:
        return _counting.run(settings, Path(home), name, RECORDS)


def faust(settings: Settings, name: str) -> dict[str, Any]:
    """Stock Faust; it makes its changelog itself."""
    with tempfile.TemporaryDirectory() as folder:
        return _peer("with_faust", settings, settings.topic(name), folder, PARTITIONS, FAUST_RECORDS)


def aiokafka(settings: Settings, name: str) -> dict[str, Any]:
    """Plain aiokafka."""
    changelog = f"{name}-changelog"
    specs = [TopicSpec(changelog, PARTITIONS, _counting.COMPACT)]
    asyncio.run(create_topics(str(settings.servers), settings, specs))
    return _peer("with_aiokafka", settings, settings.topic(changelog), settings.topic(name), BATCH, RECORDS)


SIDES: dict[str, Run] = {"ours": ours, "faust": faust, "aiokafka": aiokafka}


def _peer(program: str, settings: Settings, *arguments: object) -> dict[str, Any]:
    topics = settings.topic(_counting.SOURCE), settings.topic(_counting.SINK)
    told = [str(argument) for argument in (settings.servers, *topics, *arguments)]
    command = [sys.executable, str(PEERS / f"{program}.py"), *told]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(settings: Settings, number: int) -> dict[str, Any]:
    """One round."""
    names = list(SIDES)
    turn = number % len(names)
    found: dict[str, Any] = {}
    for side in (*names[turn:], *names[:turn]):
        figures = SIDES[side](settings, f"{side}-{number}")
        found[side] = {"records_per_second": round(figures["records"] / figures["seconds"]), **figures}
        say(f"round {number}: {side} {found[side]}")
    return {**{f"ratio_{peer}": _ratio(found, peer) for peer in ("faust", "aiokafka")}, **found}


def _ratio(found: dict[str, Any], peer: str) -> float:
    return rounded(found["ours"]["records_per_second"] / found[peer]["records_per_second"])


def summary(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians, then ranges."""
    rates = {side: [one[side]["records_per_second"] for one in rounds] for side in SIDES}
    ratios = {name: [one[name] for one in rounds] for name in ("ratio_faust", "ratio_aiokafka")}
    return {
        **{name: median(values) for name, values in {**rates, **ratios}.items()},
        "ranges": {name: spread(values) for name, values in {**rates, **ratios}.items()},
        "records": RECORDS,
        "keys": KEYS,
        "partitions": PARTITIONS,
        "batch": BATCH,
        "rounds": rounds,
    }


def main() -> None:
    """Alternate, and clear up whatever happens."""
    prefix = f"bench-{uuid.uuid4().hex[:8]}-"
    settings = Settings().model_copy(update={"prefix": prefix, "partitions": PARTITIONS})
    try:
        asyncio.run(_counting.prepare(settings, records=RECORDS, keys=KEYS))
        rounds = [compare(settings, number) for number in range(ROUNDS)]
    finally:
        asyncio.run(clear(settings))
    print(json.dumps(summary(rounds)))


if __name__ == "__main__":
    main()
