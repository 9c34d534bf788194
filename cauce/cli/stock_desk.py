"""`cauce stock adjust`: units that were found or lost."""

import click

from cauce.cli.stock_requests import NAME, REASON, SITE, hand_in, named
from schemas.stock_forms import StockAdjustment


@click.command(context_settings={"ignore_unknown_options": True})
@SITE
@click.argument("sku")
@click.argument("change", type=int)
@REASON
@NAME
def adjust(site: str, sku: str, change: int, reason: str, name: str) -> None:
    """Add CHANGE units (less, where it is negative) of SKU to what is free at SITE."""
    if not change:
        raise click.BadParameter("zero adjusts nothing")
    form = StockAdjustment(adjustment=named(name, "adjustment"), site=site, sku=sku, change=change, reason=reason)
    hand_in(form, f"adjustment {form.adjustment} is handed in; see: cauce stock show {sku}")


COMMANDS = (adjust,)
