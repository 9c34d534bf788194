"""`cauce stock receive`: goods of a supplier came in, with the lots of those that are kept by lot."""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import click
from pydantic import ValidationError

from cauce.cli.forms import NAME, named
from cauce.cli.stock_requests import SITE, hand_in, units_of
from schemas.stock_forms import ReceiptLine, StockReceipt

LOT = click.option("--lot", default=None, help="The lot, of a sku that is kept by lot.")
EXPIRES = click.option(
    "--expires", type=click.DateTime(formats=["%Y-%m-%d"]), help="The last day on which the lot may be used."
)
_COLUMNS = {"sku", "quantity", "lot", "expires_on"}


@click.command(name="receive")
@SITE
@click.argument("units", nargs=-1, metavar="SKU=UNITS...")
@LOT
@EXPIRES
@click.option(
    "--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Lines as CSV, beside UNITS."
)
@NAME
def command(
    site: str, units: tuple[str, ...], *, lot: str | None, expires: datetime | None, file: Path | None, name: str
) -> None:
    """Goods came in at SITE: they are free, and go to those who wait.

    The CSV has the columns sku, quantity, lot and expires_on (a day such as 2026-04-30); the last two may be empty. A
    sku of lots.csv needs its lot: where one is missing, nothing is taken in, and the refusal says so.
    """
    lines = (*lines_of(units, lot, expires), *(_from_file(file) if file else ()))
    if not lines:
        raise click.UsageError("name units as SKU=UNITS, or a --file of them")
    form = StockReceipt(receipt=named(name, "receipt"), site=site, lines=lines)
    hand_in(form, f"receipt {form.receipt} is handed in; see: cauce stock show {lines[0].sku}")


def lines_of(told: tuple[str, ...], lot: str | None, expires: datetime | None) -> tuple[ReceiptLine, ...]:
    """Lines of units as people say them; a lot is one sku's."""
    said = units_of(told, least=1)
    if lot and len(said) != 1:
        raise click.UsageError("--lot is about one sku: hand the others in by themselves, or with a --file")
    if expires and not lot:
        raise click.UsageError("--expires is a lot's: name it with --lot")
    return tuple(
        ReceiptLine(sku=sku, quantity=quantity, lot=lot, expires_on=day(expires)) for sku, quantity in said.items()
    )


def day(said: datetime | None) -> date | None:
    """A day, where click gives its midnight."""
    return said.date() if said else None


def _from_file(path: Path) -> Iterator[ReceiptLine]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        if not {"sku", "quantity"} <= set(rows.fieldnames or ()) <= _COLUMNS:
            raise click.UsageError(f"{path}: expected the columns sku, quantity, lot, expires_on")
        for row in rows:
            yield _line(f"{path}, line {rows.line_num}", {name: value for name, value in row.items() if value})


def _line(where: str, row: dict[str, str]) -> ReceiptLine:
    try:
        return ReceiptLine.model_validate(row)
    except ValidationError as unfit:
        first = unfit.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise click.UsageError(f"{where}: {name}: {first['msg']}") from None
