"""The Online Retail data set (UCI, CC BY 4.0) as a company: invoices become orders, C-invoices become returns."""

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from cauce.demo.addresses import LANGUAGES, address_of
from cauce.demo.inputs import Adjusted, Asked, Charged, InputLine, Ordered, SentBack
from cauce.demo.plan import Entry, Plan, PlannedReturn
from cauce.demo.retail_company import CHANNEL, CURRENCY, reference_for
from cauce.demo.retail_rows import BrokenInput, Row, read_rows
from schemas.raw import ChannelCharge, ChannelLine, ChannelOrder, ReturnLineAsked, ReturnRequest
from schemas.stock_forms import StockAdjustment

VAT_COUNTRIES = frozenset({"GB"})
VAT_PERCENT = 20
MAIN_SITE = "DAVENTRY"


class Purchase(NamedTuple):
    """Units of one line of an order that may still come back."""

    order: str
    line: int
    units: int


class Reader:
    """Reads the files in order and remembers what each customer bought, so that returns find their purchase."""

    def __init__(self, postal_folder: Path) -> None:
        self._postal = postal_folder
        self._bought: dict[tuple[str, str], deque[Purchase]] = defaultdict(deque)
        self._last_bought: dict[tuple[str, str], Purchase] = {}
        self._skus: dict[str, str] = {}
        self._places: dict[str, str] = {}
        self.plan = Plan(channel=CHANNEL, currency=CURRENCY, reference={}, postal_folder=postal_folder)

    def read(self, files: Sequence[Path]) -> Plan:
        """The plan of all files together. Raises BrokenInput."""
        if len({path.resolve() for path in files}) < len(files):
            raise BrokenInput("a file is given twice: name each once")
        for path in files:
            for rows in self._invoices(path).values():
                self._invoice(rows)
        self.plan.entries.sort(key=lambda entry: entry.at)
        self.plan.reference = reference_for(self._skus)
        return self.plan

    def _invoices(self, path: Path) -> dict[str, list[Row]]:
        """The lines of each invoice of a file, wherever they stand in it."""
        found: dict[str, list[Row]] = {}
        for row in read_rows(path):
            if row.invoice in self._places:
                first = self._places[row.invoice]
                raise BrokenInput(f"{row.place}: invoice {row.invoice} stands in another file already, at {first}")
            found.setdefault(row.invoice, []).append(row)
        self._places |= {invoice: rows[0].place for invoice, rows in found.items()}
        return found

    def _invoice(self, rows: list[Row]) -> None:
        self.plan.day = self.plan.day or rows[0].at
        for row in rows:
            if row.goods:
                self._skus.setdefault(row.code, row.description)
        try:
            if rows[0].is_return:
                self._return(rows)
            else:
                self.plan.invoices.add(rows[0].invoice)
                self._adjustments([row for row in rows if row.quantity < 0])
                self._order([row for row in rows if row.quantity >= 0])
        except ValidationError as wrong:
            what = wrong.errors()[0]
            field = ".".join(map(str, what["loc"]))
            raise BrokenInput(f"{rows[0].place}: invoice {rows[0].invoice}: {field}: {what['msg']}") from None

    def _adjustments(self, rows: list[Row]) -> None:
        for number, row in enumerate(rows, start=1):
            form = StockAdjustment(
                adjustment=f"{row.invoice}-{number}",
                site=MAIN_SITE,
                sku=row.code,
                change=row.quantity,
                reason=row.description,
            )
            self.plan.entries.append(Entry(row.at, form))
            self.plan.lines.append(InputLine(row.place, Adjusted(form.adjustment, -row.quantity)))

    def _order(self, rows: list[Row]) -> None:
        if not rows:
            return
        first = rows[0]
        goods, charges = [row for row in rows if row.goods], [row for row in rows if not row.goods]
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
        for number, (row, charge) in enumerate(zip(charges, order.charges, strict=True), start=1):
            self.plan.lines.append(InputLine(row.place, Charged(order.order, number, charge.code, charge.amount)))
        for number, (row, line) in enumerate(zip(goods, order.lines, strict=True), start=1):
            asked = Ordered(order.order, number, line.sku, line.quantity, line.amount)
            self.plan.lines.append(InputLine(row.place, asked))
            self._buy(row, Purchase(order.order, number, row.quantity))

    def _buy(self, row: Row, purchase: Purchase) -> None:
        if not row.customer.startswith("guest-") and purchase.units:
            self._bought[row.customer, row.code].append(purchase)
            self._last_bought[row.customer, row.code] = purchase

    def _return(self, rows: list[Row]) -> None:
        """A request for each order of which something comes back, one for what was never bought, as far as we know.

        Units beyond those that were bought are asked for too, by a request of their own: it is refused, with a reason.
        """
        invoice, asked = rows[0].invoice, _Requests(rows[0].invoice)
        for row in rows:
            parts = [asked.part("", purchase) for purchase in self._purchases(row)] if row.goods else []
            left = -row.quantity - sum(part.units for part in parts)
            if left:
                last = self._last_bought.get((row.customer, row.code)) if row.goods else None
                parts.append(asked.part("-beyond", last._replace(units=left)) if last else asked.unknown(left))
            self.plan.lines.append(InputLine(row.place, SentBack(tuple(parts))))
        for order, form in asked.forms(rows[0].description):
            self.plan.returns.setdefault(order, []).append(PlannedReturn(invoice, form))

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


class _Requests:
    """The requests that a return invoice becomes, as its lines are read."""

    def __init__(self, invoice: str) -> None:
        self._invoice = invoice
        self._units: dict[tuple[str, str], dict[int, int]] = {}  # by order and kind, then line
        self._names: dict[tuple[str, str], str] = {}
        self._unknown = 0

    def part(self, kind: str, purchase: Purchase) -> Asked:
        of = purchase.order, kind
        name = self._names.setdefault(of, f"{self._invoice}-{len(self._names) + 1}{kind}")
        units = self._units.setdefault(of, {})
        units[purchase.line] = units.get(purchase.line, 0) + purchase.units
        return Asked(name, purchase.line, purchase.units)

    def unknown(self, units: int) -> Asked:
        self._unknown += 1
        return Asked(f"{self._invoice}-unknown", 0, units)

    def forms(self, reason: str) -> Iterator[tuple[str, ReturnRequest]]:
        """Each with the order it is about, what is granted before what goes beyond it."""
        for (order, kind), units in sorted(self._units.items(), key=lambda item: item[0][1]):
            lines = tuple(ReturnLineAsked(line=line, quantity=quantity) for line, quantity in units.items())
            name = self._names[order, kind]
            yield order, ReturnRequest(channel=CHANNEL, request=name, order=order, lines=lines, reason=reason)
        if self._unknown:
            reason = f"{self._unknown} lines without a known purchase"
            yield "", ReturnRequest(channel=CHANNEL, request=f"{self._invoice}-unknown", reason=reason)


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
