"""Where the read model stands in each partition, moved on by compare-and-set: one projector writes a database."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, bindparam, column, select, update
from sqlalchemy.sql.dml import Update

from cauce.runtime.merging import MANY_AT_ONCE, json_of, recordset
from services.insight.tables import OFFSETS

Place = tuple[str, int]  # topic without prefix, partition


class Overtaken(RuntimeError):
    """Another projector has moved this offset: two write one database. Stop all but one."""


class Advance(NamedTuple):
    """How far a partition was read: from the offset its rows were read at, to the next one to read."""

    expected: int
    reached: int


class Advancing:
    """Moves offsets on."""

    def __init__(self, dialect: str) -> None:
        self._many = dialect == MANY_AT_ONCE
        self._statement = _from_recordset() if self._many else _from_parameters()

    def run(self, connection: Connection, advances: Mapping[Place, Advance]) -> None:
        """All of them from where they are expected to be. Raises Overtaken."""
        if not advances:
            return
        moves = [
            {"of_topic": topic, "of_partition": number, "expected": expected, "reached": reached}
            for (topic, number), (expected, reached) in advances.items()
        ]
        given: Any = {"rows": json_of(moves)} if self._many else moves
        if connection.execute(self._statement, given).rowcount != len(moves):
            raise _overtaken(connection, advances)


def _from_recordset() -> Update:
    new = recordset(
        [column("of_topic", OFFSETS.c.topic.type), column("of_partition", OFFSETS.c.partition.type)]
        + [column(name, BigInteger()) for name in ("expected", "reached")]
    ).c
    return _moving(new.of_topic, new.of_partition, new.expected, new.reached)


def _from_parameters() -> Update:
    return _moving(*(bindparam(name) for name in ("of_topic", "of_partition", "expected", "reached")))


def _moving(topic: Any, partition: Any, expected: Any, reached: Any) -> Update:
    at = (OFFSETS.c.topic == topic, OFFSETS.c.partition == partition, OFFSETS.c.next_offset == expected)
    return update(OFFSETS).where(*at).values(next_offset=reached)


def _overtaken(connection: Connection, advances: Mapping[Place, Advance]) -> Overtaken:
    """Names an offset that is not where it should be; where all are, the other got exactly as far, and any will do."""
    stands = {(row.topic, row.partition): row.next_offset for row in connection.execute(select(OFFSETS))}
    elsewhere = (place for place, advance in advances.items() if stands.get(place) != advance.reached)
    place = next(elsewhere, next(iter(advances)))
    return Overtaken(
        f"{place[0]}/{place[1]} is no longer at offset {advances[place].expected}: another projector writes this "
        "database. Stop all `cauce run insight` but one"
    )
