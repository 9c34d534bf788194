"""What the demo's tests share: a CSV of their lines, and the facts of a tiny day."""

import sys
from pathlib import Path

import pytest

from cauce.demo.builtin import postal_folder
from cauce.demo.online_retail import Reader

sys.path.append(str(Path(__file__).parent))  # what these tests share, which importlib mode keeps apart

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


@pytest.fixture
def write(tmp_path):
    def write(*lines, name="day.csv"):
        path = tmp_path / name
        path.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    return write


@pytest.fixture
def read(write):
    return lambda *lines: Reader(postal_folder()).read([write(*lines)])
