"""Effects: what a lane asks of the world outside, and the one answer a runner records."""

from enum import StrEnum
from typing import ClassVar

from pydantic import NonNegativeInt, PositiveInt

from schemas.base import Message


class EffectOutcome(StrEnum):
    """How an effect ended: the provider did it, or refused it for good."""

    DONE = "done"
    DECLINED = "declined"


class EffectAnswered(Message):
    """The provider's final answer to the effect `effect_id` (the id of the request record, its idempotency key).

    `effect` and `reference` are the request's type and natural key. `repeats` are attempts before the last that may
    have reached the provider without our learning its answer.
    """

    type: ClassVar[str] = "effect.answered.v1"
    key: ClassVar[str] = "subject"
    identity: ClassVar[tuple[str, ...]] = ("effect_id",)

    subject: str
    effect_id: str
    effect: str
    reference: str
    outcome: EffectOutcome
    provider_reference: str = ""
    detail: str = ""
    attempts: PositiveInt
    repeats: NonNegativeInt = 0
