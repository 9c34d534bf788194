"""The rule of sourcing: which sites serve which lines.

The nearest site that can serve every line whole sends everything. Otherwise each line comes from the nearest site that
has it whole; a line that no site has whole is split over the sites that have some, nearest first.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cauce.places import distance_meters
from schemas.orders import Destination
from schemas.reference import Site
from schemas.stock import Candidate, Explanation
from services.allocation.domain.stock import Stock

RULE = "nearest-site"

Free = Mapping[str, Mapping[str, int]]  # free units by sku and site


class Demand(NamedTuple):
    """Units of a line that want a site."""

    line_id: str
    sku: str
    quantity: int


class NearSite(NamedTuple):
    """A site as an order's destination sees it; sorts by distance, then id."""

    meters: int
    site: str
    country: str


class Pick(NamedTuple):
    """Units of a line that a site serves."""

    demand: Demand
    site: str
    quantity: int


def nearest(sites: Iterable[Site], destination: Destination) -> list[NearSite]:
    """The sites, nearest first."""
    spot = destination.coordinates
    return sorted(NearSite(distance_meters(site.coordinates, spot), site.id, site.country) for site in sites)


def source(demands: Sequence[Demand], sites: Sequence[NearSite], free: Free) -> list[Pick]:
    """Where each line comes from, lines in order. What no site has is in no pick."""
    wanted = units_by_sku(demands)
    for near in sites:
        if all(free[sku][near.site] >= units for sku, units in wanted.items()):
            return [Pick(demand, near.site, demand.quantity) for demand in demands]
    left = {sku: dict(by_site) for sku, by_site in free.items()}
    return [pick for demand in demands for pick in take(demand, sites, left[demand.sku])]


def take(demand: Demand, sites: Sequence[NearSite], left: dict[str, int]) -> list[Pick]:
    """Where one line comes from; its units are taken out of `left`, what is free of its sku by site."""
    whole = next((near.site for near in sites if left[near.site] >= demand.quantity), None)
    picks = [Pick(demand, whole, demand.quantity)] if whole is not None else _split(demand, sites, left)
    for pick in picks:
        left[pick.site] -= pick.quantity
    return picks


def _split(demand: Demand, sites: Sequence[NearSite], left: Mapping[str, int]) -> list[Pick]:
    picks, missing = [], demand.quantity
    for near in sites:
        units = min(missing, left[near.site])
        if units:
            picks.append(Pick(demand, near.site, units))
            missing -= units
    return picks


def units_by_sku(demands: Iterable[Demand]) -> dict[str, int]:
    """All units that are wanted of each sku."""
    wanted: dict[str, int] = {}
    for demand in demands:
        wanted[demand.sku] = wanted.get(demand.sku, 0) + demand.quantity
    return wanted


def explain(
    stock: Stock,
    demands: Sequence[Demand],
    *,
    sites: Sequence[NearSite],
    free: Free,
    picks: Iterable[Pick],
    trigger: str,
) -> Explanation:
    """Why these sites: each with what it alone could have served of the demands, whole lines and units."""
    wanted, chosen = units_by_sku(demands), {pick.site for pick in picks}
    return Explanation(
        rule=RULE,
        sites_version=stock.reference.version("sites"),
        products_version=stock.reference.version("products"),
        trigger=trigger,
        candidates=tuple([_candidate(near, demands, wanted, free, chosen=near.site in chosen) for near in sites]),
    )


def _candidate(
    near: NearSite, demands: Sequence[Demand], wanted: Mapping[str, int], free: Free, *, chosen: bool
) -> Candidate:
    units = sum([min(units, free[sku][near.site]) for sku, units in wanted.items()])
    everything = units == sum(wanted.values())
    return Candidate(
        site=near.site,
        distance_meters=near.meters,
        lines_served=len(demands) if everything else _lines_served(demands, free, near.site),
        units_served=units,
        chosen=chosen,
    )


def _lines_served(demands: Iterable[Demand], free: Free, site: str) -> int:
    left = {sku: by_site[site] for sku, by_site in free.items()}
    served = 0
    for demand in demands:
        if demand.quantity <= left[demand.sku]:
            left[demand.sku] -= demand.quantity
            served += 1
    return served
