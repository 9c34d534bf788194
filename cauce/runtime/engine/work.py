"""The unit of work: what one batch reads, changes and sends. Pure: no broker, no clock, no disk but the rows read."""

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from cauce.runtime.engine.ordered import SortedKeys, overlaid
from cauce.runtime.engine.parking import BEHIND, alone, named, parked, read_control
from cauce.runtime.engine.rows import ABSENT, Rows
from cauce.runtime.engine.standing import BLOCKED, HEAD, Blocked, Standing
from cauce.runtime.engine.undecidable import WORLD, BreakerTripped, Failure, Undecided, caused, why
from cauce.runtime.lane import DROP, RETRY, STANDING, Headers, Lane, Misfit, Output, Record, Table, Unprocessable

MAX_VALUE_BYTES = 900_000  # a broker takes records of 1 MiB with their keys and headers, unless told otherwise
MAX_KEY_BYTES = 100_000
_STANDING_ROWS = Table(STANDING, encode=bytes, decode=bytes)
_Change = tuple[MutableMapping[bytes, Any], bytes, Any, Rows | None]  # where, key, what was there, whose size counts


class UnitOfWork:
    """Outputs and table changes of one batch of one tenure. Each record is a savepoint.

    `standing` is changed as the batch is decided; who discards the batch discards the tenure.
    """

    def __init__(self, lane: Lane, partition: int, rows: Mapping[str, Rows], standing: Standing) -> None:
        self.lane, self.partition, self.standing = lane, partition, standing
        self.out: list[Output] = []
        self.journal: list[tuple[str, int, int]] = []  # runs taken: topic, first offset, count
        self.offsets: Mapping[str, int] = {}  # next offset by input topic, after the batch
        self.failures: list[Failure] = []
        self._rows = rows
        self._measured = {name: None if table.table.small else table for name, table in rows.items()}
        self._outputs = frozenset(lane.outputs)
        self._changes: dict[str, dict[bytes, Any]] = {name: {} for name in rows}
        self._ordered: dict[str, SortedKeys] = {}  # keys put in tables that this unit scanned
        self._undo: list[_Change] = []  # changes of the present record
        self._attempts = 0  # of the present record

    # -- what handlers use

    def get(self, table: Table, key: bytes) -> Any | None:
        """See Work."""
        row = self._changes[table.name].get(key, ABSENT)
        return self._rows[table.name].get(key) if row is ABSENT else row

    def put(self, table: Table, key: bytes, row: Any | None) -> None:
        """See Work."""
        name = table.name
        changes = self._changes[name]
        before = changes.get(key, ABSENT)
        self._undo.append((changes, key, before, self._measured[name]))
        changes[key] = row
        if before is ABSENT and name in self._ordered:
            self._ordered[name].add(key)

    def scan(self, table: Table, start: bytes, stop: bytes) -> Iterator[tuple[bytes, Any]]:
        """See Work."""
        changes = self._changes[table.name]
        keys = self._ordered.get(table.name)
        if keys is None:
            keys = self._ordered[table.name] = SortedKeys(changes)
        own = [(key, changes[key]) for key in keys.between(start, stop) if key in changes]
        below = self._rows[table.name].scan(start, stop)
        return overlaid(own, below) if own else below

    def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Headers,
        partition: int | None = None,
    ) -> None:
        """See Work."""
        if topic not in self._outputs:
            raise Misfit(f"{self.lane.id}: {topic} is not among its outputs; declare it, or send elsewhere")
        if value is not None and len(value) > MAX_VALUE_BYTES:
            raise Unprocessable(f"the record for {topic} would have {len(value)} bytes, {MAX_VALUE_BYTES} at most")
        if key is not None and len(key) > MAX_KEY_BYTES:
            raise Unprocessable(f"the key for {topic} would have {len(key)} bytes, {MAX_KEY_BYTES} at most")
        self.out.append(Output(topic, key, value, headers, partition))

    def attempt(self, act: Callable[[], None], *, record: Record, subject: bytes) -> bool:
        """See Work."""
        self._attempts += 1
        subject = named(subject)
        if subject in self.standing.blocked:
            self._park(record, BEHIND, subject)
            return False
        if (exc := self._tried(act)) is not None:
            self._fail(record, exc, subject)
            return False
        self.standing.streak = 0
        return True

    # -- what the tenure uses

    def decide(self, batch: Sequence[Record]) -> None:
        """`take` the batch and `conclude` it."""
        self.take(batch)
        self.conclude(batch)

    def take(self, records: Sequence[Record]) -> None:
        """Run the handler over the next records of the batch, in order; park what cannot be decided.

        Raises BreakerTripped, Undecided where the lane does not park, or a failure of the world: the batch is void.
        """
        if self.lane.parks:
            self._decide_and_park(records)
            return
        for record in records:
            if (exc := self._handle(record)) is not None:
                raise caused(Undecided(f"{self.lane.id}: {record.topic}/{record.offset}: {why(exc)}"), exc)

    def conclude(self, batch: Sequence[Record]) -> None:
        """Note where the inputs stand after the batch, all of which was taken."""
        for topic, run in groupby(batch, attrgetter("topic")):
            taken = list(run)
            self.standing.offsets[topic] = taken[-1].offset + 1
            self.journal.append((topic, taken[0].offset, len(taken)))
        self.offsets = dict(self.standing.offsets)
        self.put(_STANDING_ROWS, HEAD, self.standing.head())
        self.lane.settle()

    def is_idle(self) -> bool:
        """Whether nothing was sent or failed, and no row changed but where the inputs stand."""
        return not (self.out or self.failures) and all(
            name == STANDING and set(rows) == {HEAD} for name, rows in self.changes().items()
        )

    def may_wait(self, batch: Sequence[Record]) -> bool:
        """Whether nothing came of `batch`, and all of it may commit with the next: a restart reads it again."""
        return self.is_idle() and all(map(self.lane.waits, batch))

    def changes(self) -> dict[str, dict[bytes, Any]]:
        """Changed rows by table; None is a deletion."""
        return {name: changes for name, changes in self._changes.items() if changes}

    def _decide_and_park(self, batch: Sequence[Record]) -> None:
        standing, handle, subject_of = self.standing, self._handle, self._subject
        blocked = standing.blocked
        for record in batch:
            headers = record.headers
            if headers and headers[0][0] in (RETRY, DROP):
                self._control(record)
            elif blocked and (subject := subject_of(record)) in blocked:
                self._park(record, BEHIND, subject)
            elif (exc := handle(record)) is not None:
                self._fail(record, exc, subject_of(record))
            elif not self._attempts:
                standing.streak = 0

    def _handle(self, record: Record) -> Exception | None:
        """None, or why the record cannot be decided; then it left no trace."""
        self._undo.clear()
        self._attempts = 0
        return self._tried(self.lane.handler, record, self)

    def _tried(self, act: Callable[..., None], *given: Any) -> Exception | None:
        """A savepoint: None, or why `act` failed; then it left no trace."""
        undo, marks = len(self._undo), (len(self.out), len(self.failures))
        try:
            act(*given)
            self._measure(undo)
        except (*WORLD, BreakerTripped):
            raise
        except Exception as exc:  # noqa: BLE001  # whatever a decider trips over is parked with its reason
            self._undo_since(undo)
            del self.out[marks[0] :], self.failures[marks[1] :]
            return exc
        return None

    def _measure(self, mark: int) -> None:
        """A row too large for its changelog would make every commit fail; here it parks its record."""
        for changes, key, _, rows in self._undo[mark:]:
            if rows is None:
                continue
            row = changes.get(key)
            if len(key) > MAX_KEY_BYTES:
                raise Unprocessable(f"a key in {rows.table.name} would have {len(key)} bytes, {MAX_KEY_BYTES} at most")
            if row is not None and (size := rows.size(key, row)) > MAX_VALUE_BYTES:
                table = rows.table.name
                raise Unprocessable(f"the row in {table} would have {size} bytes, {MAX_VALUE_BYTES} at most")

    def _undo_since(self, mark: int) -> None:
        for changes, key, before, _ in reversed(self._undo[mark:]):
            if before is ABSENT:
                del changes[key]
            else:
                changes[key] = before
        del self._undo[mark:]

    def _fail(self, record: Record, exc: Exception, subject: bytes | None) -> None:
        self.standing.streak += 1
        if self.standing.streak >= self.lane.breaker:
            tripped = BreakerTripped(
                f"{self.lane.id}-{self.partition}: {self.standing.streak} records in a row could not be decided, the "
                f"last: {record.topic}/{record.offset}: {why(exc)}; mend the code, or the records' source, and restart"
            )
            raise caused(tripped, exc)
        self.failures.append(Failure("parked", record, why(exc), exc))
        self._park(record, why(exc), subject)

    def _subject(self, record: Record) -> bytes | None:
        try:
            subject = self.lane.subject(record)
        except Exception:  # noqa: BLE001  # a record too broken to say whom it is about counts for its key
            subject = record.key
        return None if subject is None else named(subject)

    def _park(self, record: Record, reason: str, subject: bytes | None) -> None:
        if subject is None:
            subject = alone(record)
        blocked = self.standing.blocked.get(subject) or Blocked(f"{record.topic}/{record.offset}", 0, 0)
        turn = f"{blocked.episode}/{blocked.next}".encode()
        self._set_blocked(subject, blocked._replace(next=blocked.next + 1))
        self.out.append(parked(self.lane, record, reason=reason, subject=subject, turn=turn))

    def _control(self, record: Record) -> None:
        """Retry or drop the oldest parked record of a subject.

        A turn that is not the oldest (done already, or its elder failed again) is passed over: sending a control
        record twice does nothing.
        """
        try:
            control = read_control(self.lane, record)
        except ValueError:
            self.failures.append(Failure("retry-failed", record, "control record of a wrong form", None))
            return
        if control is None:
            return
        blocked = self.standing.blocked.get(control.subject)
        if blocked is None or blocked.turn != control.turn:
            return
        if control.verb == RETRY and (exc := self._handle(control.record)) is not None:
            self.failures.append(Failure("retry-failed", control.record, why(exc), exc))
            return
        blocked = self.standing.blocked[control.subject]
        blocked = blocked._replace(first=blocked.first + 1)
        self._set_blocked(control.subject, blocked if blocked.first < blocked.next else None)

    def _set_blocked(self, subject: bytes, blocked: Blocked | None) -> None:
        standing = self.standing.blocked
        self._undo.append((standing, subject, standing.get(subject, ABSENT), None))
        if blocked is None:
            del standing[subject]
        else:
            standing[subject] = blocked
        self.put(_STANDING_ROWS, BLOCKED + subject, None if blocked is None else blocked.row)
