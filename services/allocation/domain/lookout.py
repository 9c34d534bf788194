"""A sku on a day as its buyers look at it, after the decision in the making."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from schemas.buying import Buying, buying_of
from schemas.stock import StockMoved
from services.allocation.domain.demand_rows import Demand
from services.allocation.domain.sourcing import SiteMap
from services.allocation.domain.stock import Stock, StockEvent


class Units(NamedTuple):
    """At one site."""

    on_hand: int
    free: int


class Look(NamedTuple):
    """What is there of a sku at all sites together, what was ordered of it, and what its buyers want to hear."""

    sku: str
    rule: Buying
    row: Demand
    on_hand: int
    free: int
    day: int


Moved = Mapping[str, Mapping[str, Units]]  # by sku and site


def rule_of(stock: Stock, sku: str) -> Buying | None:
    """What its buyers want to hear of the sku."""
    return buying_of(stock.reference, sku)


def moved(events: Iterable[StockEvent]) -> Moved:
    """Positions as these events leave them."""
    found: dict[str, dict[str, Units]] = {}
    for event in events:
        if isinstance(event, StockMoved):
            found.setdefault(event.sku, {})[event.site] = Units(event.on_hand, event.free)
    return found


def look(stock: Stock, sku: str, *, rule: Buying, row: Demand, moves: Moved, day: int) -> Look:
    """The sku, over the sites that the reference names."""
    spread, now = stock.spread(sku), moves.get(sku, {})
    ids = stock.reference.derived("sites", SiteMap).ids
    there = {site: one.free for site, one in spread.positions.items()} | {site: one.free for site, one in now.items()}
    free = sum(there.get(site, 0) for site in ids)
    on_hand = sum(units.on_hand for units in now.values())
    on_hand += sum(position.on_hand for site, position in spread.positions.items() if site not in now)
    return Look(sku, rule, row, on_hand, free, day)
