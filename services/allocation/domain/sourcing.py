"""The rule of sourcing: which sites serve which lines.

The nearest site that can serve every line whole sends everything. Otherwise each line comes from the nearest site that
has it whole; a line that no site has whole is split over the sites that have some, nearest first.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

from cauce.places import Coordinates, distance_meters
from schemas.light import light
from schemas.reference import Site
from schemas.sourcing import Candidate, Explanation
from schemas.stock import DemandLine
from services.allocation.domain.stock import Stock

RULE = "nearest-site"

Free = Mapping[str, Mapping[str, int]]  # free units by sku and site; a site that is not there has none

_PLACES_REMEMBERED = 50_000  # more than a country has postal areas
_explanation, _considered = light(Explanation), light(Candidate)


class NearSite(NamedTuple):
    """A site as an order's destination sees it; sorts by distance, then id."""

    meters: int
    site: str
    country: str


class Pick(NamedTuple):
    """Units of a line that a site serves."""

    demand: DemandLine
    site: str
    quantity: int


class SiteMap:
    """The sites of one version, and how far each is from where orders go, which is remembered: they go there again."""

    def __init__(self, sites: tuple[Site, ...]) -> None:
        self.ids = tuple(site.id for site in sites)
        self._sites = sites
        self._ranked = lru_cache(_PLACES_REMEMBERED)(self._rank)

    def nearest(self, spot: Coordinates) -> tuple[NearSite, ...]:
        """The sites, nearest first."""
        return self._ranked(spot.latitude, spot.longitude)

    def _rank(self, latitude: float, longitude: float) -> tuple[NearSite, ...]:
        spot = Coordinates(latitude=latitude, longitude=longitude)
        return tuple(
            sorted(NearSite(distance_meters(site.coordinates, spot), site.id, site.country) for site in self._sites)
        )


def source(demands: Sequence[DemandLine], sites: Sequence[NearSite], free: Free) -> list[Pick]:
    """Where each line comes from, lines in order. What no site has is in no pick."""
    wanted = [(units, free[sku]) for sku, units in units_by_sku(demands).items()]
    for _, site, _ in sites:
        lacking = [units for units, by_site in wanted if units > by_site.get(site, 0)]
        if not lacking:
            return [Pick(demand, site, demand.quantity) for demand in demands]
    left = {sku: dict(by_site) for sku, by_site in free.items()}
    return [pick for demand in demands for pick in take(demand, sites, left[demand.sku])]


def take(demand: DemandLine, sites: Sequence[NearSite], left: dict[str, int]) -> list[Pick]:
    """Where one line comes from; its units are taken out of `left`, what is free of its sku by site."""
    whole = next((near.site for near in sites if left.get(near.site, 0) >= demand.quantity), None)
    picks = [Pick(demand, whole, demand.quantity)] if whole is not None else _split(demand, sites, left)
    for pick in picks:
        left[pick.site] -= pick.quantity
    return picks


def _split(demand: DemandLine, sites: Sequence[NearSite], left: Mapping[str, int]) -> list[Pick]:
    picks, missing = [], demand.quantity
    for near in sites:
        units = min(missing, left.get(near.site, 0))
        if units:
            picks.append(Pick(demand, near.site, units))
            missing -= units
    return picks


class Units(Protocol):
    """A line of whatever is wanted, sent or received."""

    @property
    def sku(self) -> str:
        """Of what."""

    @property
    def quantity(self) -> int:
        """How many."""


def units_by_sku(lines: Iterable[Units]) -> dict[str, int]:
    """All units of each sku, in the order in which they come first."""
    units: dict[str, int] = {}
    for line in lines:
        units[line.sku] = units.get(line.sku, 0) + line.quantity
    return units


def explain(
    stock: Stock,
    demands: Sequence[DemandLine],
    *,
    sites: Sequence[NearSite],
    free: Free,
    picks: Iterable[Pick],
    trigger: str,
) -> Explanation:
    """Why these sites: each with what it alone could have served of the demands, whole lines and units."""
    chosen = {pick.site for pick in picks}
    return _explanation(
        rule=RULE,
        sites_version=stock.reference.version("sites"),
        products_version=stock.reference.version("products"),
        trigger=trigger,
        candidates=tuple(_candidates(demands, sites, free, chosen)),
    )


def _candidates(
    demands: Sequence[DemandLine], sites: Iterable[NearSite], free: Free, chosen: set[str]
) -> list[Candidate]:
    wanted = [(units, free[sku]) for sku, units in units_by_sku(demands).items()]
    everything = sum([units for units, _ in wanted])
    candidates: list[Candidate] = []
    for meters, site, _ in sites:
        served = everything
        for units, by_site in wanted:
            missing = units - by_site.get(site, 0)
            if missing > 0:
                served -= missing
        candidates.append(
            _considered(
                site=site,
                distance_meters=meters,
                lines_served=len(demands) if served == everything else _lines_served(demands, free, site),
                units_served=served,
                chosen=site in chosen,
            )
        )
    return candidates


def _lines_served(demands: Iterable[DemandLine], free: Free, site: str) -> int:
    left = {sku: by_site.get(site, 0) for sku, by_site in free.items()}
    served = 0
    for demand in demands:
        if demand.quantity <= left[demand.sku]:
            left[demand.sku] -= demand.quantity
            served += 1
    return served
