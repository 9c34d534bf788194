"""Rows and offsets into SQL in one transaction, the offsets by compare-and-set."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, bindparam, case, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError
from sqlalchemy.sql.dml import Insert

from cauce.runtime.database import create_tables, merging
from services.insight.domain.rows import Row
from services.insight.standings import STANDING, refresh
from services.insight.tables import METADATA, OFFSETS, POSITIONS

Place = tuple[str, int]  # topic without prefix, partition
_COUNTS = ("reserved", "picked", "packed", "quarantined")
_ADVANCE = (
    update(OFFSETS)
    .where(
        OFFSETS.c.topic == bindparam("of_topic"),
        OFFSETS.c.partition == bindparam("of_partition"),
        OFFSETS.c.next_offset == bindparam("expected"),
    )
    .values(next_offset=bindparam("reached"))
)


class Overtaken(RuntimeError):
    """Another projector has moved this offset: two write one database. Stop all but one."""


class Advance(NamedTuple):
    """How far a partition was read: from the offset its rows were read at, to the next one to read."""

    expected: int
    reached: int


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
        self._merge = {table.name: merging(table, dialect) for table in METADATA.sorted_tables}
        self._merge[POSITIONS.name] = _counting(dialect)
        self._blank = {table.name: dict.fromkeys(_written(table.columns)) for table in METADATA.sorted_tables}

    def begin(self, places: Iterable[Place]) -> dict[Place, int]:
        """The next offset of each partition; 0 for one that was never read."""
        fresh = [{"topic": topic, "partition": partition, "next_offset": 0} for topic, partition in places]
        with self._engine.begin() as connection:
            if fresh:
                connection.execute(self._merge[OFFSETS.name], fresh)
            found = connection.execute(select(OFFSETS))
            return {(row.topic, row.partition): row.next_offset for row in found}

    def write(self, rows: Iterable[Row], advances: Mapping[Place, Advance]) -> None:
        """Merge the rows, refresh the orders they touch, advance the offsets: all or nothing.

        Raises Overtaken, and one of UNSTORABLE when any of the rows has a value that no column takes.
        """
        with self._engine.begin() as connection:
            _advance(connection, advances)
            self._take(connection, rows)

    def write_each(self, records: Iterable[Projected], advances: Mapping[Place, Advance]) -> list[Projected]:
        """The same, a record at a time; answers those that cannot be stored and are `unread` now. Raises Overtaken."""
        with self._engine.begin() as connection:
            _advance(connection, advances)
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
            by_table[table].append({**self._blank[table], **values})
        touched = {values["order_id"] for table in STANDING & by_table.keys() for values in by_table[table]}
        for table, merged in by_table.items():
            connection.execute(self._merge[table], merged)
        refresh(connection, touched)


def unread(topic: str, partition: int, offset: int, reason: str) -> Row:
    """A record that was passed over, for a person to look at."""
    return Row("unread", {"topic": topic, "partition": partition, "offset": offset, "reason": reason})


def _advance(connection: Connection, advances: Mapping[Place, Advance]) -> None:
    for (topic, partition), (expected, reached) in advances.items():
        moved = connection.execute(
            _ADVANCE, {"of_topic": topic, "of_partition": partition, "expected": expected, "reached": reached}
        )
        if moved.rowcount != 1:
            raise Overtaken(
                f"{topic}/{partition} is no longer at offset {expected}: another projector writes this database. "
                "Stop all `cauce run insight` but one"
            )


def _written(columns: Iterable[Any]) -> list[str]:
    return [column.name for column in columns if not column.info.get("derived")]


def _counting(dialect: str) -> Insert:
    """Positions: moves of one position come in the order of their sequence, and one that was counted is passed over."""
    insert = postgresql.insert(POSITIONS) if dialect == "postgresql" else sqlite.insert(POSITIONS)
    new, kept = insert.excluded, POSITIONS.c
    is_newer = new.sequence > kept.sequence
    counts = {name: kept[name] + case((is_newer, new[name]), else_=0) for name in _COUNTS}
    latest = {name: case((is_newer, new[name]), else_=kept[name]) for name in ("pool", "on_hand", "free", "sequence")}
    return insert.on_conflict_do_update(index_elements=POSITIONS.primary_key, set_=counts | latest)
