"""A lot on the terminal: where its units are, who has them, and every step on the way."""

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.text import Text

from cauce.cli import order_words as words
from cauce.cli.screen import grid, phrase, section, text
from cauce.cli.stock_page import lots_table
from services.insight.lot_reading import LotTrace
from services.insight.reading import Fields

_UNITS = ("promised", "sent", "back")


def page(trace: LotTrace) -> RenderableType:
    """The whole trace."""
    parts: list[RenderableType] = [_title(trace)]
    if trace.sites:
        parts.append(section("on hand", lots_table(trace.sites)))
    if trace.orders:
        parts.append(section("orders", _orders(trace.orders)))
    return Group(*parts, section("the ledger", _moves(trace.moves)))


def sent_page(trace: LotTrace) -> RenderableType:
    """The orders that units of the lot were sent to, and have not come back from."""
    sent = [order for order in trace.orders if order["sent"] > order["back"]]
    return section("sent before", _orders(sent) if sent else text("to nobody"))


def _title(trace: LotTrace) -> Text:
    last = f"   last day {words.day(trace.expires_on)}" if trace.expires_on else ""
    recall = trace.recall
    recalled = f"   recalled {words.moment(recall['at'])}: {recall['reason']}" if recall else ""
    return phrase((f"lot {trace.lot} of {trace.sku}", "bold"), last, (recalled, "yellow"))


def _orders(orders: Iterable[Fields]) -> RenderableType:
    table = grid("order", "id", "customer", *_UNITS, right=_UNITS)
    for one in orders:
        names = (one["order_number"] or "", one["order_id"], one["customer"] or "")
        table.add_row(*map(text, names), *(text(f"{one[name]:,}") for name in _UNITS))
    return table


def _moves(moves: Iterable[Fields]) -> RenderableType:
    table = grid("when", "site", "move", "units", "from", "to", "reference", right=("units",))
    for one in moves:
        cells = (one["site"], one["move"].replace("_", " "), f"{one['quantity']:,}", one["source"], one["target"])
        table.add_row(*map(text, (words.moment(one["at"]), *cells, one["reference"])))
    return table
