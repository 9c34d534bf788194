"""`cauce order show | list`: orders as the read model knows them."""

import click
from sqlalchemy import Connection

from cauce.cli.order_list import choices, table_of
from cauce.cli.order_page import page
from cauce.cli.order_timeline import in_order_of_cause
from cauce.cli.plain import say_json
from cauce.cli.screen import Screen
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import Settings
from services.insight.domain.standing import OrderState
from services.insight.reading import Fields, counts_by_state, orders_in, orders_named, reading, story_of, to_json

STATES = [state.value for state in OrderState]
OFFERED = 20  # orders that a name could mean


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


def the_one(connection: Connection, name: str) -> Fields:
    """The order that a name means. Raises Unavailable where there is none, or where it could be any of several."""
    found = orders_named(connection, name, limit=OFFERED + 1)
    if not found:
        raise Unavailable(
            f"no order has the id, number or channel's number {name!r}, or one that begins so: see `cauce order list`"
        )
    if len(found) > 1:
        more = "\n  and more" if len(found) > OFFERED else ""
        raise Unavailable(
            f"{name!r} could be any of these; ask for one by its id, the first word of its line:\n"
            f"{choices(found[:OFFERED])}{more}"
        )
    return found[0]
