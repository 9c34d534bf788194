"""What came of what the counting lanes were fed, recomputed: what is lost, doubled, out of order or miscounted."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import count
from typing import NamedTuple

from cauce.runtime.engine.parked import retry, waiting
from chaos.proofs import counting
from chaos.proofs.feed import Fed, Feed
from chaos.proofs.fleet import Late
from chaos.proofs.outside import Kafka

INPUTS: Mapping[str, int] = {"orders": 4, "receipts": 4, "notes": 2}
OUTPUTS: Mapping[str, tuple[str, ...]] = {"stock-out": ("orders", "receipts"), "mail-out": ("notes",)}
_TURNS = ("orders", "orders", "receipts", "notes")


class Differences(NamedTuple):
    """Of one output and its table. A record is miscounted that carries another count than its place among its key's."""

    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    miscounted: int = 0
    wrong_rows: int = 0


NOTHING_WRONG = dict.fromkeys(OUTPUTS, Differences())


def records(poison: int = 0, keys: int = 2000, seed: int = 1) -> Iterator[Fed]:
    """Numbered records over the three inputs, without end; one in `poison` cannot be decided."""
    draw = random.Random(seed)  # noqa: S311  # a seed repeats it
    for number in count():
        bad = poison and draw.randrange(poison) == 0
        topic = _TURNS[number % 4]
        yield topic, b"k%d" % draw.randrange(keys), b"%s%s%d" % (b"!" if bad else b"", topic[:1].encode(), number)


async def differences(kafka: Kafka, feed: Feed) -> dict[str, Differences]:
    """By output. Poison counts as it was mended (`retry_all`)."""
    return {
        output: await _compared(kafka, feed, output, lane.changelogs[lane.tables[0].name])
        for lane, output in zip(counting.LANES, OUTPUTS, strict=True)
    }


async def _compared(kafka: Kafka, feed: Feed, output: str, changelog: str) -> Differences:
    left = Counter((key, value.lstrip(b"!")) for topic in OUTPUTS[output] for key, value in feed.sent[topic])
    counts = Counter(key for key, _ in left.elements())
    so_far = Counter[bytes]()
    last: dict[tuple[bytes, bytes], int] = {}
    disorder = miscounted = 0
    async for record in kafka.records(output):
        left[record.key, record.value] -= 1
        so_far[record.key] += 1
        miscounted += int(dict(record.headers)[counting.COUNT]) != so_far[record.key]
        place, number = (record.key, record.value[:1]), int(record.value[1:])
        disorder += number < last.get(place, -1)
        last[place] = number
    rows = {key: int(value) for part in (await kafka.rows(changelog)).values() for key, value in part.items()}
    return Differences(
        lost=sum(times for times in left.values() if times > 0),
        doubled=-sum(times for times in left.values() if times < 0),
        out_of_order=disorder,
        miscounted=miscounted,
        wrong_rows=sum(rows.get(key) != times for key, times in counts.items()) + len(rows.keys() - counts.keys()),
    )


async def retry_all(kafka: Kafka) -> int:
    """Retry every parked record, mended; how many there were."""
    parked, missing = await waiting(kafka.servers, kafka.settings.prefix, counting.SERVICE)
    if missing:
        raise LookupError(f"parked records that are not there: {missing}")
    await retry(kafka.servers, kafka.settings.prefix, parked, mend=lambda one: (one.record.value or b"").lstrip(b"!"))
    return len(parked)


async def drained(kafka: Kafka, seconds: float = 60) -> None:
    """Until everything is decided, the mended poison included."""
    while True:
        if not await kafka.caught_up(counting.SERVICE, seconds, **INPUTS):
            raise Late(f"not decided within {seconds} s")
        if not await retry_all(kafka):
            return
