"""Events on their way out: derived ids, rising sequences, the envelope, and the topic each type lives in."""

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from cauce.ids import event_id
from cauce.runtime.lane import Work
from schemas.base import Message
from schemas.envelope import Envelope, Letterhead
from schemas.headers import packed
from schemas.topics import BY_NAME, HOME, MESSAGES, Family


class DecidedTwice(ValueError):
    """A decision gave two events of one type and natural key: their ids would be equal, so one would be lost."""


class _Home(NamedTuple):
    """Where messages of a type go, and their type as a packed header."""

    topic: str
    pooled: bool  # the key is a pool's number, which is its partition
    header: bytes


@cache
def _home(event_type: str) -> _Home:
    topic = HOME[MESSAGES[event_type]]
    return _Home(topic, BY_NAME[topic].family is Family.POOLS, packed("ce_type", event_type.encode()))


class Publisher:
    """Sends what one lane decides. The same cause, event and sequence give the same bytes."""

    def __init__(self, service: str, lane: str, release: str) -> None:
        self.service = service
        self._source = f"/cauce/{service}/{lane}"
        self._release = packed("ce_release", release.encode())
        self._sources: dict[int, bytes] = {}  # by partition

    def publish(self, work: Work, cause: Envelope, events: Iterable[Message], *, after: int) -> None:
        """Number `events` from `after` + 1 and send each home. Raises DecidedTwice."""
        ids: set[str] = set()
        letterhead = Letterhead(cause, self._source_of(work.partition), self._release)
        for sequence, event in enumerate(events, start=after + 1):
            identity = event_id(cause.id, self.service, event.type, event.natural_key())
            if identity in ids:
                raise DecidedTwice(f"{event.type}: two events with one natural key from one cause")
            ids.add(identity)
            home, subject = _home(event.type), event.key_value()
            key = subject.encode()
            headers = letterhead.headers(identity, home.header, key, sequence)
            work.send(home.topic, key, event.to_bytes(), headers, int(subject) if home.pooled else None)

    def _source_of(self, partition: int) -> bytes:
        found = self._sources.get(partition)
        if found is None:
            source = f"{self._source}/{partition}"
            found = self._sources[partition] = packed("ce_source", source.encode())
        return found


def send(work: Work, message: Message, value: bytes, envelope: Envelope) -> None:
    """Send a message, whose bytes are `value`, to its home topic; a pool's number is its partition."""
    home, key = _home(message.type), message.key_value()
    partition = int(key) if home.pooled else None
    work.send(home.topic, key.encode(), value, envelope.to_headers(), partition)


def home_topics(messages: Iterable[type[Any]]) -> tuple[str, ...]:
    """The topics these messages live in, each once, in the order first met."""
    return tuple(dict.fromkeys(HOME[message] for message in messages))
