"""Older versions of messages, lifted to today's when they are read.

`UPCASTS[old type]` gives the next type and the function from the old JSON object to the new one; chains are followed.
"""

from collections.abc import Callable
from typing import Any

import orjson

from schemas.base import Message
from schemas.topics import MESSAGES

Upcast = Callable[[dict[str, Any]], dict[str, Any]]

UPCASTS: dict[str, tuple[str, Upcast]] = {}


class UnknownType(ValueError):
    """A type that this release does not know: newer than us, or not ours."""


def read_message(event_type: str, value: bytes) -> Message:
    """The message in `value`, at its current version. Raises UnknownType or pydantic.ValidationError."""
    current = MESSAGES.get(event_type)
    if current is not None:
        return current.read(value)
    if event_type not in UPCASTS:
        raise UnknownType(f"no message of type {event_type!r} in this release")
    next_type, upcast = UPCASTS[event_type]
    return read_message(next_type, orjson.dumps(upcast(orjson.loads(value))))
