"""Safety stock: units that a channel may not have from a site. A pool without any pays nothing for it.

What is left is what `stock-levels` tells the channel, site by site; a policy's own safety stock comes on top.
"""

from collections.abc import Mapping, Sequence
from itertools import product

from schemas.light import light, replace
from schemas.reference import Kind, Safety
from schemas.sourcing import Explanation, KeptBack, OrderTerms
from services.allocation.domain.lot_reasons import with_short_lived
from services.allocation.domain.sourcing import Free
from services.allocation.domain.stock import Stock

_EVERY = ""  # sku, site or channel
NOTHING_KEPT: Sequence[KeptBack] = ()
_kept_back = light(KeptBack)


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

    def left(self, sku: str, channel: str, units: Mapping[str, int]) -> dict[str, int]:
        """Of units of a sku by site, those that a channel may have."""
        return {site: max(0, there - self.kept(sku, site, channel)) for site, there in units.items()}


def safety_of(stock: Stock) -> SafetyMap | None:
    """What is kept back, where anything is."""
    return stock.reference.derived(Kind.SAFETY, SafetyMap) if stock.reference.version(Kind.SAFETY) else None


def channel_of(terms: OrderTerms | None) -> str:
    """Of an order whose terms were not recorded, that of every channel."""
    return terms.channel if terms else _EVERY


def sellable(stock: Stock, terms: OrderTerms | None, free: Free) -> Free:
    """What an order may have of what is free."""
    safety = safety_of(stock)
    if safety is None:
        return free
    channel = channel_of(terms)
    return {sku: safety.left(sku, channel, units) for sku, units in free.items()}


def with_kept_back(stock: Stock, explanation: Explanation, free: Free, had: Free) -> Explanation:
    """The explanation, which also says what was free and not to be `had`; sites and skus in the order of `free`."""
    if stock.shelf_life is not None:
        explanation = with_short_lived(stock, explanation, free)
    if had is free or safety_of(stock) is None:
        return explanation
    kept = tuple(
        _kept_back(sku=sku, site=site, free=there, kept=there - had[sku][site])
        for sku, units in free.items()
        for site, there in units.items()
        if there > had[sku][site]
    )
    version = stock.reference.version(Kind.SAFETY)
    return replace(explanation, safety_version=version, kept_back=kept or None)
