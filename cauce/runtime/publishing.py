"""Events on their way out: derived ids, rising sequences, the envelope, and the topic each type lives in."""

from collections.abc import Iterable
from typing import Any

from cauce.ids import event_id
from cauce.runtime.lane import Work
from schemas.base import Message
from schemas.envelope import Envelope
from schemas.topics import BY_NAME, HOME, Family


class DecidedTwice(RuntimeError):
    """A decision gave two events of one type and natural key: their ids would be equal, so one would be lost."""


class Publisher:
    """Sends what one lane decides. The same cause, event and sequence give the same bytes."""

    def __init__(self, service: str, lane: str, release: str) -> None:
        self.service = service
        self._source = f"/cauce/{service}/{lane}"
        self._release = release

    def publish(self, work: Work, cause: Envelope, events: Iterable[Message], *, after: int) -> None:
        """Number `events` from `after` + 1 and send each home. Raises DecidedTwice."""
        ids: set[str] = set()
        source = f"{self._source}/{work.partition}"
        for sequence, event in enumerate(events, start=after + 1):
            identity = event_id(cause.id, self.service, event.type, event.natural_key())
            if identity in ids:
                raise DecidedTwice(f"{event.type}: two events with one natural key from one cause")
            ids.add(identity)
            key = event.key_value()
            envelope = Envelope(
                id=identity,
                type=event.type,
                source=source,
                subject=key,
                sequence=sequence,
                at=cause.at,
                release=self._release,
                cause_id=cause.id,
                traceparent=cause.traceparent,
            )
            send(work, event, envelope)


def send(work: Work, message: Message, envelope: Envelope) -> None:
    """Send a message to its home topic; a pool's number is its partition."""
    topic = HOME[type(message)]
    key = message.key_value()
    partition = int(key) if BY_NAME[topic].family is Family.POOLS else None
    work.send(topic, key.encode(), message.to_bytes(), envelope.to_headers(), partition)


def home_topics(messages: Iterable[type[Any]]) -> tuple[str, ...]:
    """The topics these messages live in, each once, in the order first met."""
    return tuple(dict.fromkeys(HOME[message] for message in messages))
