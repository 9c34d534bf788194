"""What the auditor reads, and what it says."""

from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

from cauce.audit.states import Waiting
from schemas.envelope import Envelope


class Place(NamedTuple):
    """Where a record is."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}@{self.offset}"


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
        return str(self.at)

    @property
    def at(self) -> Place:
        """Its place as parts."""
        return Place(self.topic, self.partition, self.offset)


class Violation(NamedTuple):
    """A law that does not hold, the first record that shows it, and what is wrong."""

    law: int
    place: str
    subject: str
    detail: str


class Gap(Violation):
    """Something of the order `subject` is missing: no violation where a record of it was set aside, for a person."""


class Check(Protocol):
    """One law, or a part of one. Topics come in any order, each partition in its own."""

    def see(self, entry: Entry) -> None:
        """Take one record in."""

    def violations(self) -> list[Violation]:
        """What was found, in the order it was seen; called once, at the end."""


class Waits(Check, Protocol):
    """A check that also knows what is not ended and whose turn it is."""

    def waiting(self) -> Iterable[Waiting]:
        """Each thing that waits, once in each of its states."""
