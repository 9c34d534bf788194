"""What each channel may still sell of a sku: what is free at the sites, less what is kept there.

A pool without safety stock tells no levels, and pays nothing for them.
"""

from collections.abc import Mapping
from itertools import product

from schemas.levels import ChannelLevel, StockLevel
from schemas.reference import Safety
from services.allocation.domain import rows as kinds
from services.allocation.domain.foresight import Evolve, after, skus_of_free
from services.allocation.domain.sourcing import SiteMap
from services.allocation.domain.stock import Stock, StockEvent

_EVERY = ""  # sku, site or channel


class SafetyMap:
    """The safety stock of one version: of the rows that are about a sku, site and channel, the greatest counts."""

    def __init__(self, rows: tuple[Safety, ...]) -> None:
        self.channels = tuple(sorted({_EVERY, *(row.channel for row in rows)}))
        self._units: dict[tuple[str, str, str], int] = {}
        for row in rows:
            place = row.sku, row.site, row.channel
            self._units[place] = max(row.units, self._units.get(place, 0))

    def kept(self, sku: str, site: str, channel: str) -> int:
        """Units of a sku that a channel may not sell from a site."""
        places = product({sku, _EVERY}, {site, _EVERY}, {channel, _EVERY})
        return max(self._units.get(place, 0) for place in places)


def told(stock: Stock, pool: int, events: tuple[StockEvent, ...], evolve: Evolve) -> tuple[StockEvent, ...]:
    """A decision's events, and the levels that they change."""
    skus = skus_of_free(events)
    if not skus:
        return events
    ahead = after(stock, events, evolve)
    number, news = stock.rows.get(kinds.COUNTERS, kinds.LEVEL_NUMBER) or 0, []
    for sku in skus:
        level = _level(ahead, sku)
        if level != stock.rows.get(kinds.LEVELS, sku):
            number += 1
            news.append(_stock_level(pool, sku, number, level))
    return (*events, *news)


def _level(stock: Stock, sku: str) -> dict[str, int]:
    """Units by channel."""
    safety, free = stock.reference.derived("safety", SafetyMap), stock.spread(sku).free
    at_sites = [(site, free.get(site, 0)) for site in stock.reference.derived("sites", SiteMap).ids]
    return {
        channel: sum(max(0, units - safety.kept(sku, site, channel)) for site, units in at_sites if units)
        for channel in safety.channels
    }


def _stock_level(pool: int, sku: str, number: int, level: Mapping[str, int]) -> StockLevel:
    channels = tuple(ChannelLevel(channel=channel, available=units) for channel, units in level.items())
    return StockLevel(pool=pool, sku=sku, number=number, channels=channels)


def fold_level(stock: Stock, event: StockLevel) -> None:
    """The sku's level was told."""
    level = {one.channel: one.available for one in event.channels}
    stock.rows.put(kinds.LEVELS, event.sku, level)
    stock.rows.put(kinds.COUNTERS, kinds.LEVEL_NUMBER, event.number)
