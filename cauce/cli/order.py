"""`cauce order show | list`: orders as the read model knows them."""

import json
import sys
from typing import Any

import click
from rich.console import Console

from cauce.cli.order_page import page, table_of
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import Settings
from services.insight.domain.standing import OrderState
from services.insight.reading import counts_by_state, orders_in, orders_named, reading, story_of, to_json

STATES = [state.value for state in OrderState]
PLAIN_WIDTH = 160  # where the output is no terminal: a pipe wraps nothing


@click.group()
def command() -> None:
    """Look orders up.

    Their lines, parcels, money, and why everything was decided as it was.
    """


@command.command()
@click.argument("order")
@click.option("--all", "everything", is_flag=True, help="Every fact: the stock ledger and what others echo as well.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(order: str, *, everything: bool, as_json: bool) -> None:
    """Show ORDER, by its id, its number or its channel's number, with its whole timeline.

    Each line of the timeline names its record: topic/partition@offset.
    """
    with reading(Settings()) as connection:
        story = story_of(connection, _the_one(order, orders_named(connection, order)))
    if as_json:
        click.echo(_json(story._asdict()))
    else:
        console = _console()
        console.print(page(story, everything=everything, width=console.width))


@command.command(name="list")
@click.option("--state", "states", multiple=True, type=click.Choice(STATES), help="Only these; repeatable.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="The newest so many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_orders(states: tuple[str, ...], *, limit: int, as_json: bool) -> None:
    """List the newest orders, and count those of every state."""
    with reading(Settings()) as connection:
        orders = orders_in(connection, states=states, limit=limit)
        counts = counts_by_state(connection)
    if as_json:
        for order in orders:
            click.echo(_json(order, indent=None))
    else:
        _console().print(table_of(orders, counts))


def _the_one(name: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    if not found:
        raise Unavailable(f"no order has the id, number or channel's number {name!r}")
    if len(found) > 1:
        numbers = ", ".join(f"{order['order_number']} ({order['channel']})" for order in found)
        raise Unavailable(f"several orders are called {name!r}: ask for one of {numbers}")
    return found[0]


def _console() -> Console:
    return Console() if sys.stdout.isatty() else Console(width=PLAIN_WIDTH)


def _json(value: Any, *, indent: int | None = 2) -> str:
    return json.dumps(value, indent=indent, ensure_ascii=False, default=to_json)
