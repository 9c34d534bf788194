"""Record batches as the broker keeps them (magic 2), put together from records whose headers are packed already.

aiokafka's builder writes a record header by header and took a fifth of a keeper's worker. Ours gives the same bytes
(tests/runtime/test_batches.py), uncompressed and of one timestamp; ids of the producer and flags remain aiokafka's.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import google_crc32c

from schemas.headers import VARINTS, Header, PackedHeaders, wire_of

Entry = tuple[bytes | None, bytes | None, Sequence[Header]]  # key, value, headers

_NONE = b"\1"  # a length of -1
_SIZE_AT, _CRC_AT, _ATTRIBUTES_AT, _LAST_AT, _TIMES_AT, _COUNT_AT, _RECORDS_AT = 8, 17, 21, 23, 27, 57, 61
_INT, _UNSIGNED, _TIMES = (struct.Struct(form).pack_into for form in (">i", ">I", ">qq"))


class PackedBatch:
    """What aiokafka's `BatchBuilder` is to its producer, full from the start. `shell` is an empty one of theirs."""

    def __init__(self, shell: Any, now: int, records: list[bytes], size: int) -> None:
        self._shell, self._now, self._size = shell, now, size
        self._records, self._count = records, len(records) >> 1
        self._built: bytearray | None = None

    def record_count(self) -> int:
        """How many records."""
        return self._count

    def size(self) -> int:
        """Its bytes."""
        return self._size

    def closed(self) -> bool:
        """No record is ever added."""
        return True

    def close(self) -> None:
        """It is."""

    def _set_producer_state(self, *given: Any) -> None:
        self._shell._set_producer_state(*given)  # noqa: SLF001  # asserted in tests/runtime/test_seam.py

    def _build(self) -> bytearray:
        if self._built is None:
            records = b"".join(self._records)
            self._records.clear()
            self._built = self._head(records)
            self._built += records
        return self._built

    def _head(self, records: bytes) -> bytearray:
        head: bytearray = self._shell._build()  # noqa: SLF001  # as above
        _INT(head, _SIZE_AT, _RECORDS_AT - _SIZE_AT - 4 + len(records))
        _INT(head, _LAST_AT, self._count - 1)
        _TIMES(head, _TIMES_AT, self._now, self._now)
        _INT(head, _COUNT_AT, self._count)
        _UNSIGNED(head, _CRC_AT, _crc(bytes(head[_ATTRIBUTES_AT:]), records))
        return head


def _crc(head: bytes, records: bytes) -> int:
    found: int = google_crc32c.extend(google_crc32c.value(head), records)
    return found


def packed_batches(producer: Any, entries: Iterable[Entry], *, now: int, limit: int) -> Iterator[PackedBatch]:
    """The entries in order, in as few batches as `limit` bytes each allow; one that is too large has its own."""
    records: list[bytes] = []
    number, size = 0, _RECORDS_AT
    for key, value, headers in entries:
        record = _record(number, key, value, headers)
        length = VARINTS[len(record)]
        more = len(length) + len(record)
        if size + more > limit and number:
            yield PackedBatch(producer.create_batch(), now, records, size)
            records, number, size = [], 0, _RECORDS_AT
            record = _record(number, key, value, headers)
            length = VARINTS[len(record)]
            more = len(length) + len(record)
        records += (length, record)
        number, size = number + 1, size + more
    if number:
        yield PackedBatch(producer.create_batch(), now, records, size)


def _record(number: int, key: bytes | None, value: bytes | None, headers: Sequence[Header]) -> bytes:
    """Without its length: no attributes, no time since the first, its number, key, value, headers."""
    sizes = VARINTS
    return b"".join(
        (
            b"\0\0",
            sizes[number],
            _NONE if key is None else sizes[len(key)],
            key or b"",
            _NONE if value is None else sizes[len(value)],
            value or b"",
            headers.wire if type(headers) is PackedHeaders else wire_of(headers),
        )
    )
