"""What a lane is: one entity's inputs, tables and handler, declared as plain data.

A service declares its lanes and runs none of this: the runtime gives the handler one record at a time, in order, and
commits a batch's outputs, table changes and input offsets in one Kafka transaction. Topics are named without the
deployment's prefix everywhere here.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

Headers = Sequence[tuple[str, bytes]]
STANDING = "standing"  # the lane's own table: offsets, streak of failures, blocked subjects
RETRY, DROP = "lane-retry", "lane-drop"  # first header of a record that an operator sent to a lane


class Unprocessable(Exception):
    """Raised by a handler: this record cannot be decided, park it. The reason carries no personal data."""


class Misfit(RuntimeError):
    """The code, the topics or the assignment do not fit the lane. The worker stops: guessing could lose records."""


class Record(NamedTuple):
    """One input, as it came. `topic` has no prefix; position is for parking and replay, never for ids."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers


class Output(NamedTuple):
    """One record to send; without a partition the key decides, without a key the lane's own partition."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    partition: int | None


@dataclass(frozen=True, slots=True)
class Table:
    """A keyed table of a lane. Rows are immutable values; bytes are made at commit and read on a cache miss."""

    name: str
    encode: Callable[[Any], bytes]
    decode: Callable[[bytes], Any]
    cached: int = 20_000  # decoded rows kept, a partition
    small: bool = False  # its rows never come near what one record holds: they are not measured


class Work(Protocol):
    """What a handler may touch. Nothing of it is visible to anybody before the batch commits."""

    @property
    def partition(self) -> int:
        """The partition number of the lane, the same for inputs and tables."""

    def get(self, table: Table, key: bytes) -> Any | None:
        """The row, own puts included."""

    def put(self, table: Table, key: bytes, row: Any | None) -> None:
        """Replace the row; None deletes it."""

    def scan(self, table: Table, start: bytes, stop: bytes) -> Iterator[tuple[bytes, Any]]:
        """Rows with start <= key < stop, in key order, as of the call."""

    def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Headers,
        partition: int | None = None,
    ) -> None:
        """Add an output; the topic is one the lane declares."""

    def attempt(self, act: Callable[[], None], *, record: Record, subject: bytes) -> bool:
        """Whether `act` was done: where it fails it leaves no trace, and `record` is parked for `subject` in its place.

        It is not tried, only parked, while the subject waits behind a parked record. The present record goes on.
        """


class Changed(Protocol):
    """An `asyncio.Event` that is set after each commit; the background task clears it."""

    def clear(self) -> None:
        """Forget the commits so far."""

    async def wait(self) -> object:
        """Return once there is a commit that was not cleared."""


class TenureHandle(Protocol):
    """What a tenure's background task may do. Canceled before the tenure is given up, it may still transact."""

    @property
    def partition(self) -> int:
        """The partition number of the tenure."""

    @property
    def changed(self) -> Changed:
        """Set after each commit of this tenure."""

    def scan(self, table: Table, start: bytes, stop: bytes, limit: int | None = None) -> list[tuple[bytes, Any]]:
        """Committed rows with start <= key < stop, in key order."""

    async def transact(self, decide: Callable[[Work], None]) -> None:
        """Run `decide` between two batches and commit what it put and sent. Raises TenureLost when it no longer may."""


class TenureLost(RuntimeError):
    """Another worker holds the partition now, or this one is stopping; nothing of the transaction was committed."""


Handler = Callable[[Record, Work], None]
Background = Callable[[TenureHandle], Awaitable[None]]


def key_of(record: Record) -> bytes | None:
    """The record's key, the usual subject."""
    return record.key


def nothing_to_settle() -> None:
    """What the handler did stands already."""


def never_waits(_record: Record) -> bool:
    """Every batch is committed at once."""
    return False


@dataclass(frozen=True, slots=True)
class Lane:
    """Inputs, outputs, tables and the handler of one entity of one service.

    The handler is synchronous and deterministic, touches nothing but its `Work`, and its result does not depend on
    where batches begin and end. All inputs have the family's partition count and share their keys.
    """

    service: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    tables: tuple[Table, ...]
    handler: Handler
    subject: Callable[[Record], bytes | None] = key_of  # what waits behind a parked record; None: nothing does
    family: str = "orders"  # topics of a family have one partition count, which the settings know
    max_batch: int = 2000
    breaker: int = 20  # undecidable records in a row that stop the worker
    parks: bool = True  # False for a door: it sets aside what it cannot read, and trusts no headers of outsiders
    background: Background | None = None
    settle: Callable[[], None] = (
        nothing_to_settle  # after a batch's last record, before anybody can see what came of it
    )
    pause_seconds: float = 0.0  # from one commit to the next, while no more waits than a batch takes
    waits: Callable[[Record], bool] = never_waits  # a batch of only these that changed nothing commits with the next

    def __post_init__(self) -> None:
        """Refuse what could never work: no input, or a table named twice or as the lane's own."""
        names = [table.name for table in self.tables]
        if not self.inputs or len({*names, STANDING}) != len(names) + 1:
            raise Misfit(f"{self.id}: needs an input, and tables of different names other than {STANDING!r}")

    @property
    def id(self) -> str:
        """The lane's name in the deployment, and the stem of its transactional ids."""
        return f"{self.service}-{self.name}"

    @property
    def changelogs(self) -> dict[str, str]:
        """Changelog topic by table name, the lane's own table included."""
        return {name: f"{self.id}-{name}-changelog" for name in (*(t.name for t in self.tables), STANDING)}

    @property
    def journal(self) -> str | None:
        """The topic that remembers in which order several inputs were taken; one input is its own order."""
        return f"{self.id}-journal" if len(self.inputs) > 1 else None

    @property
    def parked(self) -> str:
        """The topic of what the service's lanes could not decide."""
        return f"{self.service}-parked"


def is_control(headers: Headers) -> bool:
    """Whether a record is an operator's word to a lane; every other reader of the topic passes over it."""
    return bool(headers) and headers[0][0] in (RETRY, DROP)
