"""CloudEvents 1.0 in binary mode: the envelope is headers, the value is the message alone.

`ce_sequence` numbers what one source (a lane and its partition) says about one subject or, for the keeper, about its
pool: always rising, without gaps. `ce_time` is the input's `at`, never the clock of the writer.
"""

from datetime import UTC, datetime
from typing import NamedTuple, Self

Headers = list[tuple[str, bytes]]


class EnvelopeBroken(ValueError):
    """A header that every record of ours carries is absent or unreadable."""


class Envelope(NamedTuple):
    """Where a message comes from and what it is about."""

    id: str
    type: str
    source: str
    subject: str
    sequence: int
    at: datetime
    release: str
    cause_id: str = ""
    traceparent: str = ""

    def to_headers(self) -> Headers:
        """The headers in a fixed order, so that equal envelopes give equal bytes."""
        headers = [
            ("ce_specversion", b"1.0"),
            ("ce_id", self.id.encode()),
            ("ce_type", self.type.encode()),
            ("ce_source", self.source.encode()),
            ("ce_subject", self.subject.encode()),
            ("ce_sequence", b"%d" % self.sequence),
            ("ce_time", instant_text(self.at).encode()),
            ("ce_release", self.release.encode()),
            ("ce_causationid", self.cause_id.encode()),
            ("content-type", b"application/json"),
        ]
        if self.traceparent:
            headers.append(("traceparent", self.traceparent.encode()))
        return headers

    @classmethod
    def from_headers(cls, headers: Headers) -> Self:
        """Raises EnvelopeBroken."""
        found = dict(headers)
        try:
            return cls(
                id=found["ce_id"].decode(),
                type=found["ce_type"].decode(),
                source=found["ce_source"].decode(),
                subject=found["ce_subject"].decode(),
                sequence=int(found["ce_sequence"]),
                at=datetime.fromisoformat(found["ce_time"].decode()).astimezone(UTC),
                release=found["ce_release"].decode(),
                cause_id=found.get("ce_causationid", b"").decode(),
                traceparent=found.get("traceparent", b"").decode(),
            )
        except (KeyError, ValueError) as exc:
            raise EnvelopeBroken(f"not a record of ours: {exc.__class__.__name__} in its headers") from exc


def instant_text(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds: sorts as text the way it sorts as time."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
