"""The first record that breaks a law, found by halving.

All records stand in the order in which they came about; wanted is the shortest beginning of them in which something is
already broken that is broken in the end.

A beginning may break laws that its next records mend, as a promise does whose entries of the ledger are still to come;
only what stays broken is looked for.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from cauce.audit.auditor import Auditor
from cauce.audit.record import Entry, Place, Violation


class Recorded(NamedTuple):
    """A record as it was read; `entry` is None where it is no message."""

    place: Place
    content: bytes
    entry: Entry | None

    def give(self, auditor: Auditor) -> None:
        """Let the auditor see it."""
        if self.entry is None:
            auditor.see_unreadable(self.place, self.content)
        else:
            auditor.see(self.entry, self.content)


class Found(NamedTuple):
    """The record that breaks a law, what it breaks, the record it followed from, and how many came before it.

    `record` is None where what is wrong is that nothing of ours came of a record of outsiders, which `broken` names.
    """

    record: Recorded | None
    broken: tuple[Violation, ...]
    cause: Recorded | None
    before: int


def bisected(
    records: Sequence[Recorded],
    *,
    raw: Iterable[Place] = (),
    parked: Iterable[Place] = (),
    tell: Callable[[int], None] = lambda _: None,
) -> Found | None:
    """The first record that breaks a law; None where none is broken. `tell` is told what is left at each step."""
    ordered, aside = in_order(records), frozenset(parked)
    wanted = frozenset(_broken(ordered, aside))
    if not wanted:
        nowhere = _broken(ordered, aside, raw)
        return Found(None, tuple(nowhere[:1]), None, len(ordered)) if nowhere else None
    lawful, broken = 0, len(ordered)
    while broken - lawful > 1:
        tell(broken - lawful)
        middle = (lawful + broken) // 2
        if wanted.isdisjoint(_broken(ordered[:middle], aside)):
            lawful = middle
        else:
            broken = middle
    shown = tuple(one for one in _broken(ordered[:broken], aside) if one in wanted)
    return Found(ordered[lawful], shown, _cause(ordered[lawful], ordered), lawful)


def _broken(records: Iterable[Recorded], parked: frozenset[Place], raw: Iterable[Place] = ()) -> list[Violation]:
    auditor = Auditor(raw=raw, parked=parked)
    for record in records:
        record.give(auditor)
    return list(auditor.verdict().violations)


def _cause(record: Recorded, records: Iterable[Recorded]) -> Recorded | None:
    cause = _causes(record)
    return next((one for one in records if one.entry and one.entry.envelope.id == cause), None) if cause else None


def _causes(record: Recorded) -> str:
    """The id of what a record followed from; what a tick set off names the tick, then its entity."""
    return record.entry.envelope.cause_id.partition("/")[0] if record.entry else ""


def in_order(records: Sequence[Recorded]) -> list[Recorded]:
    """Each after its cause and after those before it in its partition; otherwise by time, then as they were read."""
    after, waits = _dependents(records)
    times = list(_times(records))
    ready = [(times[at], at) for at in range(len(records)) if not waits[at]]
    heapify(ready)
    found: list[int] = []
    while ready:
        _, at = heappop(ready)
        found.append(at)
        for next_one in after[at]:
            waits[next_one] -= 1
            if not waits[next_one]:
                heappush(ready, (times[next_one], next_one))
    left = set(range(len(records))) - set(found)  # a record that names itself or a later one of its partition as cause
    return [records[at] for at in (*found, *sorted(left))]


def _dependents(records: Sequence[Recorded]) -> tuple[dict[int, list[int]], list[int]]:
    """Which records come after each, and how many each waits for."""
    by_id: dict[str, int] = {}
    for at, record in enumerate(records):
        if record.entry:
            by_id.setdefault(record.entry.envelope.id, at)
    after: dict[int, list[int]] = defaultdict(list)
    waits = [0] * len(records)
    last: dict[tuple[str, int], int] = {}
    for at, record in enumerate(records):
        for before in {last.get(record.place[:2]), by_id.get(_causes(record))} - {None, at}:
            after[before or 0].append(at)
            waits[at] += 1
        last[record.place[:2]] = at
    return after, waits


def _times(records: Iterable[Recorded]) -> Iterator[float]:
    """The time of each; of one without, that of the one before it in its partition."""
    last: dict[tuple[str, int], float] = defaultdict(float)
    for record in records:
        if record.entry:
            last[record.place[:2]] = record.entry.envelope.at.timestamp()
        yield last[record.place[:2]]
