"""What each channel may still sell of a sku: what is free at the sites, less what is kept there.

Of a kit it is what each site has whole: as many as the scarcest of its components there makes. A pool without safety
stock, kits and lots tells no levels, and pays nothing for them. Units of lots that do not last are not to be sold.
What a closed site has nobody may sell: its skus are told anew as it closes and as it opens.
"""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from schemas.kits import KitComponent, kits_of
from schemas.levels import ChannelLevel, StockLevel
from services.allocation.domain import rows as kinds
from services.allocation.domain.closures import closed_sites, closures_of, open_only, turns_sites
from services.allocation.domain.foresight import Evolve, after, skus_of_free
from services.allocation.domain.safety import SafetyMap
from services.allocation.domain.sourcing import SiteMap
from services.allocation.domain.stock import Stock, StockEvent


def told(stock: Stock, pool: int, events: tuple[StockEvent, ...], evolve: Evolve) -> tuple[StockEvent, ...]:
    """A decision's events, and the levels that they change."""
    moved = skus_of_free(events)
    turned = turns_sites(events)
    if not moved and not turned:
        return events
    ahead = after(stock, events, evolve)
    if turned:
        moved |= dict.fromkeys(_skus_at(ahead, closed_sites(ahead) ^ closed_sites(stock)))
        ahead = open_only(ahead, closures_of(ahead))
    skus = stock.reference.derived("kits", KitBook).touched(moved) if stock.reference.version("kits") else moved
    number, news = stock.rows.get(kinds.COUNTERS, kinds.LEVEL_NUMBER) or 0, []
    for sku in skus:
        level = _level(ahead, sku)
        if level != stock.rows.get(kinds.LEVELS, sku):
            number += 1
            news.append(_stock_level(pool, sku, number, level))
    return (*events, *news)


def _skus_at(stock: Stock, sites: AbstractSet[str]) -> Iterator[str]:
    """What any of these sites has free."""
    for sku, spread in stock.rows.scan(kinds.POSITIONS, "", kinds.AFTER_ANY_SKU):
        if any(spread.free.get(site) for site in sites):
            yield sku


class KitBook:
    """The kits of one version, and those that have some of a sku."""

    def __init__(self, rows: tuple[KitComponent, ...]) -> None:
        self.kits = kits_of(rows)
        self._having: dict[str, list[str]] = {}
        for row in rows:
            self._having.setdefault(row.component, []).append(row.kit)

    def touched(self, skus: Iterable[str]) -> dict[str, None]:
        """These skus, then the kits with any of them."""
        goods = list(skus)
        return dict.fromkeys([*goods, *(kit for sku in goods for kit in self._having.get(sku, ()))])


def _level(stock: Stock, sku: str) -> dict[str, int]:
    """Units by channel."""
    kit = stock.reference.derived("kits", KitBook).kits.get(sku)
    return _sku_level(stock, sku) if kit is None else _kit_level(stock, kit)


def _kit_level(stock: Stock, kit: tuple[KitComponent, ...]) -> dict[str, int]:
    """No kit is sent from two sites, so each counts by itself."""
    safety = stock.reference.derived("safety", SafetyMap)
    ids, free = stock.reference.derived("sites", SiteMap).ids, {}
    for row in kit:
        there = stock.spread(row.component).free
        free[row.component] = {site: there.get(site, 0) for site in ids}

    def whole(channel: str) -> int:
        left = {row.component: safety.left(row.component, channel, free[row.component]) for row in kit}
        return sum(min(left[row.component][site] // row.quantity for row in kit) for site in ids)

    return {channel: whole(channel) for channel in safety.channels}


def _sku_level(stock: Stock, sku: str) -> dict[str, int]:
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
