"""One hash for a stream of records or a table, so that equality of millions is seen at a glance."""

import hashlib
from array import array
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

Headers = Iterable[tuple[str, bytes]]
_TRACE = "traceparent"  # who looked on, not what was decided


class Fact(NamedTuple):
    """A record as replay compares it."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]

    @classmethod
    def of(cls, key: bytes | None, value: bytes | None, headers: Headers) -> "Fact":
        """Without the header that does not belong to the decision."""
        return cls(key or b"", value or b"", tuple((name, content) for name, content in headers if name != _TRACE))

    def bytes(self) -> bytes:
        """All of it, unambiguously."""
        key, value = self.key, self.value
        parts = [b"%d:%s%d:%s" % (len(key), key, len(value), value)]
        for name, content in self.headers:
            parts.append(b"%s%d:%s" % (_named(name), len(content), content))
        return b"".join(parts)


@cache
def _named(header: str) -> bytes:
    """A header's name as a part: there are few, and every fact has them."""
    name = header.encode()
    return b"%d:%s" % (len(name), name)


class Stream:
    """The facts of one topic and partition by one writer, in order. Equal streams have equal hashes."""

    def __init__(self) -> None:
        self.count = 0
        self._hash = hashlib.sha256()
        self.each: list[bytes] = []
        self.origins = array("q")

    def add(self, fact: Fact, origin: int) -> None:
        """The next fact, and where to find it again: its offset, or its number among what was decided."""
        content = fact.bytes()
        self.count += 1
        self._hash.update(content)
        self.each.append(hashlib.blake2b(content, digest_size=8).digest())
        self.origins.append(origin)

    @property
    def hash(self) -> str:
        """The first 16 hexadecimal digits of SHA-256."""
        return self._hash.hexdigest()[:16]

    def first_difference(self, other: "Stream") -> int | None:
        """Where two streams part, counted from 0; None when they are equal."""
        for number, (ours, theirs) in enumerate(zip(self.each, other.each, strict=False)):
            if ours != theirs:
                return number
        return None if self.count == other.count else min(self.count, other.count)


def table_hash(rows: Mapping[bytes, bytes]) -> str:
    """A table's hash, whatever order its rows were written in."""
    whole = hashlib.sha256()
    for key in sorted(rows):
        whole.update(b"%d:%s%d:%s" % (len(key), key, len(rows[key]), rows[key]))
    return whole.hexdigest()[:16]
