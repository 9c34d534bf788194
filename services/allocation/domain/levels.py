"""What each channel may still sell of a sku: what is free at the sites, less what is kept there.

A pool without safety stock tells no levels, and pays nothing for them.
"""

from collections.abc import Mapping

from schemas.levels import ChannelLevel, StockLevel
from services.allocation.domain import rows as kinds
from services.allocation.domain.foresight import Evolve, after, skus_of_free
from services.allocation.domain.safety import SafetyMap
from services.allocation.domain.sourcing import SiteMap
from services.allocation.domain.stock import Stock, StockEvent


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
    at_sites = {site: free[site] for site in stock.reference.derived("sites", SiteMap).ids if free.get(site)}
    return {channel: sum(safety.left(sku, channel, at_sites).values()) for channel in safety.channels}


def _stock_level(pool: int, sku: str, number: int, level: Mapping[str, int]) -> StockLevel:
    channels = tuple(ChannelLevel(channel=channel, available=units) for channel, units in level.items())
    return StockLevel(pool=pool, sku=sku, number=number, channels=channels)


def fold_level(stock: Stock, event: StockLevel) -> None:
    """The sku's level was told."""
    level = {one.channel: one.available for one in event.channels}
    stock.rows.put(kinds.LEVELS, event.sku, level)
    stock.rows.put(kinds.COUNTERS, kinds.LEVEL_NUMBER, event.number)
