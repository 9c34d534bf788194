"""The client of the sandbox provider (`cauce sandbox payments`), which answers keys and balances as Stripe does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import aiohttp
import orjson

from cauce.runtime.service import Answer, ProviderDown
from cauce.runtime.settings import Settings
from schemas.base import Message
from schemas.effects import EffectOutcome
from schemas.payments import RefundPayment

CALL_SECONDS, CONNECT_SECONDS = 20.0, 5.0
KEY_LIFE_SECONDS = 23 * 3600.0  # the provider forgets keys after 24 hours; an hour is kept in hand
FINAL = frozenset({400, 402, 404, 422})
NOT_DONE = frozenset({401, 403, 409, 429})  # this call did nothing; 409: an earlier one with the same key is under way


class Reply(NamedTuple):
    """What came back over the wire."""

    status: int
    body: Any
    retry_after: str = ""


class SandboxPayments:
    """Refunds through the sandbox, each once: the effect's id is the idempotency key and the refund's reference."""

    key_life_seconds = KEY_LIFE_SECONDS

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def perform(self, effect: Message, effect_id: str, _attempt: int) -> Answer:
        """See cauce.runtime.service.RunnerLane."""
        refund = _refund_of(effect)
        body = {
            "charge": refund.provider_reference,
            "amount": refund.amount.amount,
            "currency": refund.amount.currency,
            "reference": effect_id,
            "order": refund.order_id,
        }
        return answer_of(
            await self._ask("POST", "/v1/refunds", json=body, headers={"Idempotency-Key": effect_id}),
        )

    async def look_up(self, effect: Message, effect_id: str) -> Answer | None:
        """What the provider did for this effect, whenever that was; None where it did nothing."""
        query = {"charge": _refund_of(effect).provider_reference, "reference": effect_id}
        reply = await self._ask("GET", "/v1/refunds", params=query)
        if reply.status != 200 or not isinstance(reply.body, dict) or "refunds" not in reply.body:
            raise ProviderDown(f"no list of refunds, status {reply.status}", may_have_acted=False)
        refunds = reply.body["refunds"]
        return answer_of(Reply(200, refunds[0])) if refunds else None

    async def _ask(self, method: str, path: str, **request: Any) -> Reply:
        try:
            async with self._session.request(method, path, allow_redirects=False, **request) as response:
                return Reply(response.status, _read(await response.read()), response.headers.get("Retry-After", ""))
        except aiohttp.ClientConnectorError:
            raise ProviderDown("no connection", may_have_acted=False) from None
        except (aiohttp.ClientError, OSError) as fault:  # TimeoutError is an OSError
            raise ProviderDown(f"no answer: {type(fault).__name__}") from None


@asynccontextmanager
async def connect(settings: Settings) -> AsyncIterator[SandboxPayments]:
    """A client of the provider at `payments_url`; nothing is asked before the first refund."""
    timeout = aiohttp.ClientTimeout(total=CALL_SECONDS, connect=CONNECT_SECONDS)
    async with aiohttp.ClientSession(settings.payments_url, timeout=timeout) as session:
        yield SandboxPayments(session)


def answer_of(reply: Reply) -> Answer:
    """The provider's final word. Raises ProviderDown where there is none: ask again with the same key."""
    body = reply.body if isinstance(reply.body, dict) else {}
    if 200 <= reply.status < 300 and body.get("status") == "succeeded" and body.get("id"):
        return Answer(EffectOutcome.DONE, provider_reference=str(body["id"]))
    code = body["error"].get("code") if isinstance(body.get("error"), dict) else None
    if reply.status in FINAL and code:  # a refusal without the provider's own code comes from something between us
        return Answer(EffectOutcome.DECLINED, detail=str(code))
    raise ProviderDown(
        f"status {reply.status}" + (f" {code}" if code else ""),
        retry_after_seconds=_seconds(reply.retry_after),
        may_have_acted=reply.status not in NOT_DONE,
    )


def _refund_of(effect: Message) -> RefundPayment:
    if not isinstance(effect, RefundPayment):
        raise TypeError(f"{effect.type} is no refund")
    return effect


def _read(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None


def _seconds(retry_after: str) -> float:
    """RFC 9110 also allows a date, which payment providers do not send; our own patience serves then."""
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        return 0.0
