"""`cauce stock alerts | cover`: what buyers want to know of stock."""

import click

from cauce.cli.plain import say, say_json
from cauce.cli.screen import Screen
from cauce.cli.stock_page import alerts_page, cover_page
from cauce.runtime.settings import Settings
from services.insight.buyers_reading import alerts_standing, cover
from services.insight.reading import reading, to_json

KINDS = ("low", "out", "short", "slow", "purchase")
_LIMIT = click.option("--limit", default=200, show_default=True, type=click.IntRange(1), help="At most so many.")
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


@click.command()
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Of this kind; may be given again.")
@_LIMIT
@_JSON
def alerts(kinds: tuple[str, ...], *, limit: int, as_json: bool) -> None:
    """List what stands against skus, the latest first.

    `low` and `out` are of free units, `short` of the days that they last, `slow` of what nobody orders, `purchase` of
    what to buy and was not entered yet.
    """
    with reading(Settings()) as connection:
        found = alerts_standing(connection, kinds=kinds, limit=limit)
    if as_json:
        for one in found:
            say_json({name: value for name, value in one.items() if value is not None}, default=to_json)
    elif found:
        Screen().print(alerts_page(found))
    else:
        say("nothing of these kinds stands" if kinds else "no sku is low, out, short or slow, and nothing is to buy")


@click.command(name="cover")
@click.argument("skus", nargs=-1)
@_LIMIT
@_JSON
def cover_(skus: tuple[str, ...], *, limit: int, as_json: bool) -> None:
    """How many days the free units of SKUS, or of all, last at what was ordered of them; the shortest first."""
    with reading(Settings()) as connection:
        found = cover(connection, skus=skus, limit=limit)
    if as_json:
        for one in found:
            say_json(one, default=to_json)
    elif found:
        Screen().print(cover_page(found))
    else:
        say("no demand was counted of them: publish `buying.csv` and run `cauce clock` (docs/stock.md, Alerts)")


COMMANDS = (alerts, cover_)
