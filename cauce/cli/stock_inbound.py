"""`cauce stock inbound`: purchases on their way, what suppliers answer, and their receipts."""

from datetime import date, datetime

import click

from cauce.cli.forms import NAME, named
from cauce.cli.stock_receive import EXPIRES, LOT, lines_of
from cauce.cli.stock_requests import SITE, hand_in, units_of
from schemas.inbound import SupplierWord
from schemas.stock_forms import AnswerLine, Purchase, PurchaseAnswer, PurchaseLine, PurchaseReceipt

PURCHASE = click.argument("purchase")
DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group(name="inbound")
def command() -> None:
    """Tell what suppliers are to send.

    Orders that wait are told the day on which supply reaches their turn, and told again when a supplier moves it.
    """


@command.command()
@SITE
@click.argument("due", type=DAY)
@click.argument("units", nargs=-1, required=True, metavar="SKU=UNITS...")
@NAME
def expect(site: str, due: date, units: tuple[str, ...], name: str) -> None:
    """A purchase was sent: UNITS are to come to SITE on the day DUE (YYYY-MM-DD)."""
    lines = tuple(
        PurchaseLine(sku=sku, quantity=quantity, due_on=_day(due)) for sku, quantity in units_of(units, least=1).items()
    )
    form = Purchase(purchase=named(name, "purchase"), site=site, lines=lines)
    hand_in(form, f"purchase {form.purchase} is expected; see: cauce stock show {lines[0].sku}")


@command.command()
@PURCHASE
@SITE
@click.argument("sku")
@click.argument("word", type=click.Choice([word.value for word in SupplierWord]))
@click.option("--units", type=click.IntRange(min=1), help="Of `part`: the units that will come.")
@click.option("--due", type=DAY, help="Of `date`: the day on which they will.")
@NAME
def answer(purchase: str, site: str, sku: str, word: str, *, units: int | None, due: date | None, name: str) -> None:
    """The supplier's WORD on SKU in PURCHASE for SITE."""
    said = SupplierWord(word)
    if (said is SupplierWord.PART) != (units is not None) or (said is SupplierWord.DATE) != (due is not None):
        raise click.UsageError("`part` needs --units, `date` needs --due, and no other word takes them")
    line = AnswerLine(sku=sku, word=said, quantity=units, due_on=_day(due) if due else None)
    form = PurchaseAnswer(answer=named(name, "answer"), purchase=purchase, site=site, lines=(line,))
    hand_in(form, f"answer {form.answer} is handed in; see: cauce stock show {sku}")


@command.command()
@PURCHASE
@SITE
@click.argument("units", nargs=-1, required=True, metavar="SKU=UNITS...")
@LOT
@EXPIRES
@NAME
def receive(
    purchase: str, site: str, units: tuple[str, ...], *, lot: str | None, expires: datetime | None, name: str
) -> None:
    """Goods of PURCHASE came in at SITE: they are free, and go to those who wait."""
    lines = lines_of(units, lot, expires)
    form = PurchaseReceipt(receipt=named(name, "receipt"), purchase=purchase, site=site, lines=lines)
    hand_in(form, f"receipt {form.receipt} is handed in; see: cauce stock show {lines[0].sku}")


def _day(said: date) -> date:
    """A day, where click gives its midnight."""
    return date(said.year, said.month, said.day)
