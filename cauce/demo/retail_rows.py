"""Reading the Online Retail data set (UCI, CC BY 4.0): every line of a file, or the first thing that is wrong with it.

CSV in UTF-8, with or without a byte order mark, with these columns: InvoiceNo, StockCode, Description, Quantity,
InvoiceDate, UnitPrice (pounds), CustomerID (may be empty), Country.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

from cauce.demo.addresses import country_code

COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
NOT_GOODS = frozenset({"POST", "DOT", "C2", "M", "D", "S", "B", "AMAZONFEE", "BANK CHARGES", "CRUK", "PADS"})
MOST_UNITS, MOST_POUNDS = 10_000_000, 1_000_000  # of a line; what is more is no quantity and no price
_SHOWN = 40  # characters of what is wrong


class BrokenInput(ValueError):
    """A file that is not Online Retail; the message names file, line and column, and what is expected there."""


class Row(NamedTuple):
    """A line of an invoice; `place` names it to people, prices are in pence."""

    place: str
    invoice: str
    code: str
    description: str
    quantity: int
    at: datetime
    unit_price: int
    customer: str
    country: str

    @property
    def goods(self) -> bool:
        """Whether this is a thing that stands in a warehouse."""
        return self.code.upper() not in NOT_GOODS

    @property
    def is_return(self) -> bool:
        """Whether its invoice takes goods back."""
        return self.invoice.upper().startswith("C")


class Cell(NamedTuple):
    """How a cell is read, and what is expected in it."""

    read: Callable[[str], Any]
    expected: str


def read_rows(path: Path) -> Iterator[Row]:
    """The lines of one file, as they stand. Raises BrokenInput."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    lines = _lines(path, reader)
    _, header = next(lines, (1, []))
    if tuple(header) != COLUMNS:
        raise BrokenInput(f"{path.name}, line 1: {_shown(','.join(header))} is not the header {','.join(COLUMNS)}")
    empty = True
    for number, cells in lines:
        empty = False
        yield _row(path, number, cells)
    if empty:
        raise BrokenInput(f"{path.name}: there is no line after the header")


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except IsADirectoryError:
        raise BrokenInput(f"{path} is a folder; name the CSV files in it") from None
    except OSError as fault:
        raise BrokenInput(f"{path} cannot be read: {fault.strerror}") from None
    if not content.strip():
        raise BrokenInput(f"{path.name}: the file is empty; expected are {','.join(COLUMNS)} and lines of invoices")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        byte = f"byte 0x{content[wrong.start]:02X}"
        raise BrokenInput(f"{path.name}, line {line}: {byte} is not UTF-8; save the file as CSV in UTF-8") from None


def _lines(path: Path, reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Each line with its number, empty ones passed over; where a cell spans lines, the number is the first's."""
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as wrong:
            raise BrokenInput(f"{path.name}, line {number}: not CSV: {wrong}") from None
        if cells is None:
            return
        if cells:
            yield number, cells


def _row(path: Path, number: int, cells: Sequence[str]) -> Row:
    if len(cells) != len(COLUMNS):
        columns = ",".join(COLUMNS)
        raise BrokenInput(f"{path.name}, line {number}: {len(cells)} columns; expected are {len(COLUMNS)}: {columns}")
    found: dict[str, Any] = {}
    for name, text in zip(COLUMNS, cells, strict=True):
        try:
            found[name] = _CELLS[name].read(text)
        except (ValueError, InvalidOperation, OverflowError):
            expected = _CELLS[name].expected
            raise BrokenInput(f"{path.name}, line {number}, column {name}: {_shown(text)} is not {expected}") from None
    row = _from(found, f"{path.name}:{number}")
    if row.is_return and row.quantity >= 0:
        raise BrokenInput(f"{path.name}, line {number}, column Quantity: a return (C…) has a number below 0")
    return row


def _from(found: Mapping[str, Any], place: str) -> Row:
    return Row(
        place=place,
        invoice=found["InvoiceNo"],
        code=found["StockCode"],
        description=found["Description"],
        quantity=found["Quantity"],
        at=found["InvoiceDate"],
        unit_price=found["UnitPrice"],
        customer=found["CustomerID"] or f"guest-{found['InvoiceNo']}",
        country=found["Country"],
    )


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def _like(pattern: str) -> Callable[[str], str]:
    known = re.compile(pattern, re.ASCII)

    def read(text: str) -> str:
        if not known.fullmatch(text.strip()):
            raise ValueError(text)
        return text.strip()

    return read


def _units(text: str) -> int:
    units = int(_like(r"[+-]?\d{1,9}")(text))
    if abs(units) > MOST_UNITS:
        raise ValueError(text)
    return units


def _pence(text: str) -> int:
    pounds = Decimal(text.strip())
    if not pounds.is_finite() or abs(pounds) > MOST_POUNDS:
        raise ValueError(text)
    return int((pounds * 100).to_integral_value())


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text.strip())
    at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    if not 1970 <= at.year < 2100:  # what clocks and carriers can count with
        raise ValueError(text)
    return at


_CELLS = {
    "InvoiceNo": Cell(_like(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}"), "an invoice number: 1 to 40 letters and digits"),
    "StockCode": Cell(_like(r"[^\x00-\x1f\x7f]{1,64}"), "a code of 1 to 64 characters"),
    "Description": Cell(_like(r"(?s:.{0,200})"), "a description of at most 200 characters"),
    "Quantity": Cell(_units, f"a whole number, at most {MOST_UNITS:,}"),
    "InvoiceDate": Cell(_time, "a time such as 2010-12-01 08:26:00"),
    "UnitPrice": Cell(_pence, f"a price in pounds such as 2.55, at most {MOST_POUNDS:,}"),
    "CustomerID": Cell(
        lambda text: _like(r"[A-Za-z0-9_-]{0,40}")(text.strip().removesuffix(".0")), "a customer's number, or empty"
    ),
    "Country": Cell(lambda text: country_code(text.strip()), "a country of the data set, such as United Kingdom"),
}
