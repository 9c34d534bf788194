"""`cauce stock transfer`: units from one site to another."""

import click

from cauce.cli.forms import NAME, named
from cauce.cli.stock_receive import LOT, lines_of
from cauce.cli.stock_requests import SITE, hand_in, units_of
from schemas.stock_forms import SentLine, TransferReceipt, TransferredLine, TransferSending

UNITS = click.argument("units", nargs=-1, required=True, metavar="SKU=UNITS...")


@click.group(name="transfer")
def command() -> None:
    """Send units to another site. On the way they are on hand at neither."""


@command.command()
@SITE
@click.argument("to_site")
@UNITS
@LOT
@NAME
def send(site: str, to_site: str, units: tuple[str, ...], lot: str | None, name: str) -> None:
    """Send free units of SITE to TO_SITE: all of them, or none where they are not all there.

    Of a sku that is kept by lot, those that expire first go, unless --lot names another.
    """
    said = lines_of(units, lot, None)
    lines = tuple(SentLine(sku=line.sku, quantity=line.quantity, lot=line.lot) for line in said)
    form = TransferSending(transfer=named(name, "transfer"), site=site, to_site=to_site, lines=lines)
    hand_in(form, f"transfer {form.transfer} is handed in; see: cauce stock show {lines[0].sku}")


@command.command()
@click.argument("transfer")
@click.argument("from_site")
@SITE
@UNITS
@NAME
def receive(transfer: str, from_site: str, site: str, units: tuple[str, ...], name: str) -> None:
    """Say what came to SITE of TRANSFER from FROM_SITE. It is over then: what is not named was lost on the way."""
    lines = tuple(TransferredLine(sku=sku, quantity=quantity) for sku, quantity in units_of(units, least=0).items())
    form = TransferReceipt(
        receipt=named(name, "receipt"), transfer=transfer, from_site=from_site, site=site, lines=lines
    )
    hand_in(form, f"transfer {transfer} is unpacked; see: cauce stock show {lines[0].sku}")
