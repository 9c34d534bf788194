"""Orders on the terminal, a line each, and those that one name could mean."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.padding import Padding

from cauce.cli import order_words as words
from cauce.cli.plain import harmless
from cauce.cli.screen import grid, listed, phrase, text
from services.insight.domain.standing import OrderState
from services.insight.reading import Fields

_COLUMNS = {  # by the least width of a terminal that has room for them; an order's own page says the rest
    110: ("order", "state", "when", "channel", "to", "lines", "units", "waiting", "amount", "deliver by"),
    72: ("order", "state", "when", "to", "units", "waiting", "amount"),
    0: ("order", "state", "amount"),
}
_NUMBERS = ("lines", "units", "waiting", "amount")
_OUTSIDERS = ("order", "channel", "to")


def table_of(orders: Sequence[Fields], counts: Mapping[str, int], *, width: int) -> RenderableType:
    """Orders, a line each, under how many there are of every state."""
    columns = next(names for least, names in _COLUMNS.items() if width >= least)
    table = grid(*columns, right=_NUMBERS, whole=set(columns) - {*_OUTSIDERS})
    for order in orders:
        cells = {
            "order": text(words.name(order), "bold"),
            "state": words.state(order["state"]),
            "when": text(words.moment(_when(order))),
            "channel": text(order["channel"] or ""),
            "to": text(order["country"] or ""),
            "lines": text(order["lines"] or 0),
            "units": text(order["units"] or 0),
            "waiting": text(order["waiting"] or "", "yellow"),
            "amount": text(words.amount(order["amount"], order["currency"])),
            "deliver by": text(words.day(order["deliver_by"])),
        }
        table.add_row(*(cells[name] for name in columns))
    total = listed(
        phrase((f"{counts[state]:,} ", "bold"), words.state(state)) for state in OrderState if state in counts
    )
    return Group(total, Padding(table if orders else text("no order to show"), (1, 0, 0, 0)))


def choices(found: Sequence[Fields]) -> str:
    """A line for each order, its id first: what to ask for instead of a name that several have."""
    return "\n".join(f"  {order['order_id']}  {harmless(words.name(order))}  ({_told(order)})" for order in found)


def _told(order: Fields) -> str:
    channel = harmless(order["channel"] or "channel not known yet")
    return f"{channel}, {words.state(order['state'])}, {words.moment(_when(order))}"


def _when(order: Fields) -> datetime | None:
    """When it was placed; of one that was not, when it was refused or heard of."""
    at: datetime | None = order["placed_at"] or order["refused_at"] or order["changed_at"]
    return at
