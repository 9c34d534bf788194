"""An order or the stock on the terminal, as the facts had them at an instant."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime

from rich.console import Group, RenderableType

from cauce.cli.order_page import page
from cauce.cli.screen import QUIET, grid, phrase, section, text
from services.insight.reading import Fields, OrderStory

COUNTS = ("on_hand", "free", "reserved", "picked", "packed", "quarantined")


def order_page_at(at: datetime, story: OrderStory, *, everything: bool, width: int) -> RenderableType:
    """The order's page under its date."""
    return Group(_title(at), page(story, everything=everything, width=width))


def stock_page(at: datetime, positions: Sequence[Fields], *, limit: int) -> RenderableType:
    """The first `limit` positions, and the sums of each site over all of them."""
    parts = [_title(at), section("Sites", _sites(positions)), section("Positions", _positions(positions[:limit]))]
    if len(positions) > limit:
        parts.append(text(f"{len(positions) - limit:,} positions more: name a sku, or --limit", QUIET))
    return Group(*parts)


def _title(at: datetime) -> RenderableType:
    return phrase(("As the facts said at ", QUIET), (f"{at:%a %d %b %Y %H:%M:%S} UTC", "bold"))


def _sites(positions: Sequence[Fields]) -> RenderableType:
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for one in positions:
        sums[one["site"]].update({"skus": 1, **{name: one[name] for name in COUNTS}})
    table = grid("site", "skus", *map(_words, COUNTS), right=("skus", *map(_words, COUNTS)))
    for site in sorted(sums):
        numbers = (sums[site][name] for name in ("skus", *COUNTS))
        table.add_row(text(site, "bold"), *(text(f"{number:,}") for number in numbers))
    return table


def _positions(positions: Sequence[Fields]) -> RenderableType:
    table = grid("sku", "site", *map(_words, COUNTS), right=tuple(map(_words, COUNTS)))
    for one in positions:
        numbers = (text(f"{one[name]:,}", "" if one[name] else QUIET) for name in COUNTS)
        table.add_row(text(one["sku"], "bold"), text(one["site"]), *numbers)
    return table


def _words(name: str) -> str:
    return name.replace("_", " ")
