"""What a projection gives: rows to merge, by the name of their table."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from schemas.base import Message
from schemas.envelope import Envelope


class Fact(NamedTuple):
    """A record of a topic that insight reads, and where it stands."""

    topic: str
    partition: int
    offset: int
    envelope: Envelope
    message: Message

    @property
    def at(self) -> datetime:
        """When it was decided."""
        return self.envelope.at


class Row(NamedTuple):
    """Values to merge into a row of `table`; those of its key are among them. Absent values change nothing."""

    table: str
    values: dict[str, Any]


Projection = Callable[[Fact, Any], tuple[Row, ...]]


def summed(parts: Iterable[Any], *names: str) -> dict[tuple[Any, ...], int]:
    """The quantities of parts that agree in the fields `names`: one row each, however a fact splits them."""
    quantities: dict[tuple[Any, ...], int] = {}
    for part in parts:
        key = tuple(getattr(part, name) for name in names)
        quantities[key] = quantities.get(key, 0) + part.quantity
    return quantities
