"""What the auditor reads, and what it says."""

from typing import Any, NamedTuple, Protocol

from schemas.envelope import Envelope


class Entry(NamedTuple):
    """A record of ours, with its place in the log."""

    topic: str
    partition: int
    offset: int
    envelope: Envelope
    message: Any

    @property
    def place(self) -> str:
        """Where an operator finds it."""
        return f"{self.topic}/{self.partition}@{self.offset}"


class Violation(NamedTuple):
    """A law that does not hold, the first record that shows it, and what is wrong."""

    law: int
    place: str
    subject: str
    detail: str


class Check(Protocol):
    """One law, or a part of one. Topics come in any order, each partition in its own."""

    def see(self, entry: Entry) -> None:
        """Take one record in."""

    def violations(self) -> list[Violation]:
        """What was found, in the order it was seen; called once, at the end."""
