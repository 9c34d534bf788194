"""What is named on the command line: an order by any of its names, an instant, a bound of a window."""

from collections.abc import Callable
from typing import Any

import click

from cauce.cli.order_names import the_one
from cauce.replay.window import read_bound, read_instant
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import Settings
from services.insight.reading import orders_named, reading


class _Read(click.ParamType):
    """Whatever `read` makes of a word; what it refuses is a fault of usage."""

    def __init__(self, name: str, read: Callable[[str], Any]) -> None:
        self.name, self._read = name, read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """See click.ParamType."""
        try:
            return self._read(value)
        except ValueError as wrong:
            self.fail(str(wrong), param, ctx)


INSTANT = _Read("time", read_instant)
BOUND = _Read("time or offset", read_bound)


def order_id_of(settings: Settings, order: str) -> str:
    """The id of an order by any name that the read model knows; without one, what is named must be the id."""
    try:
        with reading(settings) as connection:
            found = orders_named(connection, order, limit=1)
            return str(the_one(connection, order)["order_id"]) if found else order
    except Unavailable:
        if order.isascii() and order.islower() and order.isalnum():
            return order
        raise
