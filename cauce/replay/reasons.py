"""Why an order was decided as it was: each recorded decision with the input it followed from, and decided again."""

from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing
from typing import NamedTuple

from aiokafka import TopicPartition

from cauce.replay.difference import of_facts
from cauce.replay.fingerprint import Fact
from cauce.runtime.deciding import receive
from cauce.runtime.engine.journal import replay
from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.lane import Lane, Output, Record, is_control
from cauce.runtime.log_reader import record_of
from cauce.runtime.partitions import partition_of
from cauce.runtime.records import reading, stored_records
from cauce.runtime.service import Received
from cauce.runtime.settings import Settings
from schemas.backorders import Backordered
from schemas.reference import CHOSEN, ReferenceActivated, ReferencePublished
from schemas.stock import Allocated

TOPICS = ("allocated", "backordered")
_CAUSE, _ID, _TYPE = "ce_causationid", "ce_id", "ce_type"
_REFERENCE = {ReferencePublished.type.encode(), ReferenceActivated.type.encode()}
EQUAL = "equal"


class Decision(NamedTuple):
    """A recorded decision; the input it followed from; and `again`: `equal`, or where today's decision parts from it.

    `versions` says, by kind and version of the reference data, which record of the input made it active.
    """

    record: Record
    received: Received
    input: Record | None
    versions: dict[tuple[str, str], Record]
    again: str

    def since(self, version: str) -> Record | None:
        """The record that made a version active, whatever its kind."""
        return next((record for (_, known), record in self.versions.items() if known == version), None)

    @property
    def equal(self) -> bool:
        """Whether today's bytes are those that were recorded."""
        return self.again == EQUAL


async def decisions_on(servers: str, settings: Settings, keeper: Lane, order_id: str) -> list[Decision]:
    """Every promise and every wait of an order, in the order in which they were decided. Nothing is written."""
    found: list[Decision] = []
    facts = await _recorded(servers, settings, order_id)
    for pool in sorted({receive(fact).message.pool for fact in facts}):
        of_pool = [fact for fact in facts if receive(fact).message.pool == pool]
        found += await decided_again(replay(keeper, pool, servers, settings.prefix), keeper, pool, of_pool)
    return sorted(found, key=lambda decision: decision.received.envelope.sequence)


async def _recorded(servers: str, settings: Settings, order_id: str) -> list[Record]:
    """The order's own partition of each topic holds all of its facts."""
    key = order_id.encode()
    tps = [TopicPartition(settings.topic(topic), partition_of(key, settings.partitions)) for topic in TOPICS]
    async with reading(servers, tps) as reader:
        stored = [
            record_of(one, settings.prefix) for tp in tps for one in [o async for o in stored_records(reader, tp)]
        ]
    return [record for record in stored if record.key == key and _explains(record)]


def _explains(record: Record) -> bool:
    return not is_control(record.headers) and isinstance(receive(record).message, Allocated | Backordered)


async def decided_again(
    batches: AsyncGenerator[list[Record], None], keeper: Lane, pool: int, facts: Sequence[Record]
) -> list[Decision]:
    """Decide a pool's inputs from the first one on, up to those that the facts followed from, and compare."""
    causes = {dict(fact.headers).get(_CAUSE, b"") for fact in facts}
    missing = {dict(fact.headers)[_ID] for fact in facts}
    again = _Again(keeper, pool)
    async with aclosing(batches) as inputs:
        async for batch in inputs:
            for run in _runs(batch, causes):
                missing -= again.decide(run)
            if not missing:
                break
    return [again.compared(fact) for fact in facts]


def _runs(batch: Iterable[Record], alone: set[bytes]) -> Iterator[list[Record]]:
    """The batch in runs, so that each cause stands alone in its own: where a batch ends decides nothing."""
    run: list[Record] = []
    for record in batch:
        if dict(record.headers).get(_ID) in alone:
            yield from ([run] if run else [])
            yield [record]
            run = []
        else:
            run.append(record)
    if run:
        yield run


class _Again:
    """Decides, and remembers what came of which input."""

    def __init__(self, keeper: Lane, pool: int) -> None:
        self._tenure = OfflineTenure(keeper, pool)
        self._decided: dict[bytes, tuple[Record, Output]] = {}  # by the id of what was decided
        self._versions: dict[tuple[str, str], Record] = {}
        self._causes: dict[bytes, Record] = {}

    def decide(self, run: list[Record]) -> set[bytes]:
        """The next inputs, committed; the ids of what was decided, where it is one input."""
        outputs = self._tenure.decide(run)
        self._note_versions(run)
        if len(run) > 1:
            return set()
        self._causes.setdefault(_header(run[0], _ID), run[0])
        made = {_header(output, _ID): (run[0], output) for output in outputs}
        self._decided |= made
        return set(made)

    def _note_versions(self, run: list[Record]) -> None:
        for record in run:
            if _header(record, _TYPE) in _REFERENCE and not is_control(record.headers):
                said = receive(record).message
                if isinstance(said, ReferenceActivated) or said.kind not in CHOSEN:
                    self._versions.setdefault((said.kind.value, said.version), record)

    def compared(self, then: Record) -> Decision:
        """A recorded fact beside what is decided today of the same input."""
        cause, now = self._decided.get(_header(then, _ID), (None, None))
        return Decision(
            record=then,
            received=receive(then),
            input=cause or self._causes.get(_header(then, _CAUSE)),
            versions=self._versions,
            again=self._said(then, now),
        )

    def _said(self, then: Record, now: Output | None) -> str:
        if now is None:
            gone = _header(then, _CAUSE) not in self._causes
            return "its input is no longer in the topic" if gone else "it is not decided any more"
        facts = [Fact.of(one.key, one.value, one.headers) for one in (then, now)]
        return EQUAL if facts[0] == facts[1] else str(of_facts(*facts))


def _header(record: Record | Output, name: str) -> bytes:
    return dict(record.headers).get(name, b"")
