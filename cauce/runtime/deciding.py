"""From a declared decider to a lane's handler: read, translate, decide, evolve, publish.

State changes only through `evolve` of what is published, so a table is the fold of its lane's facts.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from pydantic import BaseModel

from cauce.runtime.lane import Handler, Record, Table, Unprocessable, Work
from cauce.runtime.publishing import Publisher
from cauce.runtime.reference.references import REFERENCE, ReferenceView, take
from cauce.runtime.service import EntityLane, Received, RowsLane
from schemas.envelope import Envelope, instant_text
from schemas.light import lightened, read_light
from schemas.reference import ReferenceActivated, ReferencePublished, TimeReached
from schemas.upcasts import read_message

DUE_A_TICK = 1000  # timers fired a tick and partition; the rest fire with the next tick
_SEQUENCE_KEY = b"sequence"
_REFERENCE = frozenset({ReferencePublished.type, ReferenceActivated.type})


def receive(record: Record, read: Callable[[str, bytes], Any] = read_message) -> Received:
    """The record's envelope and message. Raises EnvelopeBroken, UnknownType or ValidationError: it is parked."""
    envelope = Envelope.from_headers(record.headers)
    if record.value is None:
        raise Unprocessable(f"{envelope.type} without a value")
    return Received(record.topic, envelope, read(envelope.type, record.value))


class Entity(NamedTuple):
    """A row of an entity lane: how many facts were published about the entity, and their fold."""

    sequence: int
    state: Any


def entity_table(lane: EntityLane) -> Table:
    """The lane's states by key."""
    state: type[BaseModel] = lane.state

    def encode(row: Entity) -> bytes:
        return b"%d %s" % (row.sequence, row.state.__pydantic_serializer__.to_json(row.state, exclude_defaults=True))

    def decode(value: bytes) -> Entity:
        sequence, _, body = value.partition(b" ")
        return Entity(int(sequence), state.model_validate_json(body))

    return Table("states", encode=encode, decode=decode)


_DUE_ROW = "due"  # the key says it all
DUE = Table("due", encode=lambda _: b"", decode=lambda _: _DUE_ROW)


def _due_key(at: datetime, key: str) -> bytes:
    return f"{instant_text(at)}\x1f{key}".encode()


class EntityHandler:
    """Decides on one entity a record. A tick reaches every entity that is due, in the order of their times."""

    def __init__(self, lane: EntityLane, release: str) -> None:
        self._lane = lane
        self._states = entity_table(lane)
        self._publisher = Publisher(lane.service, lane.name, release)
        self._reference = ReferenceView()
        self._read = read_light if lane.light else read_message

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables this handler reads and writes."""
        timers = (DUE,) if self._lane.on_due else ()
        reference = (REFERENCE,) if "reference" in self._lane.inputs else ()
        return (self._states, *timers, *reference)

    def __call__(self, record: Record, work: Work) -> None:
        """See cauce.runtime.lane.Handler."""
        received = receive(record, self._read)
        if received.envelope.type in _REFERENCE:
            take(work, received.message)
            self._reference.forget()
        elif received.envelope.type == TimeReached.type:
            self._take_tick(work, record, received.envelope, received.message)
        else:
            if record.key is None:
                raise Unprocessable(f"{received.envelope.type} without a key")
            command = self._lane.inputs[record.topic](received, self._reference.over(work))
            if command is not None:
                self._decide(work, record.key.decode(), command, received.envelope)

    def _decide(self, work: Work, key: str, command: Any, cause: Envelope) -> None:
        decider = self._lane.decider
        before = work.get(self._states, key.encode()) or Entity(0, decider.initial(key))
        events = decider.decide(before.state, command)
        if not events:
            return
        state = before.state
        for event in events:
            state = decider.evolve(state, event)
        self._publisher.publish(work, cause, events, after=before.sequence)
        work.put(self._states, key.encode(), Entity(before.sequence + len(events), state))
        if self._lane.on_due:
            self._reschedule(work, key, decider.due(before.state), decider.due(state))

    def _reschedule(self, work: Work, key: str, before: datetime | None, after: datetime | None) -> None:
        if before == after:
            return
        if before is not None:
            work.put(DUE, _due_key(before, key), None)
        if after is not None:
            work.put(DUE, _due_key(after, key), _DUE_ROW)

    def _take_tick(self, work: Work, record: Record, tick: Envelope, message: TimeReached) -> None:
        """The clock's own record reaches all that is due; one with an entity's key is a parked timer that came back."""
        if self._lane.on_due is None:
            return
        command = self._lane.on_due(message.reached_at)
        if record.key is None or record.key == message.key_value().encode():
            self._fire(work, record, tick._replace(at=message.reached_at), command)
        else:
            self._decide(work, record.key.decode(), command, tick)
            self._set_again(work, record.key.decode())

    def _fire(self, work: Work, record: Record, tick: Envelope, command: Any) -> None:
        """A timer that cannot fire, or whose entity waits, is parked for the entity; the others fire."""
        for due_key in list(_first(work.scan(DUE, b"", _due_key(tick.at, "\x7f")), DUE_A_TICK)):
            entity = due_key.partition(b"\x1f")[2]
            cause = tick._replace(id=f"{tick.id}/{entity.decode()}")
            timer = record._replace(key=entity, headers=cause.to_headers())
            act = partial(self._decide, work, entity.decode(), command, cause)
            if not work.attempt(act, record=timer, subject=entity):
                work.put(DUE, due_key, None)

    def _set_again(self, work: Work, key: str) -> None:
        """Parking took the timer away; the state says whether the entity still needs one."""
        entity = work.get(self._states, key.encode())
        at = self._lane.decider.due(entity.state) if entity else None
        if at is not None:
            work.put(DUE, _due_key(at, key), _DUE_ROW)


def _first(rows: Iterator[tuple[bytes, Any]], limit: int) -> Iterator[bytes]:
    for count, (key, _) in enumerate(rows):
        if count == limit:
            return
        yield key


class RowsHandler:
    """One decider over all rows of its partition. Facts are numbered through, so they have one order.

    It decides for thousands of entities, so it is hot: its commands come in their light forms where they have one.
    """

    def __init__(self, lane: RowsLane, release: str) -> None:
        self._lane = lane
        self._publisher = Publisher(lane.service, lane.name, release)
        self._kinds = {
            kind: Table(kind, encode=codec.encode, decode=codec.decode, small=codec.small)
            for kind, codec in lane.kinds.items()
        }
        self._sequence = Table("sequence", encode=lambda count: b"%d" % count, decode=int, small=True)
        self._reference = ReferenceView(lightened)
        self._work: Work | None = None
        self._view: Any = None  # over the work at hand

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables this handler reads and writes."""
        return (*self._kinds.values(), self._sequence, REFERENCE)

    def _over(self, work: Work) -> Any:
        if work is not self._work:
            self._work, self._view = work, self._lane.view(WorkRows(work, self._kinds), self._reference.over(work))
        return self._view

    def __call__(self, record: Record, work: Work) -> None:
        """See cauce.runtime.lane.Handler."""
        received = receive(record, read_light)
        state = self._over(work)
        if received.envelope.type in _REFERENCE:
            take(work, received.message)
            self._reference.forget()
            return
        command = self._lane.inputs[record.topic](received, self._reference)
        if command is None:
            return
        events = self._lane.decide(state, command)
        for event in events:
            state = self._lane.evolve(state, event)
        sequence = work.get(self._sequence, _SEQUENCE_KEY) or 0
        self._publisher.publish(work, received.envelope, events, after=sequence)
        work.put(self._sequence, _SEQUENCE_KEY, sequence + len(events))


class WorkRows:
    """The rows of a lane as one batch sees them (`cauce.decider.Rows`)."""

    __slots__ = ("_tables", "_work")

    def __init__(self, work: Work, tables: dict[str, Table]) -> None:
        self._work, self._tables = work, tables

    def get(self, kind: str, key: str) -> Any | None:
        """See cauce.decider.Rows."""
        return self._work.get(self._tables[kind], key.encode())

    def put(self, kind: str, key: str, row: Any | None) -> None:
        """See cauce.decider.Rows."""
        self._work.put(self._tables[kind], key.encode(), row)

    def scan(self, kind: str, start: str, stop: str) -> Iterator[tuple[str, Any]]:
        """See cauce.decider.Rows."""
        for key, row in self._work.scan(self._tables[kind], start.encode(), stop.encode()):
            yield key.decode(), row


def handler_of(lane: EntityLane | RowsLane, release: str) -> EntityHandler | RowsHandler:
    """The handler of a declared lane, with the tables it needs."""
    return EntityHandler(lane, release) if isinstance(lane, EntityLane) else RowsHandler(lane, release)


__all__ = ["DUE_A_TICK", "Entity", "Handler", "entity_table", "handler_of", "receive"]
