"""A kind of reference data as a CSV file (RFC 4180): a header of known columns, then a row an item.

Columns are the fields of schemas.reference; `latitude`/`longitude` and `base`/`per_kilogram`/`currency` are flat.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from cauce.money import Money
from cauce.places import Coordinates
from cauce.runtime.reference.flaws import LISTED, BrokenFile, Flaw, expectation, text_of, unknown
from schemas.base import Part

Places = tuple[tuple[str, ...], ...]  # in an item, where a cell belongs: a currency is that of several amounts


class Row(NamedTuple):
    """The cells of an item, and the line that it begins on."""

    line: int
    cells: Sequence[str]


def columns_of(model: type[Part]) -> dict[str, Places]:
    """The columns of a kind's file, in the order of its fields."""
    found: dict[str, Places] = {}
    for name, field in model.model_fields.items():
        for column, *rest in _FLAT.get(field.annotation, (("",),)):
            column = column or name  # noqa: PLW2901  # a plain field is a column of its own name
            found[column] = (*found.get(column, ()), (name, *rest))
    return found


_FLAT: dict[Any, Sequence[Sequence[str]]] = {
    Coordinates: (("latitude", "latitude"), ("longitude", "longitude")),
    Money: (("", "amount"), ("currency", "currency")),
}


def read_table(path: Path, model: type[Part]) -> list[Part]:
    """The items of a file, one at least. Raises BrokenFile with all that is wrong, up to a bound."""
    rows = _rows(path.name, text_of(path))
    header, columns = next(rows, None), columns_of(model)
    if header is None:
        raise BrokenFile([Flaw(path.name, f"it is empty; expected a header of {', '.join(columns)}")])
    if flaws := list(_misnamed(path.name, header, model, columns)):
        raise BrokenFile(flaws)
    table = _Table(path.name, model, {name: columns[name] for name in header.cells})
    return table.read(rows)


class _Table:
    """The rows of one file on their way to items."""

    def __init__(self, name: str, model: type[Part], columns: Mapping[str, Places]) -> None:
        self._name, self._model, self._columns = name, model, columns
        self._lines: dict[str, int] = {}  # of ids
        self._items: list[Part] = []
        self._flaws: list[Flaw] = []

    def read(self, rows: Iterator[Row]) -> list[Part]:
        try:
            for row in rows:
                self._take(row)
                if len(self._flaws) > LISTED:
                    break
        except BrokenFile as broken:
            self._flaws += broken.flaws
        if not self._items and not self._flaws:
            again = "leave the file out to keep what was published before"
            self._flaws.append(Flaw(self._name, f"expected one item at least, found the header alone; {again}"))
        if self._flaws:
            raise BrokenFile(self._flaws)
        return self._items

    def _take(self, row: Row) -> None:
        if len(row.cells) != len(self._columns):
            wanted = f"expected {len(self._columns)} cells as in the header, found {len(row.cells)}"
            self._flaws.append(Flaw(self._name, wanted, row.line))
            return
        cells = dict(zip(self._columns, row.cells, strict=True))
        first = self._lines.setdefault(cells["id"], row.line)
        if first != row.line:
            wanted = f"expected an id of its own, found {cells['id']!r} of line {first} again"
            self._flaws.append(Flaw(self._name, wanted, row.line, "id"))
        try:
            self._items.append(self._model.model_validate(self._body(cells)))
        except ValidationError as wrong:
            flaws = {self._column(error["loc"]): expectation(dict(error)) for error in wrong.errors()}
            self._flaws += [Flaw(self._name, wanted, row.line, column) for column, wanted in flaws.items()]

    def _body(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """The fields of an item; an empty cell is none, so that a default can take its place."""
        body: dict[str, Any] = {}
        for column, places in self._columns.items():
            for name, *rest in places:
                whole = body.setdefault(name, {}) if rest else body
                if cells[column].strip():
                    whole[rest[0] if rest else name] = cells[column]
        return body

    def _column(self, loc: tuple[int | str, ...]) -> str | None:
        """None for what is wrong with the row as a whole."""
        return next((column for column, places in self._columns.items() if loc in places), str(loc[0]) if loc else None)


def _misnamed(name: str, header: Row, model: type[Part], columns: Mapping[str, Places]) -> Iterator[Flaw]:
    names, line = header.cells, header.line
    if len(names) == 1 and any(mark in names[0] for mark in ";\t"):
        yield Flaw(name, f"expected commas between the cells, found {names[0]!r}", line)
        return
    for at, column in enumerate(names):
        if column not in columns:
            yield Flaw(name, unknown(column, list(columns)), line, column or f"{at + 1} without a name")
        elif column in names[:at]:
            yield Flaw(name, "expected once, found again", line, column)
    for column, places in columns.items():
        if column not in names and any(model.model_fields[field].is_required() for field, *_ in places):
            yield Flaw(name, f"expected in the header, which has {', '.join(names)}", line, column)


def _rows(name: str, text: str) -> Iterator[Row]:
    """The rows that are not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as fault:
            raise BrokenFile([Flaw(name, f"expected a row of CSV: {fault}", line)]) from None
        if cells is None:
            return
        if cells:
            yield Row(line, cells)
