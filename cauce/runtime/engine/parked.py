"""Parked records from outside the lane: which wait, and an operator's word to retry or drop them."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from aiokafka import TopicPartition

from cauce.runtime.engine.parking import DROPPED, PARKED_HEADERS, About, about, control, is_note, note, noted
from cauce.runtime.engine.standing import BLOCKED, Blocked, read_blocked
from cauce.runtime.engine.tenure import TRANSACTION_TIMEOUT_MS
from cauce.runtime.lane import DROP, RETRY, STANDING, Headers, Output, Record
from cauce.runtime.records import deliver, places_of, reading, stored_records

BlockedByLane = dict[str, dict[tuple[int, bytes], Blocked]]  # then by partition and subject

_LONGEST_TRANSACTION_SECONDS = TRANSACTION_TIMEOUT_MS / 1000 + 10  # the broker looks for overdue ones every 10 s
_LOOK_AGAIN_SECONDS = 0.5


class Parked(NamedTuple):
    """One record that waits. `number` is its offset in the parked topic, the name an operator uses."""

    number: int
    parked_at_ms: int
    about: About
    record: Record  # as it lies in the parked topic
    is_next: bool  # the oldest of its subject, the only one that can be taken now

    @property
    def own_headers(self) -> Headers:
        """Those with which it came."""
        return self.record.headers[PARKED_HEADERS:]


class Missing(NamedTuple):
    """A subject that waits behind records that are no longer in the parked topic; they can only be dropped."""

    lane: str
    partition: int
    subject: bytes
    turn: str


async def waiting(servers: str, prefix: str, service: str) -> tuple[list[Parked], list[Missing]]:
    """What waits for an operator, in the order in which it was parked; what was dropped waits for the lane alone.

    Takes as long as a transaction may stay open when parked records are hidden behind one.
    """
    async with reading(servers) as reader:
        topic = f"{prefix}{service}-parked"
        stored: list[Any] = []
        ends = dict.fromkeys(await places_of(reader, [topic]), 0)
        await _read_on(reader, ends, stored)
        lanes = sorted({_about(record).lane for record in _parked(stored)})
        blocked = {lane: await _blocked(reader, prefix, lane) for lane in lanes}
        deadline = time.monotonic() + _LONGEST_TRANSACTION_SECONDS
        while True:  # what was parked before the state was read is there, though perhaps not yet to be seen
            await _read_on(reader, ends, stored)
            found = [parked for record in _parked(stored) if (parked := _waits(record, blocked)) is not None]
            missing = list(_missing(blocked, {_turn_of(p.about) for p in found}))
            if not missing or time.monotonic() > deadline:
                return _not_given_up(found, _given_up(stored)), missing
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)


def _parked(stored: Iterable[Any]) -> Iterable[Any]:
    return (record for record in stored if not is_note(record.headers))


def _given_up(stored: Iterable[Any]) -> set[int]:
    """The numbers of what an operator dropped."""
    notes = (record.headers for record in stored if is_note(record.headers))
    return {noted(headers) for headers in notes if headers[0][1] == DROPPED}


def _not_given_up(found: Iterable[Parked], given_up: set[int]) -> list[Parked]:
    """What is still to be seen to. Behind the oldest of a subject, when it was dropped, its next can be taken."""
    left, freed = [], set[tuple[str, int, bytes, str]]()
    for one in sorted(found, key=lambda one: (one.about.subject, _place_in_line(one))):
        is_next = one.is_next or _turn_of(one.about) in freed
        if one.number not in given_up:
            left.append(one._replace(is_next=is_next))
        elif is_next:
            episode, number = _place_in_line(one)
            freed.add(_turn_of(one.about._replace(turn=f"{episode}/{number + 1}")))
    return sorted(left, key=lambda one: one.number)


def _place_in_line(one: Parked) -> tuple[str, int]:
    episode, _, number = one.about.turn.rpartition("/")
    return episode, int(number)


def _turn_of(what: About) -> tuple[str, int, bytes, str]:
    """Timers of one tick are parked for several subjects under the same turn."""
    return what.lane, what.partition, what.subject, what.turn


def _about(record: Any) -> About:
    return about(record.headers)


def _waits(record: Any, blocked: BlockedByLane) -> Parked | None:
    what = _about(record)
    row = blocked.get(what.lane, {}).get((what.partition, what.subject))
    episode, _, number = what.turn.rpartition("/")
    if row is None or row.episode != episode or not row.first <= int(number) < row.next:
        return None
    stored = Record(record.topic, record.partition, record.offset, record.key, record.value, record.headers)
    return Parked(record.offset, record.timestamp, what, stored, int(number) == row.first)


async def retry(
    servers: str,
    prefix: str,
    parked: Iterable[Parked],
    mend: Callable[[Parked], bytes | None] = lambda parked: parked.record.value,
) -> int:
    """Send records back to their lanes, in order, with the value that `mend` answers; how many.

    Doing this twice, or while more records are parked, is harmless: a lane takes a turn only when it is the oldest of
    a blocked subject.
    """
    return await deliver(servers, prefix, [control(RETRY, one.record, mend(one)) for one in parked])


async def drop(servers: str, prefix: str, parked: Iterable[Parked | Missing], because: str) -> int:
    """Give records up, in order, and say why in the record of it; how many. What waits behind them is next.

    Noted last: what an interruption leaves unnoted is listed until its lane takes the word, as an expired one is.
    """
    chosen, reason = list(parked), ("because", because.encode())
    words = [_dropped(one) for one in chosen]
    await deliver(servers, prefix, [word._replace(headers=[*word.headers, reason]) for word in words])
    notes = [note(DROPPED, one.record, reason) for one in chosen if isinstance(one, Parked)]
    await deliver(servers, prefix, [one._replace(topic=one.topic.removeprefix(prefix)) for one in notes])
    return len(chosen)


def out_of_turn(waiting: Iterable[Parked], chosen: Iterable[Parked]) -> list[tuple[Parked, Parked]]:
    """The chosen that a lane would pass over, each with an elder of its subject that was not chosen."""
    wanted = {one.number for one in chosen}
    elders: dict[tuple[str, int, bytes], Parked] = {}
    late = []
    for one in waiting:
        subject = (one.about.lane, one.about.partition, one.about.subject)
        if one.number not in wanted:
            elders.setdefault(subject, one)
        elif subject in elders:
            late.append((one, elders[subject]))
    return late


def _dropped(one: Parked | Missing) -> Output:
    if isinstance(one, Parked):
        word = control(DROP, one.record._replace(headers=one.record.headers[:PARKED_HEADERS]), b"")
        return word._replace(key=None)  # nothing of it is needed, and it may be as large as any record
    topic, offset, _ = one.turn.split("/")
    headers = [
        (DROP, f"{one.lane}/{one.turn}".encode()),
        ("topic", topic.encode()),
        ("offset", offset.encode()),
        ("subject", one.subject),
    ]
    return Output(topic, None, b"", headers, one.partition)


async def _read_on(reader: Any, ends: dict[TopicPartition, int], stored: list[Any]) -> None:
    """Add what is stored from `ends` on, and move them."""
    reader.assign(list(ends))
    for tp, start in ends.items():
        async for record in stored_records(reader, tp, start):
            stored.append(record)
            ends[tp] = record.offset + 1


async def _blocked(reader: Any, prefix: str, lane: str) -> dict[tuple[int, bytes], Blocked]:
    """The blocked subjects of a lane, by partition and subject."""
    topic = f"{prefix}{lane}-{STANDING}-changelog"
    stored: list[Any] = []
    await _read_on(reader, dict.fromkeys(await places_of(reader, [topic]), 0), stored)
    rows = {(record.partition, record.key): record.value for record in stored}
    return {
        (partition, key.removeprefix(BLOCKED)): read_blocked(value)
        for (partition, key), value in rows.items()
        if value is not None and key.startswith(BLOCKED)
    }


def _missing(blocked: BlockedByLane, found: set[tuple[str, int, bytes, str]]) -> Iterable[Missing]:
    for lane, rows in blocked.items():
        for (partition, subject), row in rows.items():
            for number in range(row.first, row.next):
                turn = f"{row.episode}/{number}"
                if (lane, partition, subject, turn) not in found:
                    yield Missing(lane, partition, subject, turn)
