"""One call to a provider for one errand, and the provider's word on it."""

import logging
from datetime import datetime
from typing import Protocol, runtime_checkable

from cauce.runtime.runners.errands import Errand
from cauce.runtime.service import Answer, ProviderDown
from schemas.base import Message

log = logging.getLogger("cauce.runner")


class Provider(Protocol):
    """What performs effects."""

    async def perform(self, effect: Message, effect_id: str, attempt: int) -> Answer:
        """See cauce.runtime.service.RunnerLane."""


@runtime_checkable
class KnowsItsWidth(Protocol):
    """A provider that says itself how many calls it takes at once, from each partition."""

    concurrency: int


@runtime_checkable
class LooksUp(Protocol):
    """A provider that forgets keys, and can be asked what it did."""

    key_life_seconds: float

    async def look_up(self, effect: Message, effect_id: str) -> Answer | None:
        """What was done for the effect, ever; None where nothing was. Raises ProviderDown."""


async def call(provider: Provider, errand: Errand, now: datetime) -> Answer | ProviderDown:
    """Perform the errand, or look up what became of it where its key is too old to be repeated."""
    try:
        return await _found(provider, errand, now) or await provider.perform(
            errand.effect, errand.effect_id, errand.attempts
        )
    except ProviderDown as down:
        return down
    except Exception as exc:  # noqa: BLE001  # one effect that a client trips over must not stop the others
        kind = type(exc).__name__
        log.error("client failed effect=%s error=%s", errand.effect_id, kind)  # noqa: TRY400  # traces quote data
        return ProviderDown(kind)


async def _found(provider: Provider, errand: Errand, now: datetime) -> Answer | None:
    if errand.attempts <= 1 or errand.first_tried_at is None:
        return None  # nothing was done yet
    if not isinstance(provider, LooksUp):  # looks at every attribute, so it is not asked of each first call
        return None
    if (now - errand.first_tried_at).total_seconds() < provider.key_life_seconds:
        return None
    return await provider.look_up(errand.effect, errand.effect_id)
