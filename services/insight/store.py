"""Rows and offsets into SQL in one transaction, the offsets by compare-and-set."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DataError

from cauce.runtime.database import create_tables
from cauce.runtime.merging import Merge
from services.insight.columns import METADATA
from services.insight.domain.rows import Row
from services.insight.offsets import Advance, Advancing, Place
from services.insight.positions import Positions
from services.insight.standings import STANDING, Standings
from services.insight.stock_tables import POSITIONS
from services.insight.tables import OFFSETS


class Projected(NamedTuple):
    """The rows of one record, and where it stands."""

    topic: str
    partition: int
    offset: int
    rows: tuple[Row, ...]


# A value that no column takes: PostgreSQL answers, SQLite's driver will not even ask. Not a database that is down.
UNSTORABLE = (DataError, OverflowError)
UNSTORABLE_REASON = "a value of it is too large for the database, or not text"


class Store:
    """The read model's database, for its one writer."""

    def __init__(self, engine: Engine) -> None:
        create_tables(engine, METADATA)
        self._engine = engine
        dialect = engine.dialect.name
        self._advancing = Advancing(dialect)
        self._merges = {table.name: Merge(table, dialect) for table in METADATA.sorted_tables}
        self._positions, self._standings = Positions(dialect), Standings(dialect)

    def begin(self, places: Iterable[Place]) -> dict[Place, int]:
        """The next offset of each partition; 0 for one that was never read."""
        fresh = [{"topic": topic, "partition": partition, "next_offset": 0} for topic, partition in places]
        with self._engine.begin() as connection:
            if fresh:
                self._merges[OFFSETS.name].run(connection, fresh)
            found = connection.execute(select(OFFSETS))
            return {(row.topic, row.partition): row.next_offset for row in found}

    def write(self, rows: Iterable[Row], advances: Mapping[Place, Advance]) -> None:
        """Merge the rows, refresh the orders they touch, advance the offsets: all or nothing.

        Raises Overtaken, and one of UNSTORABLE when any of the rows has a value that no column takes.
        """
        with self._engine.begin() as connection:
            self._advancing.run(connection, advances)
            self._take(connection, rows)

    def write_each(self, records: Iterable[Projected], advances: Mapping[Place, Advance]) -> list[Projected]:
        """The same, a record at a time; answers those that cannot be stored and are `unread` now. Raises Overtaken."""
        with self._engine.begin() as connection:
            self._advancing.run(connection, advances)
            return [record for record in records if not self._takes(connection, record)]

    def _takes(self, connection: Connection, record: Projected) -> bool:
        try:
            with connection.begin_nested():
                self._take(connection, record.rows)
        except UNSTORABLE:
            self._take(connection, [unread(record.topic, record.partition, record.offset, UNSTORABLE_REASON)])
            return False
        return True

    def _take(self, connection: Connection, rows: Iterable[Row]) -> None:
        by_table: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for table, values in rows:
            by_table[table].append(values)
        touched = {values["order_id"] for table in STANDING & by_table.keys() for values in by_table[table]}
        if moves := by_table.pop(POSITIONS.name, None):
            self._positions.count(connection, moves)
        for table, merged in by_table.items():
            self._merges[table].run(connection, merged)
        self._standings.refresh(connection, touched)


def unread(topic: str, partition: int, offset: int, reason: str) -> Row:
    """A record that was passed over, for a person to look at."""
    return Row("unread", {"topic": topic, "partition": partition, "offset": offset, "reason": reason})
