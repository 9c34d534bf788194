"""A lane without Kafka: its tables in memory, its outputs in a list. For replay, for tests and for simulations."""

from collections.abc import Mapping, Sequence

from cauce.runtime.engine.rows import Encoded, rows_of
from cauce.runtime.engine.standing import Standing
from cauce.runtime.engine.stores import MemoryShelf
from cauce.runtime.engine.work import UnitOfWork
from cauce.runtime.lane import STANDING, Lane, Output, Record

Shelves = Mapping[str, MemoryShelf]


class OfflineTenure:
    """Decides as a worker's tenure of the partition does: from empty tables on, or from what `shelves` hold."""

    def __init__(self, lane: Lane, partition: int, shelves: Shelves | None = None) -> None:
        self.lane, self.partition = lane, partition
        self.shelves = shelves or {name: MemoryShelf() for name in lane.changelogs}
        self.restart()

    def decide(self, batch: Sequence[Record]) -> list[Output]:
        """One batch, committed; what it sent, parked records included."""
        work = self.unit()
        work.decide(batch)
        self.stage(work)
        self.keep(work, {})
        return work.out

    def unit(self) -> UnitOfWork:
        """A unit of work, of which nothing shows before `stage`."""
        return UnitOfWork(self.lane, self.partition, self.rows, self.standing)

    def stage(self, work: UnitOfWork) -> Mapping[str, Encoded]:
        """Show what `work` changed to the next unit; the changed rows as its changelogs will have them, by table."""
        return {name: self.rows[name].stage(changes) for name, changes in work.changes().items()}

    def keep(self, work: UnitOfWork, ends: Mapping[str, int]) -> None:
        """Take a committed unit into the tables; `ends` is the last changelog offset of each, where there is one."""
        for name in work.changes():
            self.rows[name].keep(offset=ends.get(name, 0), now=0)

    def restart(self) -> None:
        """Forget what is not in the tables, as a worker that was killed."""
        self.rows = rows_of(self.lane, self.shelves.__getitem__)
        self.standing = Standing.read(self.shelves[STANDING].rows.items())

    def tables(self) -> dict[str, dict[bytes, bytes]]:
        """All rows as bytes, by table, the lane's own table among them."""
        return {name: dict(shelf.rows) for name, shelf in self.shelves.items()}
