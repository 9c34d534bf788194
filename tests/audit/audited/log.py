"""A deployment's records, appended with the envelopes that their writers would give, and what an audit says of them."""

from datetime import UTC, datetime

from cauce.audit.auditor import Auditor
from cauce.audit.record import Entry
from cauce.ids import event_id
from schemas.effects import EffectAnswered
from schemas.envelope import Envelope
from schemas.stock import (
    Bucket,
    Move,
    StockMoved,
)
from schemas.topics import HOME

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEEPER = "/cauce/allocation/keeper/0"
MOVES = {
    Move.RESERVED: (Bucket.FREE, Bucket.RESERVED),
    Move.RELEASED: (Bucket.RESERVED, Bucket.FREE),
    Move.PICKED: (Bucket.RESERVED, Bucket.PICKED),
    Move.PACKED: (Bucket.PICKED, Bucket.PACKED),
    Move.SHIPPED: (Bucket.PACKED, Bucket.OUTSIDE),
}


class Log:
    """What is on the topics, step by step; every step returns the log."""

    def __init__(self):
        self.entries, self.sequences, self.on_hand, self.free = [], {}, 0, 0

    def add(self, source, cause, message, **envelope):
        service, lane = source.split("/")[2:4]
        subject = {"keeper": "", "front": "o1", "router": "o1"}.get(lane, message.key_value())
        self.sequences[source, subject] = self.sequences.get((source, subject), 0) + 1
        given = {
            "id": event_id(cause, service, message.type, message.natural_key()),
            "type": message.type,
            "source": source,
            "subject": message.key_value(),
            "sequence": self.sequences[source, subject],
            "at": AT,
            "release": "1",
            "cause_id": cause,
            **envelope,
        }
        topic = "payments-results" if isinstance(message, EffectAnswered) else HOME[type(message)]
        offset = sum(entry.topic == topic for entry in self.entries)
        self.entries.append(Entry(topic, 0, offset, Envelope(**given), message))
        return given["id"]

    def asked(self, door, identity, message):
        return self.add(f"/cauce/{door}/0", "", message, id=identity, sequence=0, cause_id="")

    def move(self, cause, move, quantity):
        source, target = MOVES[move]
        self.free += quantity * ((target is Bucket.FREE) - (source is Bucket.FREE))
        self.on_hand -= quantity * (target is Bucket.OUTSIDE)
        self._moved(cause, move, quantity, source=source, target=target, reference="o1-1", order_id="o1", line_id="1")

    def _moved(self, cause, move, quantity, **where):
        fact = StockMoved(
            pool=0, sku="mug", site="A", move=move, quantity=quantity, on_hand=self.on_hand, free=self.free, entry="1",
            **where,
        )  # fmt: skip
        self.add(KEEPER, cause, fact)

    def verdict(self, **options):
        auditor = Auditor(**options)
        for entry in self.entries:
            auditor.see(entry, entry.message.to_bytes())
        return auditor.verdict()

    def audit(self, **options):
        return [(violation.law, violation.detail) for violation in self.verdict(**options).violations]

    def waiting(self, **options):
        verdict = self.verdict(**options)
        assert not verdict.violations
        return verdict.waiting

    def replace(self, kind, **changes):
        for number, entry in enumerate(self.entries):
            if isinstance(entry.message, kind):
                self.entries[number] = entry._replace(message=entry.message.model_copy(update=changes))
                return

    def drop(self, kind, **fields):
        self.entries = [
            entry for entry in self.entries
            if not isinstance(entry.message, kind)
            or any(getattr(entry.message, name) != value for name, value in fields.items())
        ]  # fmt: skip
        return self

    def places(self, kind):
        return [entry.at for entry in self.entries if isinstance(entry.message, kind)]
