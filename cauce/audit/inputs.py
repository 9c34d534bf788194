"""Law 8 for what comes from outside: it gave a command, or it is set aside."""

from collections.abc import Iterable

from cauce.audit.record import Entry, Place, Violation
from schemas.topics import BY_NAME


class Inputs:
    """Each raw record gave a command or is set aside, and so is each record of ours that cannot be read."""

    def __init__(self, raw: Iterable[Place], parked: Iterable[Place]) -> None:
        self._raw = list(raw)
        self._parked = set(parked)
        self._read: set[tuple[str, int]] = set()
        self._unreadable: list[Place] = []

    def see(self, entry: Entry) -> None:
        """Doors name the raw record in source and sequence."""
        envelope = entry.envelope
        if envelope.source.split("/")[-3:-2] == ["door"]:
            self._read.add((envelope.source, envelope.sequence))

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
        return found

    def _was_read(self, place: Place) -> bool:
        service = BY_NAME[place.topic].readers[0].removesuffix("-door")
        return (f"/cauce/{service}/door/{place.topic}/{place.partition}", place.offset) in self._read
