"""Many rows into SQL at once: merged into a table, or written over what stands there.

To PostgreSQL they go as one JSON text that it takes apart itself: a statement and a parameter for any number of rows,
which costs half of what a statement for each does. SQLite, in our own process, is given them one by one.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    Text,
    any_,
    bindparam,
    case,
    cast,
    column,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert, Update

Values = Mapping[str, Any]
MANY_AT_ONCE = "postgresql"


class Merge:
    """An insert that merges: in each column the greater value stays, and NULL is the least of all.

    So rows may come in any order and any number of times. Columns marked `derived` are left alone.
    """

    def __init__(self, table: Table, dialect: str) -> None:
        self._keys = [column.name for column in table.primary_key]
        self._columns = [column for column in table.columns if not column.info.get("derived")]
        self._blank = dict.fromkeys(column.name for column in self._columns)
        self._many = dialect == MANY_AT_ONCE
        self._statement = self._merging(table)

    def run(self, connection: Connection, rows: Iterable[Values]) -> None:
        """Merge rows, of which absent columns are NULL. Raises OverflowError for what is no value of a database."""
        for distinct in rounds(rows, self._keys):
            given: Any = {"rows": json_of(distinct)} if self._many else [{**self._blank, **row} for row in distinct]
            connection.execute(self._statement, given)

    def _merging(self, table: Table) -> Insert:
        insert: Any = (postgresql if self._many else sqlite).insert(table)
        if self._many:
            insert = insert.from_select([each.name for each in self._columns], select(*recordset(self._columns).c))
        kept = [each for each in self._columns if not each.primary_key]
        if not kept:
            return insert.on_conflict_do_nothing(index_elements=table.primary_key)  # type: ignore[no-any-return]
        merged = {each.name: _greater(each, insert.excluded[each.name]) for each in kept}
        return insert.on_conflict_do_update(index_elements=table.primary_key, set_=merged)  # type: ignore[no-any-return]


class Overwrite:
    """An update of many rows, each found by its key, in the columns that are marked `derived`."""

    def __init__(self, table: Table, dialect: str) -> None:
        self._keys = [column.name for column in table.primary_key]
        self._table = table
        self._derived = [column for column in table.columns if column.info.get("derived")]
        self._many = dialect == MANY_AT_ONCE
        self._statement = self._from_recordset() if self._many else self._from_parameters()

    def run(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Each row has the key and all derived columns."""
        if not rows:
            return
        given: Any = {"rows": json_of(rows)} if self._many else [_as_new(row) for row in rows]
        connection.execute(self._statement, given)

    def _from_recordset(self) -> Update:
        new = recordset([*self._table.primary_key, *self._derived])
        found = [self._table.c[name] == new.c[name] for name in self._keys]
        return update(self._table).where(*found).values({each.name: new.c[each.name] for each in self._derived})

    def _from_parameters(self) -> Update:
        found = [self._table.c[name] == bindparam(f"new_{name}") for name in self._keys]
        derived: Any = {each.name: bindparam(f"new_{each.name}") for each in self._derived}
        return update(self._table).where(*found).values(derived)


def among(connection: Connection, one: ColumnElement[str], values: Sequence[str]) -> ColumnElement[bool]:
    """Whether `one` is among the values: one parameter, where a list of them is one."""
    if connection.dialect.name == MANY_AT_ONCE:
        return one == any_(bindparam(None, list(values), type_=postgresql.ARRAY(Text)))
    return one.in_(values)


def rounds(rows: Iterable[Values], keys: Sequence[str]) -> list[list[dict[str, Any]]]:
    """The rows so that none has a row of the same key in its round, which a statement could not merge twice.

    Rows of one key become one where nothing depends on how the database would compare two texts.
    """
    found: list[dict[tuple[Any, ...], dict[str, Any]]] = []
    for row in rows:
        key = tuple(row[name] for name in keys)
        for turn in found:
            if key not in turn:
                turn[key] = dict(row)
                break
            if _joined(turn[key], row):
                break
        else:
            found.append({key: dict(row)})
    return [list(turn.values()) for turn in found]


def _joined(into: dict[str, Any], row: Values) -> bool:
    """Whether `row` could be merged into the other; nothing has changed where it could not."""
    changed = {}
    for name, value in row.items():
        known = into.get(name)
        if value is None or value == known:
            continue
        if known is None:
            changed[name] = value
        elif isinstance(value, str):
            return False
        elif value > known:
            changed[name] = value
    into.update(changed)
    return True


def _as_new(row: Values) -> Values:
    return {f"new_{name}": value for name, value in row.items()}


def json_of(rows: Sequence[Values]) -> str:
    """The parameter of a `recordset`. Raises OverflowError for what is no value of a database."""
    try:
        return orjson.dumps(rows).decode()
    except orjson.JSONEncodeError as wrong:
        raise OverflowError(str(wrong)) from None


def recordset(columns: Iterable[ColumnElement[Any]]) -> Any:
    """The rows of the parameter `rows`, a JSON array of objects, of which absent fields are NULL."""
    rows = func.json_to_recordset(cast(bindparam("rows", type_=Text), postgresql.JSON))
    return rows.table_valued(*(column(each.name, each.type) for each in columns)).render_derived(with_types=True)


def _greater(known: Column[Any], new: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((or_(known.is_(None), new > known), new), else_=known)
