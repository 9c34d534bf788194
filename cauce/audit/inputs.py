"""Law 8: no input disappears: in = decided (a refusal is a decision) + repeated + parked."""

from collections.abc import Iterable
from typing import NamedTuple

from cauce.audit.record import Entry, Violation
from schemas.orders import CancelOrder, PlaceOrder
from schemas.returns import ReceiveReturn, RequestReturn
from schemas.stock import AdjustStock, ReceiveStock, ReserveStock
from schemas.topics import BY_NAME, TopicKind

_ANSWERED = (PlaceOrder, CancelOrder, RequestReturn, ReceiveReturn, ReserveStock, ReceiveStock, AdjustStock)


class Place(NamedTuple):
    """Where a record is."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}@{self.offset}"


class Inputs:
    """Each raw record gave a command or is set aside; each command that asks for an answer got one or is parked."""

    def __init__(self, raw: Iterable[Place], parked: Iterable[Place]) -> None:
        self._raw = list(raw)
        self._parked = set(parked)
        self._read: set[tuple[str, int]] = set()
        self._asked: dict[str, Entry] = {}
        self._causes: set[str] = set()
        self._unreadable: list[Place] = []

    def see(self, entry: Entry) -> None:
        """Doors name the raw record in source and sequence; facts name their cause."""
        envelope = entry.envelope
        if envelope.source.split("/")[-3:-2] == ["door"]:
            self._read.add((envelope.source, envelope.sequence))
        if isinstance(entry.message, _ANSWERED) and Place(*entry[:3]) not in self._parked:
            self._asked.setdefault(envelope.id, entry)
        if BY_NAME[entry.topic].kind is not TopicKind.RAW and envelope.cause_id:
            self._causes.add(envelope.cause_id)

    def see_unreadable(self, place: Place) -> None:
        """A record that is no message; the first lane that met it has parked it."""
        self._unreadable.append(place)

    def violations(self) -> list[Violation]:
        """See Check."""
        found = [
            Violation(8, str(place), "", "it cannot be read, and no lane set it aside")
            for place in self._unreadable
            if place not in self._parked
        ]
        found += [
            Violation(8, str(place), "", "no door read it or set it aside")
            for place in self._raw
            if place not in self._parked and not self._was_read(place)
        ]
        found += [
            Violation(8, entry.place, entry.envelope.subject, f"{entry.envelope.type} was never answered")
            for identity, entry in self._asked.items()
            if identity not in self._causes
        ]
        return found

    def _was_read(self, place: Place) -> bool:
        service = BY_NAME[place.topic].readers[0].removesuffix("-door")
        return (f"/cauce/{service}/door/{place.topic}/{place.partition}", place.offset) in self._read
