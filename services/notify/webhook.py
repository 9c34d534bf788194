"""Notices to a webhook: one POST each, with an id that a repeat shares, signed where the settings have a secret.

Headers and signature are those of Standard Webhooks (standardwebhooks.com), which receivers have libraries for.
"""

import base64
import hashlib
import hmac

import aiohttp
import orjson

from cauce.runtime.service import ProviderDown
from schemas.teams import SendToTeam
from services.notify.media import Declined

_PATIENCE = frozenset({408, 425, 429})
_SUCCESS, _CLIENT_ERRORS = range(200, 300), range(400, 500)  # RFC 9110, section 15


def content_of(effect: SendToTeam) -> bytes:
    """What the webhook is sent: the same effect gives the same bytes."""
    told = {
        "id": effect.message_id.strip("<>").partition("@")[0],
        "addressee": effect.addressee,
        "kind": effect.kind,
        "about": effect.about,
        "reference": effect.reference,
        "subject": effect.subject,
        "text": effect.body,
        "at": effect.written_at,
    }
    return orjson.dumps(told)


def headers_of(effect: SendToTeam, content: bytes, secret: str) -> dict[str, str]:
    """The id and the time of the notice, not of the attempt, so that a repeat is the same request."""
    name, at = effect.message_id.strip("<>").partition("@")[0], str(int(effect.written_at.timestamp()))
    headers = {"Content-Type": "application/json", "webhook-id": name, "webhook-timestamp": at}
    if secret:
        signed = hmac.new(secret.encode(), f"{name}.{at}.".encode() + content, hashlib.sha256).digest()
        headers["webhook-signature"] = f"v1,{base64.b64encode(signed).decode()}"
    return headers


async def post(session: aiohttp.ClientSession, effect: SendToTeam, *, url: str, secret: str) -> None:
    """Return once the receiver took it. Raises Declined or ProviderDown; neither repeats the address."""
    content = content_of(effect)
    headers = headers_of(effect, content, secret)
    try:
        async with session.post(url, data=content, headers=headers, allow_redirects=False) as response:
            status = response.status
    except aiohttp.InvalidURL:
        raise Declined("no address that a webhook can have") from None
    except aiohttp.ClientConnectorError:
        raise ProviderDown("the webhook does not answer: no connection", may_have_acted=False) from None
    except (aiohttp.ClientError, OSError) as fault:  # TimeoutError is an OSError
        reason = f"the webhook does not answer: {type(fault).__name__}"
        raise ProviderDown(reason, may_have_acted=True) from None
    _judge(status)


def _judge(status: int) -> None:
    if status in _SUCCESS:
        return
    if status in _CLIENT_ERRORS and status not in _PATIENCE:
        raise Declined(f"the webhook refused it with {status}")
    raise ProviderDown(f"the webhook answers {status}", may_have_acted=status not in _PATIENCE)
