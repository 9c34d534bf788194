"""A what-if on the terminal: the figures of each column, the load of sites, and orders that differ."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table

from cauce.cli.screen import QUIET, grid, phrase, section, text
from cauce.money import Money
from cauce.replay.columns import COST, HANDLING, Column, Compared
from cauce.replay.outcome import OrderOutcome

_SHOWN = 10  # orders that differ


def page(found: Compared, html: Path | None) -> RenderableType:
    """The page; `html` is where the one with charts was written."""
    parts = [
        phrase(("What if other ", QUIET), (", ".join(found.replaced), "bold")),
        section(f"Figures, and how they differ from {found.against}", _figures(found)),
        *(section(f"Load of the sites: {word}", _load(found.columns, word)) for word in ("orders", "units")),
        section("Orders sourced otherwise", _orders(found)),
        phrase(("hash ", QUIET), ", ".join(f"{column.name} {column.hash}" for column in found.columns)),
    ]
    if html:
        parts.append(phrase(("charts and maps in ", QUIET), (str(html), "bold")))
    return Group(*parts, text("Nothing was published: only files of this machine were written, if any.", QUIET))


def shown(name: str, value: int) -> str:
    """A figure in its unit; its name says which."""
    for said in (COST, HANDLING):
        if name.startswith(said):
            currency = name.removeprefix(said)
            amount, _, _ = str(Money(amount=value, currency=currency)).partition(" ")
            whole, point, part = amount.partition(".")
            return f"{int(whole):,}{point}{part}"
    return f"{value:,}"


def change(base: int, value: int) -> str:
    """How far a figure is from the base: in percent, or as it is where there is nothing to divide by."""
    if value == base:
        return ""
    return f"{100 * (value - base) / base:+.1f} %" if base else f"{value:+,}"


def is_judged(name: str) -> bool:
    """Whether less of a figure is better."""
    return name != "orders"


def _figures(found: Compared) -> RenderableType:
    table = _columns(found, "")
    for name, by_column in found.figures().items():
        base, cells = by_column[found.against], []
        for column in found.columns:
            value = by_column[column.name]
            cells.append(text(shown(name, value)))
            if column.name != found.against:
                cells.append(text(change(base, value), _style(name, value - base)))
        table.add_row(text(name), *cells)
    return table


def _columns(found: Compared, first: str) -> Table:
    """A table with a column for each, and one for how it differs."""
    names = [first]
    for column in found.columns:
        names += [column.name] if column.name == found.against else [column.name, ""]
    table = grid(*names, right=names[1:], whole=names[1:])
    table.columns[0].justify = "left"
    return table


def _style(name: str, difference: int) -> str:
    if not difference or not is_judged(name):
        return QUIET
    return "red" if difference > 0 else "green"


def _load(columns: Sequence[Column], word: str) -> RenderableType:
    names = [column.name for column in columns]
    table = grid("site", *names, right=names)
    for site in sites_of(columns):
        counts = (column.load.get(site, {}).get(word, 0) for column in columns)
        table.add_row(text(site, "bold"), *(text(f"{count:,}") for count in counts))
    return table


def sites_of(columns: Sequence[Column]) -> list[str]:
    """Every site that sends anything in any of them."""
    return sorted({site for column in columns for site in column.load})


def _orders(found: Compared) -> RenderableType:
    differing = found.differing()
    if not differing:
        return text("none", QUIET)
    table = grid("order", *(column.name for column in found.columns))
    for order_id in differing[:_SHOWN]:
        sources = (column.orders.get(order_id) for column in found.columns)
        table.add_row(text(found.columns[0].orders[order_id].number, "bold"), *(text(_source(one)) for one in sources))
    orders = len(found.columns[0].orders)
    return Group(table, text(f"{len(differing):,} of {orders:,} orders; --json names them all", QUIET))


def _source(order: OrderOutcome | None) -> str:
    if order is None:
        return "nowhere"
    sites = ", ".join(f"{site} {units}" for site, units in order.plan())
    return f"{sites}  {order.meters / 1000:,.0f} km" if sites else "waits"
