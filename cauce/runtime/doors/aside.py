"""Records that doors set aside, from outside the lane: which wait, what their seals hold, and an operator's word.

The word is a note in the parked topic, behind the record; what is sent again is a new record of its raw topic.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from aiokafka import TopicPartition

from cauce.runtime.doors.door import SEALED
from cauce.runtime.doors.vault import SealBroken, Vault
from cauce.runtime.engine.parking import DROPPED, PARKED_HEADERS, RETRIED, About, about, is_note, note, noted
from cauce.runtime.faults import Unavailable
from cauce.runtime.lane import Headers, Output, Record
from cauce.runtime.log_reader import record_of
from cauce.runtime.records import deliver, places_of, reading, stored_records


class SetAside(NamedTuple):
    """One record that no operator has seen to. `number` is its offset in the parked topic, its name for them."""

    number: int
    parked_at_ms: int
    about: About
    record: Record  # as it lies in the parked topic, its value sealed; None where it was too large to seal

    @property
    def own_headers(self) -> Headers:
        """Those the door gave it; an outsider's are not kept."""
        return self.record.headers[PARKED_HEADERS:]


async def set_aside(servers: str, prefix: str, services: Iterable[str]) -> list[SetAside]:
    """What the doors of `services` set aside and nobody has seen to, by service, in the order of setting aside."""
    found: list[SetAside] = []
    async with reading(servers) as reader:
        for topic in (f"{prefix}{service}-parked" for service in services):
            stored: list[Any] = []
            for place in await places_of(reader, [topic]):
                reader.assign([place])
                stored += [record async for record in stored_records(reader, place)]
            found += not_seen_to(stored, prefix)
    return found


def not_seen_to(stored: Iterable[Any], prefix: str) -> list[SetAside]:
    """Those of a parked topic's records, as fetched, that a door wrote and that no note behind them is about."""
    found: dict[int, SetAside] = {}
    for record in stored:
        if is_note(record.headers):
            found.pop(noted(record.headers), None)
        elif SEALED in record.headers[PARKED_HEADERS:]:
            own = record_of(record, prefix)
            found[record.offset] = SetAside(record.offset, record.timestamp, about(record.headers), own)
    return list(found.values())


def unsealed(one: SetAside, vault: Vault) -> bytes:
    """What came from outside. Raises Unavailable where it is not in the record, or under another seal."""
    if one.record.value is None:
        raise Unavailable(f"{one.number} was too large to seal: it lies in its raw topic, at {one.about.place}")
    try:
        return vault.open_raw(one.record.value)
    except SealBroken as broken:
        raise Unavailable(f"{one.number} does not open: {broken}; name what to send with --value") from None


async def originals(servers: str, prefix: str, chosen: Iterable[SetAside], vault: Vault) -> list[bytes]:
    """What came from outside, each from its seal, or from its raw topic where it was too large to seal."""
    async with reading(servers) as reader:
        return [
            await _lying(reader, prefix, one) if one.record.value is None else unsealed(one, vault) for one in chosen
        ]


async def _lying(reader: Any, prefix: str, one: SetAside) -> bytes:
    place = TopicPartition(prefix + one.about.topic, one.about.partition)
    reader.assign([place])
    start = one.about.offset
    for value in [record.value async for record in stored_records(reader, place, start, start + 1)]:
        return bytes(value)
    raise Unavailable(f"{one.number} has left its raw topic ({one.about.place}); name what to send with --value")


async def send_again(servers: str, prefix: str, values: Sequence[tuple[SetAside, bytes]]) -> int:
    """Send each value to the raw topic its record came by, and note it; how many.

    Without the outsider's key, which is not kept, so to its partition. Noted last: what an interruption leaves unnoted
    is still listed, and ids come from business keys, so sending it twice adds nothing.
    """
    sent = [Output(one.about.topic, None, value, [], one.about.partition) for one, value in values]
    await deliver(servers, prefix, sent)
    return await deliver(servers, prefix, [note(RETRIED, one.record) for one, _ in values])


async def give_up(servers: str, prefix: str, chosen: Iterable[SetAside], because: str) -> int:
    """Note of each that it is given up, and why; how many."""
    return await deliver(servers, prefix, [note(DROPPED, one.record, ("because", because.encode())) for one in chosen])
