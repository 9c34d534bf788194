"""Record headers as Kafka writes them: packed where they are made, read as pairs by whoever asks.

Ten headers one by one took a batch builder four times as long as the record they belong to.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

Header = tuple[str, bytes]


def varint(number: int) -> bytes:
    """A length or count, zero or more, as Kafka writes it: zigzag, seven bits a byte, the lowest first."""
    left, written = number << 1, bytearray()
    while left > 0x7F:
        written.append(left & 0x7F | 0x80)
        left >>= 7
    written.append(left)
    return bytes(written)


class _Varints(dict[int, bytes]):
    def __missing__(self, number: int) -> bytes:
        return varint(number)


VARINTS = _Varints((number, varint(number)) for number in range(1 << 13))  # those of one or two bytes


def sized(content: bytes) -> bytes:
    """`content` after its length."""
    return VARINTS[len(content)] + content


def packed(name: str, content: bytes) -> bytes:
    """One header."""
    return sized(name.encode()) + sized(content)


class PackedHeaders(Sequence[Header]):
    """Headers of a record, all of them with their count as `wire`. Equal to a list of the same pairs."""

    __slots__ = ("wire",)

    def __init__(self, wire: bytes) -> None:
        self.wire = wire

    def __len__(self) -> int:
        return _number(self.wire, 0)[0]

    def __getitem__(self, index: Any) -> Any:
        return list(self)[index]

    def __iter__(self) -> Iterator[Header]:
        wire = self.wire
        count, place = _number(wire, 0)
        for _ in range(count):
            name, place = _content(wire, place)
            content, place = _content(wire, place)
            yield name.decode(), content

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, (list, tuple, PackedHeaders)) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(list(self))


def wire_of(headers: Iterable[Header]) -> bytes:
    """Any headers as Kafka writes them, with their count."""
    pairs = [packed(name, content) for name, content in headers]
    return b"".join((VARINTS[len(pairs)], *pairs))


def _content(wire: bytes, place: int) -> tuple[bytes, int]:
    size, place = _number(wire, place)
    return wire[place : place + size], place + size


def _number(wire: bytes, place: int) -> tuple[int, int]:
    found = shift = 0
    while True:
        byte = wire[place]
        place += 1
        found |= (byte & 0x7F) << shift
        if byte < 0x80:
            return found >> 1, place
        shift += 7
