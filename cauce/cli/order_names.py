"""The order that somebody means by a name, at the console."""

from typing import NamedTuple

import click
from sqlalchemy import Connection

from cauce.cli.order_list import choices
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import Settings
from services.insight.reading import Fields, orders_named, reading

ORDER = click.argument("order")
OFFERED = 20  # orders that a name could mean


class Named(NamedTuple):
    """An order, what its channel calls it, and what a request about it must say."""

    order_id: str
    channel: str
    channel_order: str
    currency: str
    person_id: str


def named_order(name: str) -> Named:
    """The order as its channel knows it. Raises Unavailable where the name says none, or several."""
    with reading(Settings()) as connection:
        found = the_one(connection, name)
    if not found["channel"]:
        raise Unavailable(f"order {found['order_id']} itself is not read yet; ask again when `cauce order show` has it")
    return Named(*(str(found[name] or "") for name in Named._fields))


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
