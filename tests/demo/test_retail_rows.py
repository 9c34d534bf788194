"""A file that is not Online Retail is refused with its line and column, and with what is expected there."""

import pytest

from cauce.demo.builtin import postal_folder
from cauce.demo.online_retail import Reader
from cauce.demo.retail_rows import COLUMNS, BrokenInput, read_rows

GOOD = "536365,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom"
HEADER = ",".join(COLUMNS)


def with_cell(column, cell):
    cells = GOOD.split(",")
    cells[COLUMNS.index(column)] = cell
    return ",".join(cells)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("InvoiceNo", ""),
        ("InvoiceNo", "5" * 300),
        ("StockCode", ""),
        ("StockCode", "  "),
        ("StockCode", "A" * 300),
        ("Description", "A" * 300),
        ("Quantity", "x"),
        ("Quantity", "6.5"),
        ("Quantity", "9" * 30),
        ("InvoiceDate", "yesterday"),
        ("InvoiceDate", "0001-01-01"),
        ("UnitPrice", "Infinity"),
        ("UnitPrice", "NaN"),
        ("UnitPrice", "1e30"),
        ("UnitPrice", ""),
        ("CustomerID", "Ann Smith"),
        ("Country", "Atlantis"),
    ],
)
def test_a_broken_cell_is_named_with_its_line_and_column_and_what_is_expected(write, column, cell):
    with pytest.raises(BrokenInput) as broken:
        list(read_rows(write(GOOD, with_cell(column, cell))))

    said = str(broken.value)
    assert said.startswith(f"day.csv, line 3, column {column}: ")
    assert " is not " in said
    assert len(said.splitlines()) == 1
    assert len(said) < 200


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (f"{HEADER}\n".encode(), "no line after the header"),
        (b"a,b\n1,2\n", "line 1: 'a,b' is not the header"),
        (f"{HEADER}\n536365,85123A,HEART\n".encode(), "line 2: 3 columns; expected are 8"),
        (f"{HEADER}\n{GOOD},more\n".encode(), "line 2: 9 columns; expected are 8"),
        (f"{HEADER}\n{GOOD}\n{GOOD.replace('HEART', 'CAFÉ')}\n".encode("latin-1"), "line 3: byte 0xC9 is not UTF-8"),
        (bytes(range(256)), "line 2: byte 0x80 is not UTF-8"),
        (f"{HEADER}\n{GOOD.replace('HEART', 'A' * 200_000)}\n".encode(), "line 2: not CSV: field larger"),
        (f"{HEADER}\n{GOOD.replace('HEART', chr(34) + 'HEART')}\n".encode(), "line 2: not CSV"),
    ],
)
def test_a_file_of_another_shape_is_refused_by_name_and_line(tmp_path, content, said):
    path = tmp_path / "other.csv"
    path.write_bytes(content)

    with pytest.raises(BrokenInput, match=r"^other\.csv") as broken:
        list(read_rows(path))
    assert said in str(broken.value)


def test_a_file_that_is_missing_or_a_folder_is_refused(tmp_path):
    for path, said in ((tmp_path / "none.csv", "No such file"), (tmp_path, "is a folder")):
        with pytest.raises(BrokenInput, match=said):
            list(read_rows(path))


def test_a_byte_order_mark_and_the_line_ends_of_windows_are_read(tmp_path):
    path = tmp_path / "excel.csv"
    path.write_bytes(f"\ufeff{HEADER}\r\n{GOOD}\r\n".encode())

    (row,) = read_rows(path)
    assert (row.invoice, row.unit_price, row.customer, row.place) == ("536365", 255, "17850", "excel.csv:2")


def test_a_return_with_a_number_above_zero_is_refused(write):
    with pytest.raises(BrokenInput, match="line 2, column Quantity"):
        list(read_rows(write(with_cell("InvoiceNo", "C536365"))))


def test_a_file_or_an_invoice_that_is_given_twice_is_refused(write):
    day, copy = write(GOOD), write(GOOD, name="copy.csv")

    for files, said in (([day, day], "given twice"), ([day, copy], "stands in another file already, at day.csv:2")):
        with pytest.raises(BrokenInput, match=said):
            Reader(postal_folder()).read(files)


def test_an_order_of_more_lines_than_a_channel_may_send_is_refused(write):
    with pytest.raises(BrokenInput, match=r"day\.csv:2: invoice 536365: lines"):
        Reader(postal_folder()).read([write(*[GOOD] * 2001)])
