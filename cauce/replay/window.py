"""A window of recorded inputs, by their time or by their offsets. What was decided because of them is in it as well."""

import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import NamedTuple

from cauce.runtime.lane import Headers, Lane, Record
from schemas.envelope import Envelope, EnvelopeBroken
from schemas.topics import BY_NAME

_PLACE = re.compile(r"(?P<topic>[a-z0-9-]+)/(?P<partition>\d+)@(?P<offset>\d+)")


class Place(NamedTuple):
    """An offset of a topic's partition."""

    topic: str
    partition: int
    offset: int


Bound = datetime | Place


class Window(NamedTuple):
    """The inputs from `start` on and before `stop`; offsets speak of the inputs of their topic's partition alone."""

    start: Bound | None = None
    stop: Bound | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self == Window()

    @property
    def places(self) -> list[Place]:
        """The bounds that are offsets."""
        return [bound for bound in self if isinstance(bound, Place)]

    def concerns(self, lane: Lane) -> bool:
        """Whether any input of the lane can be in it."""
        return all(place.topic in lane.inputs for place in self.places)

    def covers(self, record: Record) -> bool:
        """Whether an input is in it; one whose time cannot be read is in none that is bounded by time."""
        if any((place.topic, place.partition) != (record.topic, record.partition) for place in self.places):
            return False
        after = self.start is None or _distance(record, self.start) >= 0
        return after and (self.stop is None or _distance(record, self.stop) == -1)


EVERYTHING = Window()


def read_bound(text: str) -> Bound:
    """An instant in ISO 8601, in UTC where it names no zone, or `topic/partition@offset`. Raises ValueError."""
    if place := _PLACE.fullmatch(text):
        if place["topic"] not in BY_NAME:
            raise ValueError(f"there is no topic {place['topic']}: see docs/messages.md")
        return Place(place["topic"], int(place["partition"]), int(place["offset"]))
    return read_instant(text)


def read_instant(text: str) -> datetime:
    """An instant in ISO 8601, in UTC where it names no zone. Raises ValueError."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time such as 2010-12-01T12:30:00Z") from None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def time_of(headers: Headers) -> datetime | None:
    """When a record says that it came about."""
    try:
        return Envelope.from_headers(headers).at
    except EnvelopeBroken:
        return None


def id_of(headers: Headers) -> bytes:
    """The id of a record of ours."""
    return dict(headers).get("ce_id", b"")


def is_caused(headers: Headers, causes: Collection[bytes]) -> bool:
    """Whether a fact followed from any of these inputs; what a tick set off names the tick, then its entity."""
    return dict(headers).get("ce_causationid", b"").partition(b"/")[0] in causes


_NEVER = -2  # neither before nor after


def _distance(record: Record, bound: Bound) -> int:
    """Whether a record is before (-1), at (0) or after (1) a bound."""
    if isinstance(bound, Place):
        return (record.offset > bound.offset) - (record.offset < bound.offset)
    at = time_of(record.headers)
    return _NEVER if at is None else (at > bound) - (at < bound)
