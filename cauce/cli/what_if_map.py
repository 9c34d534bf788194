"""A map of where parcels come from and go to, as SVG: land is drawn as the postal areas on it, no coast, no tiles.

The projection is equirectangular with its standard parallel in the middle of the map (Snyder, Map Projections: A
Working Manual, 1987, page 91). Colors are those of the page's style: `--s0` and so on by site.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from math import ceil, cos, floor, log10, radians, sqrt
from typing import NamedTuple

from cauce.cli.plain import harmless
from cauce.places import Coordinates
from cauce.replay.columns import Column

COLORS = 8  # of sites; a ninth has the first again
_SIDE, _MARGIN, _MOST_WIDE = 560, 34, 5
_SHARE = 0.03  # of orders at each far end that may lie beyond the map: one to Australia would shrink all others
_STEPS = (1, 2, 5, 10, 20, 45)  # degrees between the lines of the grid
_LAND = 3  # how fine land is drawn
Spot = tuple[int, int]


class View(NamedTuple):
    """What part of the earth is shown."""

    south: float
    west: float
    north: float
    east: float

    @property
    def squeeze(self) -> float:
        """How much narrower a degree of longitude is drawn than one of latitude."""
        return cos(radians((self.south + self.north) / 2))

    @property
    def scale(self) -> float:
        """Drawn units a degree."""
        return _SIDE / max(self.north - self.south, (self.east - self.west) * self.squeeze, 0.1)

    def spot(self, place: Coordinates) -> Spot:
        """Where a place is drawn."""
        x = _MARGIN + (place.longitude - self.west) * self.squeeze * self.scale
        return round(x), round(_MARGIN / 2 + (self.north - place.latitude) * self.scale)

    def covers(self, place: Coordinates) -> bool:
        """Whether a place is on the map."""
        return self.south <= place.latitude <= self.north and self.west <= place.longitude <= self.east

    @property
    def size(self) -> Spot:
        """Width and height."""
        wide = (self.east - self.west) * self.squeeze * self.scale
        return ceil(wide + 2 * _MARGIN), ceil((self.north - self.south) * self.scale + 1.5 * _MARGIN)


def view_of(columns: Sequence[Column]) -> View:
    """The part that all maps of a page show: all sites, and all orders but the few that lie farthest out."""
    sites = [site.coordinates for column in columns for site in column.sites]
    orders = [order.to for order in columns[0].orders.values()] if columns else []
    norths = [*_most(place.latitude for place in orders), *(site.latitude for site in sites)]
    easts = [*_most(place.longitude for place in orders), *(site.longitude for site in sites)]
    if not norths:
        return View(-60, -180, 75, 180)
    return View(min(norths) - 1, min(easts) - 1, max(norths) + 1, max(easts) + 1)


def _most(values: Iterable[float]) -> list[float]:
    found = sorted(values)
    beyond = int(len(found) * _SHARE)
    return found[beyond : len(found) - beyond]


def land_of(view: View, places: Iterable[Coordinates]) -> str:
    """Places as dots, once for each little square; every map of a page has the same."""
    squares = {(x // _LAND, y // _LAND) for x, y in (view.spot(place) for place in places if view.covers(place))}
    dots = "".join(f"M{x * _LAND + 1} {y * _LAND + 1}h0" for x, y in sorted(squares))
    return f'<path id="land" class="land" d="{dots}"/>' if dots else ""


def drawn(column: Column, view: View, colors: Mapping[str, int], land: str) -> str:
    """The map of a column; `colors` by site."""
    wide, high = view.size
    title = f"Map of what each site sends where: {escape(harmless(column.name))}; the table below says how much"
    return "".join(
        [
            f'<svg class="map" viewBox="0 0 {wide} {high}" role="img" aria-label="{title}">',
            f'<rect width="{wide}" height="{high}" class="sea"/>',
            *_grid(view),
            land,
            *_ways(column, view, colors),
            *_sites(column, view, colors),
            "</svg>",
        ]
    )


def _grid(view: View) -> Iterator[str]:
    span = max(view.north - view.south, view.east - view.west)
    step = next((step for step in _STEPS if span / step <= 8), _STEPS[-1])
    wide, high = view.size
    for north in range(ceil(view.south / step) * step, floor(view.north) + 1, step):
        _, y = view.spot(Coordinates(latitude=north, longitude=0))
        where = f'x="3" y="{y - 3}"'
        yield f'<path d="M0 {y}H{wide}" class="grid"/><text {where} class="degree">{_degree(north, "NS")}</text>'
    for east in range(ceil(view.west / step) * step, floor(view.east) + 1, step):
        x, _ = view.spot(Coordinates(latitude=0, longitude=east))
        where = f'x="{x + 3}" y="{high - 4}"'
        yield f'<path d="M{x} 0V{high}" class="grid"/><text {where} class="degree">{_degree(east, "EW")}</text>'


def _degree(value: int, sides: str) -> str:
    return f"{abs(value)}°" + (f" {sides[value < 0]}" if value else "")


def _ways(column: Column, view: View, colors: Mapping[str, int]) -> Iterator[str]:
    """Lines from a site to its destinations, the wider the more parcels go there; then the destinations."""
    places = {site.id: site.coordinates for site in column.sites}
    parcels: dict[tuple[str, Spot], int] = defaultdict(int)
    for order in column.orders.values():
        for site, count in order.parcels.items():
            parcels[site, view.spot(order.to)] += count
    lines: dict[tuple[str, int], list[str]] = defaultdict(list)
    dots: dict[str, list[str]] = defaultdict(list)
    for (site, (x, y)), count in sorted(parcels.items()):
        if site in places:
            at = view.spot(places[site])
            lines[site, _width(count)].append(f"M{at[0]} {at[1]}L{x} {y}")
            dots[site].append(f"M{x} {y}h0")
    for (site, width), paths in lines.items():
        yield f'<path class="way" style="stroke:var(--s{colors[site]});stroke-width:{width / 2}" d="{"".join(paths)}"/>'
    for site, paths in dots.items():
        yield f'<path class="door" style="stroke:var(--s{colors[site]})" d="{"".join(paths)}"/>'


def _width(parcels: int) -> int:
    """In halves of a unit: one for a parcel, one more for each tenfold and a half of it."""
    return min(_MOST_WIDE, 1 + floor(2 * log10(parcels)))


def _sites(column: Column, view: View, colors: Mapping[str, int]) -> Iterator[str]:
    """A disk a site, as large as its share of the units, with its name and that share."""
    whole = sum(load["units"] for load in column.load.values()) or 1
    names = []
    for site in column.sites:
        (x, y), share = view.spot(site.coordinates), column.load.get(site.id, {}).get("units", 0) / whole
        radius = round(5 + 22 * sqrt(share), 1)
        yield f'<circle cx="{x}" cy="{y}" r="{radius}" class="site" style="fill:var(--s{colors[site.id]})"/>'
        words = f'x="{x}" y="{y - radius - 4}" class="name" text-anchor="middle"'
        names.append(f"<text {words}>{escape(harmless(site.id))} {share:.0%}</text>")
    yield from names
