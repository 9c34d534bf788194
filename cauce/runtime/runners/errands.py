"""The rows of a runner: an effect is requested, tried, and answered once. Touches nothing but its Work."""

from datetime import datetime
from typing import Any

from pydantic import NonNegativeInt

from cauce.ids import event_id
from cauce.runtime.lane import Table, Work
from cauce.runtime.service import Answer, Received
from schemas.base import Instant, Message, Part
from schemas.effects import EffectAnswered
from schemas.envelope import Envelope
from schemas.light import light, read_light
from schemas.upcasts import read_message

_DETAIL_CHARACTERS = 500  # of what a provider says
_KNOWN = "known"  # the key says it all; how the effect ended stands in the topic of results
_ARRIVALS, _SUBJECT = b"arrivals", b"subject/"


class Errand(Part):
    """An effect that waits for its answer. `repeats` are earlier attempts that may have reached the provider."""

    effect_id: str
    type: str
    value: str
    traceparent: str = ""
    attempts: NonNegativeInt = 0
    repeats: NonNegativeInt = 0
    first_tried_at: Instant | None = None

    @property
    def effect(self) -> Message:
        """The request."""
        return read_message(self.type, self.value.encode())

    def tried(self, at: datetime, *, maybe_done: bool) -> "Errand":
        """With one more attempt, about to start; `maybe_done`: the one before may have reached the provider."""
        return self.model_copy(
            update={
                "attempts": self.attempts + 1,
                "repeats": self.repeats + maybe_done,
                "first_tried_at": self.first_tried_at or at,
            }
        )

    def untried(self, *, maybe_done: bool) -> "Errand":
        """Without its last attempt, which was not made after all."""
        return self.model_copy(update={"attempts": self.attempts - 1, "repeats": self.repeats - maybe_done})

    def to_row(self) -> bytes:
        """The bytes of its row."""
        return self.__pydantic_serializer__.to_json(self, exclude_defaults=True)

    @classmethod
    def from_row(cls, row: bytes) -> "Errand":
        """What `to_row` wrote."""
        return cls.model_validate_json(row)


_answered = light(EffectAnswered)


def _text(row: Any) -> bytes:
    return str(row).encode()


ERRANDS = Table("errands", encode=Errand.to_row, decode=Errand.from_row)  # by number of arrival: the oldest first
REQUESTS = Table("requests", encode=lambda _: b"", decode=lambda _: _KNOWN)  # by effect id; kept for ever
COUNTS = Table("counts", encode=_text, decode=int)  # arrivals, and results by subject


def request(work: Work, received: Received) -> None:
    """Note an effect down, once."""
    effect_id = received.envelope.id.encode()
    if work.get(REQUESTS, effect_id):
        return
    message: Message = received.message
    errand = Errand(
        effect_id=received.envelope.id,
        type=message.type,
        value=message.to_bytes().decode(),
        traceparent=received.envelope.traceparent,
    )
    number = _counted(work, _ARRIVALS)
    work.put(REQUESTS, effect_id, _KNOWN)
    work.put(ERRANDS, number.to_bytes(8, "big"), errand)


def _counted(work: Work, key: bytes) -> int:
    number: int = (work.get(COUNTS, key) or 0) + 1
    work.put(COUNTS, key, number)
    return number


class Results:
    """What a runner says of its effects. The same errand, answer and time give the same bytes."""

    def __init__(self, *, service: str, lane: str, topic: str, release: str) -> None:
        self.topic = topic
        self._service, self._source, self._release = service, f"/cauce/{service}/{lane}", release

    def answer(self, work: Work, key: bytes, errand: Errand, answer: Answer, at: datetime) -> None:
        """Publish the answer and close the errand, together."""
        result = _result(errand, answer)
        work.put(ERRANDS, key, None)
        subject = result.key_value().encode()
        envelope = Envelope(
            id=event_id(errand.effect_id, self._service, result.type, ""),
            type=result.type,
            source=self._source,
            subject=result.subject,
            sequence=_counted(work, _SUBJECT + subject),
            at=at,
            release=self._release,
            cause_id=errand.effect_id,
            traceparent=errand.traceparent,
        )
        work.send(self.topic, subject, result.to_bytes(), envelope.to_headers())


def _result(errand: Errand, answer: Answer) -> EffectAnswered:
    effect = read_light(errand.type, errand.value.encode())
    return _answered(
        subject=effect.key_value(),
        effect_id=errand.effect_id,
        effect=effect.type,
        reference=effect.natural_key(),
        outcome=answer.outcome,
        provider_reference=answer.provider_reference,
        detail=answer.detail[:_DETAIL_CHARACTERS],
        attempts=errand.attempts,
        repeats=errand.repeats,
    )
