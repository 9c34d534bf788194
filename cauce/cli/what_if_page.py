"""A what-if on the terminal: each figure as it is and as it would be, the load of sites, and orders that differ."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from cauce.cli.screen import QUIET, grid, phrase, section, text
from cauce.money import Money
from cauce.replay.outcome import Compared, OrderOutcome

COST = "shipping cost "
_SHOWN = 10  # orders that differ


def page(found: Compared, html: Path | None) -> RenderableType:
    """The page; `html` is where the one with charts was written."""
    parts = [
        phrase(("What if other ", QUIET), (", ".join(found.replaced), "bold")),
        section("Recorded, and what would be", _figures(found)),
        section("Load of the sites", _sites(found.base.load(), found.other.load())),
        section("Orders sourced otherwise", _orders(found)),
        phrase(("hash ", QUIET), found.base.stream.hash, (" recorded, ", QUIET), found.other.stream.hash),
    ]
    if html:
        parts.append(phrase(("charts and map in ", QUIET), (str(html), "bold")))
    return Group(*parts, text("Nothing was published: only files of this machine were written, if any.", QUIET))


def shown(name: str, value: int) -> str:
    """A figure in its unit; its name says which."""
    if name.startswith(COST):
        return str(Money(amount=value, currency=name.removeprefix(COST)))
    return f"{value:,}"


def _figures(found: Compared) -> RenderableType:
    columns = ("recorded", "what if", "difference")
    table = grid("", *columns, "", right=columns, whole=columns)
    for name, (then, now) in found.figures().items():
        change = f"{100 * (now - then) / then:+.1f} %" if then else ""
        sign = "+" if now > then else ""
        told = text(f"{sign}{shown(name, now - then)}", _style(name, now - then))
        table.add_row(text(name), text(shown(name, then)), text(shown(name, now)), told, text(change, QUIET))
    return table


def _style(name: str, difference: int) -> str:
    if not difference or name == "orders":
        return QUIET
    return "red" if difference > 0 else "green"


def _sites(then: Mapping[str, Mapping[str, int]], now: Mapping[str, Mapping[str, int]]) -> RenderableType:
    words = ("orders", "parcels", "units")
    columns = [f"{word}{mark}" for word in words for mark in ("", " then")]
    table = grid("site", *columns, right=columns)
    for site in sorted({*then, *now}):
        cells: list[Text] = []
        for word in words:
            pair = [load.get(site, {}).get(word, 0) for load in (then, now)]
            cells += [text(f"{pair[0]:,}", QUIET), text(f"{pair[1]:,}", "" if pair[0] == pair[1] else "bold")]
        table.add_row(text(site, "bold"), *cells)
    return table


def _orders(found: Compared) -> RenderableType:
    differing = found.differing()
    table = grid("order", "from", "km", "would be from", "km", right=("km",))
    for order_id in differing[:_SHOWN]:
        table.add_row(text(found.base.orders[order_id].number, "bold"), *_side(found.base.orders[order_id]),
                      *_side(found.other.orders.get(order_id)))  # fmt: skip
    count = text(f"{len(differing):,} of {len(found.base.orders):,} orders; --json names them all", QUIET)
    return Group(table, count) if differing else text("none", QUIET)


def _side(order: OrderOutcome | None) -> tuple[Text, Text]:
    if order is None:
        return text("nowhere", "yellow"), text("")
    sites = ", ".join(f"{site} {units}" for site, units in order.plan())
    return text(sites or "waits"), text(f"{order.meters / 1000:,.0f}")
