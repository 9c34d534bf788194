"""A lane without Kafka: its tables in memory, its outputs in a list. For replay, and for tests of whole lanes."""

from collections.abc import Sequence

from cauce.runtime.engine.rows import rows_of
from cauce.runtime.engine.standing import Standing
from cauce.runtime.engine.stores import MemoryShelf
from cauce.runtime.engine.work import UnitOfWork
from cauce.runtime.lane import STANDING, Lane, Output, Record


class OfflineTenure:
    """Decides as a worker's tenure of the partition does, from empty tables on."""

    def __init__(self, lane: Lane, partition: int) -> None:
        self.lane, self.partition = lane, partition
        self.shelves = {name: MemoryShelf() for name in lane.changelogs}
        self.rows = rows_of(lane, self.shelves.__getitem__)
        self.standing = Standing()

    def decide(self, batch: Sequence[Record]) -> list[Output]:
        """One batch, committed; what it sent, parked records included."""
        work = UnitOfWork(self.lane, self.partition, self.rows, self.standing)
        work.decide(batch)
        for name, changes in work.changes().items():
            rows = self.rows[name]
            rows.apply(changes, rows.encoded(changes), offset=0, now=0)
        return work.out

    def restart(self) -> None:
        """Forget what is not in the tables, as a worker that was killed."""
        self.rows = rows_of(self.lane, self.shelves.__getitem__)
        self.standing = Standing.read(self.shelves[STANDING].rows.items())

    def tables(self) -> dict[str, dict[bytes, bytes]]:
        """All rows as bytes, by table, the lane's own table among them."""
        return {name: dict(shelf.rows) for name, shelf in self.shelves.items()}
