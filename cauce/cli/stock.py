"""`cauce stock`: what a site has, and what its desk does with it, written through the door as a site would."""

import click

from cauce.cli import stock_buyers, stock_count, stock_desk, stock_inbound, stock_lots, stock_receive, stock_transfer
from cauce.cli.plain import say_json
from cauce.cli.screen import Screen
from cauce.cli.stock_page import page
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import Settings
from services.insight.reading import reading, to_json
from services.insight.stock_reading import sku_story

SHOWN = 20  # of what there is no end of


@click.group()
def command() -> None:
    """Look at stock, count it, and move it.

    What changes stock is written to `stock-reports`, as a site's own system would write it; the keeper of the pool
    decides on it in its turn. Every request has a name: the same name twice is one request.
    """


@command.command()
@click.argument("sku")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(sku: str, *, as_json: bool) -> None:
    """Show SKU at every site that ever had it, who counts it, and what is on its way."""
    with reading(Settings()) as connection:
        story = sku_story(connection, sku, limit=SHOWN)
    if not any(story[1:]):
        raise Unavailable(f"no site ever had a unit of {sku!r}, and no count asked for it")
    if as_json:
        say_json(story._asdict(), indent=2, default=to_json)
    else:
        Screen().print(page(story))


for _command in (
    *stock_buyers.COMMANDS,
    *(stock_receive.command, stock_count.command, stock_transfer.command, stock_inbound.command),
    *stock_desk.COMMANDS,
    *stock_lots.COMMANDS,
):
    command.add_command(_command)
