"""What a replay would read: its inputs, counted, before anything is decided."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from cauce.replay.window import Window, id_of, time_of
from cauce.runtime.lane import Record
from cauce.runtime.log_reader import Read


class Surveyed(NamedTuple):
    """The records of a topic's partition that are in the window, of `held` that are there."""

    topic: str
    partition: int
    held: int = 0
    records: int = 0
    bytes: int = 0
    first: int | None = None  # offset
    last: int | None = None
    earliest: datetime | None = None
    latest: datetime | None = None

    def with_record(self, record: Record, *, covered: bool) -> "Surveyed":
        """One more."""
        if not covered:
            return self._replace(held=self.held + 1)
        at = time_of(record.headers)
        return self._replace(
            held=self.held + 1,
            records=self.records + 1,
            bytes=self.bytes + len(record.key or b"") + len(record.value or b""),
            first=record.offset if self.first is None else self.first,
            last=record.offset,
            earliest=min(filter(None, (self.earliest, at)), default=None),
            latest=max(filter(None, (self.latest, at)), default=None),
        )


async def survey(read: Read, topics: Iterable[str], window: Window) -> list[Surveyed]:
    """Each partition of these topics, a topic once, in order."""
    found: dict[tuple[str, int], Surveyed] = {}
    for topic in dict.fromkeys(topics):
        async for record in read([topic]):
            place = topic, record.partition
            found[place] = (found.get(place) or Surveyed(*place)).with_record(record, covered=window.covers(record))
    return list(found.values())


async def covered(read: Read, topics: Iterable[str], window: Window) -> set[bytes]:
    """The ids of the inputs in the window."""
    return {id_of(record.headers) async for record in read(topics) if window.covers(record)}
