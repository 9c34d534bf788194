"""What came out of a run: how many records, and one digest over all of them whatever their order."""

from hashlib import blake2b
from typing import NamedTuple

from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete

from cauce.runtime.records import places_of, reading, stored_records
from cauce.runtime.topics import administering

_BYTES = 16


class Outcome(NamedTuple):
    """Equal outcomes have the same records: keys, values and headers, to the byte."""

    records: int
    digest: str


async def taken(servers: str, topic: str) -> Outcome:
    """The outcome of a topic, which is empty afterwards."""
    count = total = 0
    async with reading(servers) as reader:
        tps = await places_of(reader, [topic])
        reader.assign(tps)
        for tp in tps:
            async for record in stored_records(reader, tp):
                count, total = count + 1, total + _digest(record.key, record.value, record.headers)
        ends = await reader.end_offsets(tps)
    await _empty(servers, ends)
    return Outcome(count, f"{total % (1 << 8 * _BYTES):032x}")


def _digest(key: bytes, value: bytes, headers: tuple[tuple[str, bytes], ...]) -> int:
    parts = (key, value, *(name.encode() + b"=" + text for name, text in headers))
    return int.from_bytes(blake2b(b"\x1f".join(parts), digest_size=_BYTES).digest())


async def _empty(servers: str, ends: dict[TopicPartition, int]) -> None:
    async with administering(servers) as admin:
        await admin.delete_records({tp: RecordsToDelete(before_offset=end) for tp, end in ends.items()})
