"""Law 4: every event id is derived from its cause, stands once, and no number of a writer's sequence is missing."""

from cauce.audit.record import Entry, Violation
from cauce.ids import event_id
from schemas.levels import StockLevel
from schemas.topics import BY_NAME, TopicKind

_DECIDED = frozenset({TopicKind.FACT, TopicKind.STATE, TopicKind.EFFECT})
_BY_ORDER = frozenset({"front", "router"})
_SENDERS = frozenset({"notices", "runner", "teams", "team-runner"})
_NUMBERED = _BY_ORDER | _SENDERS | {"orders", "keeper", "shipments", "returns", "payments"}


class Identity:
    """Ids are recomputed from cause, service, type and natural key."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._found: list[Violation] = []

    def see(self, entry: Entry) -> None:
        """Only what lanes decided has a derived id; doors give the outside's."""
        envelope = entry.envelope
        if BY_NAME[entry.topic].kind not in _DECIDED:
            return
        service = envelope.source.split("/")[2]
        wanted = event_id(envelope.cause_id, service, envelope.type, entry.message.natural_key())
        if envelope.id != wanted:
            self._say(entry, f"its id is {envelope.id}, its cause gives {wanted}")
        if envelope.id in self._ids:
            self._say(entry, f"the event {envelope.id} stands twice")
        self._ids.add(envelope.id)

    def violations(self) -> list[Violation]:
        """See Check."""
        return self._found

    def _say(self, entry: Entry, detail: str) -> None:
        self._found.append(Violation(4, entry.place, entry.envelope.subject, detail))


class Sequences:
    """A lane numbers what it says of an entity, and a keeper all it says of its pool: from 1, without a gap.

    Levels of stock are compacted: they have numbers of their own, which say how many of them are gone.
    The front and the router decide on orders (the router on skus too), and write to pools and people: they number by
    what they decided on.
    """

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], dict[int, str]] = {}
        self._levels: dict[tuple[str, str], set[int]] = {}
        self._found: list[Violation] = []

    def see(self, entry: Entry) -> None:
        """Every topic of one writer counts, so numbers are collected and compared at the end."""
        envelope = entry.envelope
        if BY_NAME[entry.topic].kind in (TopicKind.TIME, TopicKind.REFERENCE):
            return
        lane = envelope.source.split("/")
        if lane[-2] not in _NUMBERED:
            return
        subject = "" if lane[-2] == "keeper" else envelope.subject
        if lane[-2] in _BY_ORDER:
            subject = getattr(entry.message, "order_id", "") or getattr(entry.message, "about", "")
        numbers = self._numbers.setdefault((envelope.source, subject), {})
        if envelope.sequence in numbers:
            detail = f"number {envelope.sequence} of {envelope.source} was given before at {numbers[envelope.sequence]}"
            self._found.append(Violation(4, entry.place, envelope.subject, detail))
        numbers[envelope.sequence] = entry.place
        if isinstance(entry.message, StockLevel):
            self._levels.setdefault((envelope.source, subject), set()).add(entry.message.number)

    def violations(self) -> list[Violation]:
        """See Check."""
        for (source, subject), numbers in self._numbers.items():
            levels = self._levels.get((source, subject), {0})
            compacted = max(levels) - len(levels - {0})
            if len(numbers) + compacted < max(numbers):
                missing = next(number for number in range(1, max(numbers)) if number not in numbers)
                after = numbers[min(number for number in numbers if number > missing)]
                detail = f"{source} lost number {missing}: the log goes on after it"
                self._found.append(Violation(4, after, subject, detail))
        return self._found
