"""What a site's desk asks, from the console through the door: a form with a name of its own, on `stock-reports`."""

from decimal import Decimal, InvalidOperation

import click

from cauce.cli import forms
from cauce.money import DECIMALS
from schemas.raw import RawTopic
from schemas.stock_forms import StockForm, Worth

SITE = click.argument("site")
REASON = click.option("--reason", default="", help="A short code, such as broken-in-rack.")


def hand_in(form: StockForm, done: str) -> None:
    """Write a form as its site would, wait until it is stored, and say `done`. Raises Unavailable."""
    forms.hand_in(form, RawTopic.STOCK_REPORTS, form.site, done)


def worth_of(said: tuple[str, str] | None) -> Worth | None:
    """An amount and a currency as people write them, such as 50.00 EUR."""
    if said is None:
        return None
    amount, currency = said
    decimals = DECIMALS.get(currency)
    if decimals is None:
        raise click.BadParameter(f"{currency} is not a currency of ISO 4217")
    try:
        minor = Decimal(amount).scaleb(decimals)
    except InvalidOperation:
        raise click.BadParameter(f"{amount} is not an amount") from None
    if minor < 0 or minor != minor.to_integral_value():
        raise click.BadParameter(f"{amount} {currency}: at least zero, with {decimals} decimals at most")
    return Worth(amount=int(minor), currency=currency)


def units_of(said: tuple[str, ...], least: int) -> dict[str, int]:
    """Units by sku, told as SKU=UNITS."""
    found: dict[str, int] = {}
    for one in said:
        sku, _, units = one.rpartition("=")
        if not sku or not units.isascii() or not units.isdigit() or int(units) < least:
            raise click.BadParameter(f"{one}: expected SKU=UNITS, with {least} units at least")
        if sku in found:
            raise click.BadParameter(f"{sku} is named twice")
        found[sku] = int(units)
    return found
