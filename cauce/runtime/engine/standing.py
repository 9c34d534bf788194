"""What a tenure remembers beside its tables: next offsets, the streak of failures, and who waits behind what."""

from collections.abc import Iterable
from typing import NamedTuple, Self

import orjson

HEAD, BLOCKED = b"head", b"blocked/"


class Blocked(NamedTuple):
    """A subject that waits for an operator.

    Its parked records are numbered `{episode}/{first}` to `{episode}/{next - 1}`. The episode is the place of the
    first of them, so that no turn ever comes twice.
    """

    episode: str
    first: int
    next: int

    @property
    def turn(self) -> bytes:
        """The only record that may be retried or dropped now."""
        return f"{self.episode}/{self.first}".encode()

    @property
    def row(self) -> bytes:
        """As `read_blocked` reads it."""
        return orjson.dumps(list(self))


class Standing:
    """Kept as rows of the lane's own table, so it commits with everything else and outlives the consumer group."""

    def __init__(self) -> None:
        self.offsets: dict[str, int] = {}  # next offset by input topic
        self.streak = 0  # undecidable records in a row
        self.blocked: dict[bytes, Blocked] = {}

    @classmethod
    def read(cls, rows: Iterable[tuple[bytes, bytes]]) -> Self:
        """The standing that `rows` of the lane's own table describe."""
        standing = cls()
        for key, value in rows:
            if key == HEAD:
                standing.offsets, standing.streak = orjson.loads(value)
            elif key.startswith(BLOCKED):
                standing.blocked[key.removeprefix(BLOCKED)] = read_blocked(value)
        return standing

    def head(self) -> bytes:
        """Offsets and streak as one row; equal standings give equal bytes."""
        return orjson.dumps([self.offsets, self.streak], option=orjson.OPT_SORT_KEYS)


def read_blocked(row: bytes) -> Blocked:
    """A row under `blocked/`."""
    return Blocked(*orjson.loads(row))
