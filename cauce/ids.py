"""Ids that are derived, never drawn: the same cause gives the same id."""

import base64
import hashlib
import hmac
from uuid import UUID

from uuid_utils import NAMESPACE_URL, uuid5  # an event's id was a tenth of deciding it with the standard library's

_EVENTS = uuid5(NAMESPACE_URL, "cauce:events")
_OUTSIDE = uuid5(NAMESPACE_URL, "cauce:outside")
_SEPARATOR = "\x1f"  # the ASCII unit separator: in no business key

ORDER_ID_BYTES = 15  # 120 bits, 24 characters of base32: unguessable and without padding


def event_id(cause_id: str, service: str, event_type: str, natural_key: str) -> str:
    """The id of the event that `service` decided because of `cause_id` (RFC 9562, version 5)."""
    return str(uuid5(_EVENTS, _SEPARATOR.join((cause_id, service, event_type, natural_key))))


def outside_id(channel: str, kind: str, business_key: str) -> str:
    """The id of something foreign, from its channel's own key: sent twice, it is the same cause."""
    return str(uuid5(_OUTSIDE, _SEPARATOR.join((channel, kind, business_key))))


def keyed_id(secret: bytes, *parts: str) -> str:
    """A stable id that nobody without `secret` can guess: truncated HMAC-SHA-256, lower-case base32."""
    digest = hmac.new(secret, _SEPARATOR.join(parts).encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:ORDER_ID_BYTES]).decode().lower()


def order_id(secret: bytes, channel: str, channel_order: str) -> str:
    """The id of a channel's order within this deployment."""
    return keyed_id(secret, "order", channel, channel_order)


def person_id(secret: bytes, channel: str, channel_customer: str) -> str:
    """The id of a person, from the channel's customer number or address."""
    return keyed_id(secret, "person", channel, channel_customer)


def is_uuid(text: str) -> bool:
    """Whether `text` is a UUID in any of its written forms."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def digest(content: bytes) -> str:
    """A content address: the first 16 hexadecimal digits of SHA-256."""
    return hashlib.sha256(content).hexdigest()[:16]
