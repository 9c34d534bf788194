"""`cauce order show | list`: orders as the read model knows them; the commands that change one stand beside."""

import click

from cauce.cli import order_change, order_hold
from cauce.cli.order_list import table_of
from cauce.cli.order_names import ORDER, the_one
from cauce.cli.order_page import page
from cauce.cli.order_timeline import in_order_of_cause
from cauce.cli.plain import say_json
from cauce.cli.screen import Screen
from cauce.runtime.settings import Settings
from services.insight.domain.standing import OrderState
from services.insight.reading import counts_by_state, orders_in, reading, story_of, to_json

STATES = [state.value for state in OrderState]


@click.group()
def command() -> None:
    """Look orders up, change them, cancel them, hold them.

    Their lines, parcels, money, and why everything was decided as it was. What can still be done with an order, and
    until when: docs/order-states.md.
    """


for _command in (*order_change.COMMANDS, *order_hold.COMMANDS):
    command.add_command(_command)


@command.command()
@ORDER
@click.option("--all", "everything", is_flag=True, help="Every fact: the stock ledger and what others echo as well.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(order: str, *, everything: bool, as_json: bool) -> None:
    """Show ORDER, by its id, its number or its channel's number, with its whole timeline.

    Capitals do not matter, and the beginning of a name is enough where no other order's begins so.
    Each line of the timeline names its record: topic/partition@offset.
    """
    with reading(Settings()) as connection:
        found = story_of(connection, the_one(connection, order))
    story = found._replace(timeline=in_order_of_cause(found.timeline))
    if as_json:
        say_json(story._asdict(), indent=2, default=to_json)
    else:
        screen = Screen()
        screen.print(page(story, everything=everything, width=screen.width))


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
            say_json(order, default=to_json)
    else:
        screen = Screen()
        screen.print(table_of(orders, counts, width=screen.width))
