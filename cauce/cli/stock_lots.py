"""`cauce stock trace | recall`: where the units of a lot came from and went, and a lot that is to be sent no more."""

import click

from cauce.cli import forms
from cauce.cli.forms import NAME, named
from cauce.cli.plain import say_json
from cauce.cli.screen import Screen
from cauce.cli.stock_trace_page import page, sent_page
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import Settings
from schemas.raw import RawTopic
from schemas.stock_forms import StockRecall
from services.insight.lot_reading import LotTrace, trace_of
from services.insight.reading import reading, to_json

SKU, LOT = click.argument("sku"), click.argument("lot")


@click.command()
@SKU
@LOT
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def trace(sku: str, lot: str, *, as_json: bool) -> None:
    """Say where every unit of LOT of SKU came from and where it is: on hand, aside, or with which customer."""
    found = _found(sku, lot)
    if as_json:
        say_json(found._asdict(), indent=2, default=to_json)
    else:
        Screen().print(page(found))


@click.command()
@SKU
@LOT
@click.option("--reason", required=True, help="A short code, such as glass-splinters.")
@click.option("--json", "as_json", is_flag=True, help="The lot as it was until now, as one JSON object.")
@NAME
def recall(sku: str, lot: str, *, reason: str, as_json: bool, name: str) -> None:
    """Send no unit of LOT of SKU any more, from any site.

    What is on a shelf goes into quarantine, what is promised and not packed is called back and promised anew from
    other lots, and whatever comes of the lot later goes aside too. Lists the orders that units were sent to before.
    """
    found = _found(sku, lot)
    form = StockRecall(recall=named(name, "recall"), sku=sku, lot=lot, reason=reason)
    done = f"recall {form.recall} is handed in; see: cauce stock trace {sku} {lot}"
    forms.hand_in(form, RawTopic.STOCK_REPORTS, sku, "" if as_json else done)
    if as_json:
        say_json(found._asdict(), indent=2, default=to_json)
        return
    Screen().print(sent_page(found))


def _found(sku: str, lot: str) -> LotTrace:
    with reading(Settings()) as connection:
        found = trace_of(connection, sku, lot)
    if not found.moves:
        raise Unavailable(f"no unit of lot {lot!r} of {sku!r} ever came in: cauce stock show {sku} lists the lots")
    return found


COMMANDS = (trace, recall)
