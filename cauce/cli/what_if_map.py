"""A map of where parcels come from and go to, from nothing but coordinates: a grid of degrees, no coast, no tiles.

The projection is equirectangular with its standard parallel in the middle of the map (Snyder, Map Projections: A
Working Manual, 1987, page 91).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from math import ceil, cos, floor, radians, sqrt
from typing import NamedTuple

from cauce.cli.plain import harmless
from cauce.places import Coordinates
from cauce.replay.outcome import Outcome
from schemas.reference import Site

_SIDE, _MARGIN = 560, 34
_COLORS = ("#2563a8", "#c2410c", "#1b7f3b", "#7c3aed", "#b8860b", "#0e7490", "#be185d", "#4d5b69")
_SHARE = 0.03  # of orders at each far end that may lie beyond the map: one to Australia would shrink all others
_STEPS = (1, 2, 5, 10, 20, 45)  # degrees between the lines of the grid


class _View(NamedTuple):
    """What part of the earth is shown."""

    south: float
    west: float
    north: float
    east: float

    @property
    def squeeze(self) -> float:
        return cos(radians((self.south + self.north) / 2))

    @property
    def scale(self) -> float:
        return _SIDE / max(self.north - self.south, (self.east - self.west) * self.squeeze, 0.1)

    def spot(self, place: Coordinates) -> tuple[float, float]:
        x = _MARGIN + (place.longitude - self.west) * self.squeeze * self.scale
        return round(x, 1), round(_MARGIN / 2 + (self.north - place.latitude) * self.scale, 1)

    @property
    def size(self) -> tuple[int, int]:
        wide = (self.east - self.west) * self.squeeze * self.scale
        return ceil(wide + 2 * _MARGIN), ceil((self.north - self.south) * self.scale + 1.5 * _MARGIN)


def drawn(outcome: Outcome, sites: Sequence[Site], others: Sequence[Site]) -> str:
    """The map of an outcome as SVG; `others` are the sites of the map beside it, so that both show the same part."""
    places = {site.id: site.coordinates for site in sites}
    colors = {site: _COLORS[at % len(_COLORS)] for at, site in enumerate(sorted({*places, *(o.id for o in others)}))}
    view = _view([order.to for order in outcome.orders.values()], [site.coordinates for site in (*sites, *others)])
    wide, high = view.size
    return "".join(
        [
            f'<svg viewBox="0 0 {wide} {high}" role="img">',
            f'<rect width="{wide}" height="{high}" fill="#f4f7fa"/>',
            *_grid(view),
            *_ways(outcome, view, places, colors),
            *_sites(outcome, view, places, colors),
            "</svg>",
        ]
    )


def _view(orders: Sequence[Coordinates], sites: Sequence[Coordinates]) -> _View:
    """All sites, and all orders but the few that lie farthest out."""
    norths = [*_most(place.latitude for place in orders), *(site.latitude for site in sites)]
    easts = [*_most(place.longitude for place in orders), *(site.longitude for site in sites)]
    if not norths:
        return _View(-60, -180, 75, 180)
    return _View(min(norths) - 1, min(easts) - 1, max(norths) + 1, max(easts) + 1)


def _most(values: Iterable[float]) -> list[float]:
    found = sorted(values)
    beyond = int(len(found) * _SHARE)
    return found[beyond : len(found) - beyond]


def _grid(view: _View) -> Iterator[str]:
    span = max(view.north - view.south, view.east - view.west)
    step = next((step for step in _STEPS if span / step <= 12), _STEPS[-1])
    wide, high = view.size
    for north in range(ceil(view.south / step) * step, floor(view.north) + 1, step):
        _, y = view.spot(Coordinates(latitude=north, longitude=0))
        yield f'<path d="M0 {y}H{wide}" stroke="#dde4eb"/><text x="2" y="{y - 2}" fill="#8a99a8">{north}°</text>'
    for east in range(ceil(view.west / step) * step, floor(view.east) + 1, step):
        x, _ = view.spot(Coordinates(latitude=0, longitude=east))
        where = f'x="{x + 2}" y="{high - 4}"'
        yield f'<path d="M{x} 0V{high}" stroke="#dde4eb"/><text {where} fill="#8a99a8">{east}°</text>'


def _ways(outcome: Outcome, view: _View, places: dict[str, Coordinates], colors: dict[str, str]) -> Iterator[str]:
    """A line a site and destination, the wider the more parcels go there; then the destinations."""
    ways: Counter[tuple[str, tuple[float, float]]] = Counter()
    for order in outcome.orders.values():
        for site, parcels in order.parcels.items():
            ways[site, view.spot(order.to)] += parcels
    for (site, (x, y)), parcels in sorted(ways.items()):
        if site in places:
            at, wide = view.spot(places[site]), round(min(4, 0.5 + sqrt(parcels) / 4), 2)
            line = f'stroke="{colors[site]}" stroke-width="{wide}" stroke-opacity=".35"'
            yield f'<path d="M{at[0]} {at[1]}L{x} {y}" {line}/><circle cx="{x}" cy="{y}" r="2" fill="{colors[site]}"/>'


def _sites(outcome: Outcome, view: _View, places: dict[str, Coordinates], colors: dict[str, str]) -> Iterator[str]:
    """A disk a site, as large as its share of the units, with its name and that share."""
    load = {site: of_site["units"] for site, of_site in outcome.load().items()}
    whole = sum(load.values()) or 1
    for site, place in places.items():
        (x, y), share = view.spot(place), load.get(site, 0) / whole
        disk = f'r="{round(5 + 22 * sqrt(share), 1)}" fill="{colors[site]}" fill-opacity=".75" stroke="#fff"'
        name = f"{escape(harmless(site))} {share:.0%}"
        yield f'<circle cx="{x}" cy="{y}" {disk}/><text x="{x}" y="{y - 10}" text-anchor="middle">{name}</text>'
