"""Records of any topic into facts with their place; what cannot be read is told by its reason."""

from pydantic import ValidationError

from schemas.envelope import Envelope, EnvelopeBroken
from schemas.light import read_light
from schemas.topics import TOPICS
from schemas.upcasts import UnknownType
from services.insight.domain.projection import is_projected
from services.insight.domain.rows import Fact

INPUTS = tuple(topic.name for topic in TOPICS if "insight" in topic.readers)


class Unread(ValueError):
    """A record that this release cannot read; the reason carries no value of it."""


def to_fact(topic: str, partition: int, offset: int, value: bytes | None, headers: list[tuple[str, bytes]]) -> Fact:
    """The fact in a record. Raises Unread."""
    try:
        envelope = Envelope.from_headers(headers)
        message = read_light(envelope.type, value or b"")
    except ValidationError as wrong:
        raise Unread(f"{wrong.title}: {wrong.error_count()} fields are not as they should be") from None
    except (EnvelopeBroken, UnknownType) as wrong:
        raise Unread(str(wrong)) from None
    if not is_projected(message):
        raise Unread(f"nothing is projected of {envelope.type}")
    return Fact(topic, partition, offset, envelope, message)
