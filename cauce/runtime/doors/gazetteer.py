"""Where a postal code lies: GeoNames' postal files where there are some, else the country's capital.

A file has a line a place, tab-separated: country, postal code, place, three administrative levels by name and code,
latitude, longitude, accuracy (https://download.geonames.org/export/zip/). GeoNames, CC BY 4.0.
"""

import csv
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from pathlib import Path
from statistics import fmean

from cauce.places import Coordinates
from schemas.orders import Destination

_CODE, _LATITUDE, _LONGITUDE = 1, 9, 10
_DECIMALS = 4  # 11 m, finer than any postal code
_SHORTEST_PREFIX = 2  # one character of a code is half a continent
_LONGEST_CODE = 12
_AREA_LENGTHS = {"CA": 3, "IE": 3}  # forward sortation area; routing key
_LAST_AFTER = "\x7f"  # sorts behind every character of a code

# A British code is an outward part (area and district) and an inward one (Royal Mail, Programmers' Guide to PAF).
_OUTWARD = r"[A-Z]{1,2}[0-9][A-Z0-9]?"
_BRITISH = re.compile(rf"({_OUTWARD})([0-9][A-Z]{{2}})?")

Point = tuple[float, float]


class Gazetteer:
    """Locates postal codes; reads each country's file when it is first asked for."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._capitals = _capitals()
        self._countries: dict[str, CountryCodes] = {}
        self.locate = lru_cache(maxsize=50_000)(self._locate)

    def _locate(self, country: str, postal_code: str) -> Destination | None:
        """The destination to its postal area, or None for a country that ISO 3166 does not know.

        The exact code wins, then its outward part, then the longest of its beginnings that any code has; the place is
        the mean of what matches.
        """
        capital = self._capitals.get(country)
        if capital is None:
            return None
        code = _plain(postal_code)
        found = self._codes_of(country).find(code) if code else None
        latitude, longitude = found or capital
        return Destination(
            country=country,
            postal_area=postal_area(country, code),
            coordinates=Coordinates(latitude=latitude, longitude=longitude),
            located_by="postal" if found else "capital",
        )

    def _codes_of(self, country: str) -> "CountryCodes":
        codes = self._countries.get(country)
        if codes is None:
            codes = self._countries[country] = CountryCodes(country, self._folder)
        return codes


class CountryCodes:
    """The postal codes of one country, empty where there is no file of it."""

    def __init__(self, country: str, folder: Path | None) -> None:
        path = folder / f"{country}.txt" if folder else None
        self._country = country
        self._points = _read(path) if path and path.exists() else {}
        self._ordered = sorted(self._points)

    def find(self, code: str) -> Point | None:
        """The mean of the places of `code`, of its outward part, or of its longest known beginning."""
        if not self._points:
            return None
        outward = _outward(self._country, code)
        points = self._points.get(code) or self._points.get(outward) or self._nearest(outward)
        return _mean(points) if points else None

    def _nearest(self, code: str) -> list[Point]:
        for length in range(len(code), _SHORTEST_PREFIX - 1, -1):
            start = code[:length]
            if points := self._points.get(start) or self._beginning_with(start):
                return points
        return []

    def _beginning_with(self, start: str) -> list[Point]:
        first, stop = (bisect_left(self._ordered, bound) for bound in (start, start + _LAST_AFTER))
        return [point for code in self._ordered[first:stop] for point in self._points[code]]


def postal_area(country: str, postal_code: str) -> str:
    """The first part of a code: as much as sorting parcels needs, too little to find a person."""
    code = _plain(postal_code)
    if country == "GB" and _BRITISH.fullmatch(code):
        return _outward(country, code)
    return code[: _AREA_LENGTHS.get(country, 2 if len(code) < 5 else 3)]


def _plain(postal_code: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", postal_code.upper())[:_LONGEST_CODE]


def _outward(country: str, code: str) -> str:
    british = _BRITISH.fullmatch(code) if country == "GB" else None
    return british.group(1) if british else code


def _mean(points: list[Point]) -> Point:
    latitudes, longitudes = zip(*points, strict=True)
    return round(fmean(latitudes), _DECIMALS), round(fmean(longitudes), _DECIMALS)


def _read(path: Path) -> dict[str, list[Point]]:
    points = defaultdict(list)
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = line.split("\t")
            points[_plain(row[_CODE])].append((float(row[_LATITUDE]), float(row[_LONGITUDE])))
    return dict(points)


def every_place(folder: Path) -> Iterator[Coordinates]:
    """All places of all countries that have a file."""
    for path in sorted(folder.glob("[A-Z][A-Z].txt")):
        for points in _read(path).values():
            yield from (Coordinates(latitude=north, longitude=east) for north, east in points)


def _capitals() -> dict[str, Point]:
    table = resources.files("cauce.runtime.doors").joinpath("capitals.csv").read_text(encoding="utf-8")
    return {
        row["country"]: (float(row["latitude"]), float(row["longitude"])) for row in csv.DictReader(table.splitlines())
    }
