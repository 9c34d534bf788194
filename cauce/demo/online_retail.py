"""The Online Retail data set (UCI, CC BY 4.0) as a company: invoices become orders, C-invoices become returns.

Columns: InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice (pounds), CustomerID, Country.
"""

import csv
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from cauce.demo.addresses import LANGUAGES, address_of, country_code
from cauce.demo.plan import Entry, Plan, PlannedReturn
from cauce.demo.retail_company import CHANNEL, CURRENCY, reference_for
from schemas.raw import (
    ChannelCharge,
    ChannelLine,
    ChannelOrder,
    ReturnLineAsked,
    ReturnRequest,
    StockAdjustment,
)

COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
NOT_GOODS = frozenset({"POST", "DOT", "C2", "M", "D", "S", "B", "AMAZONFEE", "BANK CHARGES", "CRUK", "PADS"})
VAT_COUNTRIES = frozenset({"GB"})
VAT_PERCENT = 20
MAIN_SITE = "DAVENTRY"


class BrokenInput(ValueError):
    """A file that is not Online Retail; the message names file, line and column."""


class Row(NamedTuple):
    """A line of an invoice."""

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


class Purchase(NamedTuple):
    """Units of one line of an order that may still come back."""

    order: str
    line: int
    units: int


def read_rows(path: Path) -> Iterator[Row]:
    """The lines of one file, as they stand. Raises BrokenInput."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise BrokenInput(f"{path.name}: the columns are not those of Online Retail ({','.join(COLUMNS)})")
        for number, row in enumerate(reader, start=2):
            yield _row(path, number, row)


def _row(path: Path, number: int, row: dict[str, str]) -> Row:
    try:
        return Row(
            invoice=row["InvoiceNo"],
            code=row["StockCode"],
            description=row["Description"],
            quantity=int(row["Quantity"]),
            at=datetime.fromisoformat(row["InvoiceDate"]).replace(tzinfo=UTC),
            unit_price=int((Decimal(row["UnitPrice"]) * 100).to_integral_value()),
            customer=row["CustomerID"].removesuffix(".0") or f"guest-{row['InvoiceNo']}",
            country=country_code(row["Country"]),
        )
    except (ValueError, InvalidOperation) as exc:
        raise BrokenInput(f"{path.name}, line {number}: {exc}") from exc


class Reader:
    """Reads the files in order and remembers what each customer bought, so that returns find their purchase."""

    def __init__(self, postal_folder: Path) -> None:
        self._postal = postal_folder
        self._bought: dict[tuple[str, str], deque[Purchase]] = defaultdict(deque)
        self._skus: dict[str, str] = {}
        self.plan = Plan(channel=CHANNEL, currency=CURRENCY, reference={}, postal_folder=postal_folder)

    def read(self, files: Sequence[Path]) -> Plan:
        """The plan of all files together. Raises BrokenInput."""
        for path in files:
            for _, rows in groupby(read_rows(path), key=lambda row: row.invoice):
                self._invoice(list(rows))
        self.plan.reference = reference_for(self._skus)
        return self.plan

    def _invoice(self, rows: list[Row]) -> None:
        self.plan.lines["input"] += len(rows)
        for row in rows:
            if row.goods:
                self._skus.setdefault(row.code, row.description)
        if rows[0].invoice.startswith("C"):
            self._return(rows)
        else:
            self._adjustments([row for row in rows if row.quantity < 0])
            self._order([row for row in rows if row.quantity >= 0])

    def _adjustments(self, rows: list[Row]) -> None:
        self.plan.lines["adjustments"] += len(rows)
        for number, row in enumerate(rows, start=1):
            form = StockAdjustment(
                adjustment=f"{row.invoice}-{number}",
                site=MAIN_SITE,
                sku=row.code,
                change=row.quantity,
                reason=row.description,
            )
            self.plan.entries.append(Entry(row.at, form))

    def _order(self, rows: list[Row]) -> None:
        if not rows:
            return
        first = rows[0]
        goods, charges = [row for row in rows if row.goods], [row for row in rows if not row.goods]
        self.plan.lines["ordered"] += len(goods)
        self.plan.lines["charges"] += len(charges)
        order = ChannelOrder(
            channel=CHANNEL,
            order=first.invoice,
            customer=first.customer,
            language=LANGUAGES.get(first.country, "en"),
            placed_at=first.at,
            currency=CURRENCY,
            ship_to=address_of(first.customer, first.country, self._postal),
            lines=tuple(_line(row) for row in goods),
            charges=tuple(ChannelCharge(code=row.code, amount=row.quantity * row.unit_price) for row in charges),
        )
        self.plan.entries.append(Entry(first.at, order))
        for number, row in enumerate(goods, start=1):
            if not row.customer.startswith("guest-"):
                self._bought[row.customer, row.code].append(Purchase(first.invoice, number, row.quantity))

    def _return(self, rows: list[Row]) -> None:
        by_order: dict[str, list[ReturnLineAsked]] = defaultdict(list)
        unknown = 0
        for row in rows:
            found = self._purchases(row) if row.goods else []
            for purchase in found:
                by_order[purchase.order].append(ReturnLineAsked(line=purchase.line, quantity=purchase.units))
            self.plan.lines["returned" if found else "returns_refused"] += 1
            unknown += not found
        invoice, why = rows[0].invoice, rows[0].description
        for number, (order, asked) in enumerate(by_order.items(), start=1):
            self._plan_return(invoice, f"{invoice}-{number}", order, tuple(_joined(asked)), why)
        if unknown:
            self._plan_return(invoice, f"{invoice}-unknown", None, (), f"{unknown} lines without a known purchase")

    def _plan_return(
        self, invoice: str, request: str, order: str | None, lines: tuple[ReturnLineAsked, ...], reason: str
    ) -> None:
        form = ReturnRequest(channel=CHANNEL, request=request, order=order, lines=lines, reason=reason)
        self.plan.returns.setdefault(order or "", []).append(PlannedReturn(invoice, form))

    def _purchases(self, row: Row) -> list[Purchase]:
        wanted, taken, bought = -row.quantity, [], self._bought[row.customer, row.code]
        while wanted > 0 and bought:
            purchase = bought.popleft()
            units = min(wanted, purchase.units)
            taken.append(purchase._replace(units=units))
            wanted -= units
            if purchase.units > units:
                bought.appendleft(purchase._replace(units=purchase.units - units))
        return taken


def _joined(asked: list[ReturnLineAsked]) -> Iterator[ReturnLineAsked]:
    units: dict[int, int] = defaultdict(int)
    for line in asked:
        units[line.line] += line.quantity
    return (ReturnLineAsked(line=line, quantity=quantity) for line, quantity in units.items())


def _line(row: Row) -> ChannelLine:
    amount = row.quantity * row.unit_price
    tax = amount * VAT_PERCENT // (100 + VAT_PERCENT) if row.country in VAT_COUNTRIES else 0
    return ChannelLine(
        sku=row.code,
        quantity=row.quantity,
        unit_price=row.unit_price,
        amount=amount,
        tax=tax,
        description=row.description,
    )
