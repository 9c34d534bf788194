"""Where postal codes lie."""

import csv
import os
from pathlib import Path

import pytest

from cauce.places import Coordinates, distance_meters
from cauce.runtime.doors.gazetteer import Gazetteer, postal_area
from cauce.runtime.settings import CHECKOUT

DATA = Path(os.environ.get("CAUCE_DATA", CHECKOUT.parent / "shared" / "data"))
POSTAL = DATA / "geonames_postal"
LONDON = Coordinates(latitude=51.51, longitude=-0.13)


def line(country, code, latitude, longitude):
    return "\t".join([country, code, "Somewhere", *[""] * 6, str(latitude), str(longitude), "4"]) + "\n"


@pytest.fixture
def folder(tmp_path):
    """A country of few codes, some in the forms of others."""
    (tmp_path / "GB.txt").write_text(
        line("GB", "M1", 53.4, -2.2) + line("GB", "M11", 53.6, -2.0) + line("GB", "SW1A", 51.5, -0.1)
    )
    (tmp_path / "DE.txt").write_text(
        line("DE", "10115", 52.5, 13.3) + line("DE", "10117", 52.6, 13.4) + line("DE", "10117", 52.8, 13.6)
    )
    (tmp_path / "CA.txt").write_text(line("CA", "K1A", 45.4, -75.7))
    (tmp_path / "BR.txt").write_text(line("BR", "69945-000", -9.98, -66.84))
    return tmp_path


@pytest.mark.parametrize(
    ("country", "code", "latitude", "area"),
    [
        ("DE", "10115", 52.5, "101"),
        ("DE", "10117", 52.7, "101"),  # two places: their mean
        ("DE", "10116", 52.6333, "101"),  # no such code: the mean of all that begin with 1011
        ("DE", " 10-115 ", 52.5, "101"),
        ("GB", "M1 1AE", 53.4, "M1"),  # not M11, although the letters would fit
        ("GB", "m11 1ae", 53.6, "M11"),
        ("GB", "SW1A", 51.5, "SW1A"),
        ("CA", "K1A 0B1", 45.4, "K1A"),
        ("BR", "69945000", -9.98, "699"),
    ],
)
def test_a_postal_code_is_located_by_the_best_match(folder, country, code, latitude, area):
    found = Gazetteer(folder).locate(country, code)
    assert (found.coordinates.latitude, found.postal_area, found.located_by) == (latitude, area, "postal")


@pytest.mark.parametrize(("country", "code"), [("DE", ""), ("DE", "99999"), ("DE", "?!"), ("GB", "Z"), ("FR", "75001")])
def test_without_a_match_the_capital_stands_for_it(folder, country, code):
    found = Gazetteer(folder).locate(country, code)
    assert found.located_by == "capital"
    assert found.country == country


def test_without_a_folder_every_country_is_its_capital():
    assert Gazetteer().locate("GB", "M1 1AE").coordinates == LONDON


@pytest.mark.parametrize("country", ["ZZ", "UK", "../", ""])
def test_an_unknown_country_is_nowhere(folder, country):
    assert Gazetteer(folder).locate(country, "10115") is None


@pytest.mark.parametrize(
    ("country", "code", "area"),
    [
        ("GB", "EC1A 1BB", "EC1A"),
        ("GB", "someone@example.org", "SOM"),
        ("US", "10001-1234", "100"),
        ("AU", "2000", "20"),
        ("IE", "D02 X285", "D02"),
        ("CH", "8", "8"),
        ("FR", "", ""),
        ("GR", "ΑΘΗΝΑ", ""),
    ],
)
def test_a_postal_area_is_too_coarse_to_find_a_person(country, code, area):
    assert postal_area(country, code) == area


def test_a_code_as_long_as_a_letter_is_located_all_the_same(folder):
    assert Gazetteer(folder).locate("DE", "10115" * 100).coordinates.latitude == 52.5


def test_every_country_of_iso_3166_has_a_capital():
    with (DATA / "iso" / "country-codes.csv").open(encoding="utf-8") as file:
        codes = {row["CountryCode"] for row in csv.DictReader(file)} - {"XZ"}  # XZ: international waters, not a country
    gazetteer = Gazetteer()
    assert [code for code in codes if gazetteer.locate(code, "") is None] == []


@pytest.mark.parametrize("path", sorted(POSTAL.glob("*.txt")), ids=lambda path: path.stem)
def test_a_capital_lies_near_a_postal_code_of_its_country(path):
    capital = Gazetteer().locate(path.stem, "").coordinates
    rows = (row.split("\t") for row in path.read_text(encoding="utf-8").splitlines())
    places = {Coordinates(latitude=float(row[9]), longitude=float(row[10])) for row in rows}
    assert min(distance_meters(capital, place) for place in places) < 15_000


@pytest.mark.parametrize(
    ("country", "code", "near"),
    [
        ("GB", "SW1A 1AA", (51.501, -0.142)),  # Buckingham Palace
        ("US", "94103", (37.773, -122.411)),
        ("NL", "1012 JS", (52.373, 4.893)),
        ("CA", "M5V 3L9", (43.643, -79.387)),  # the CN Tower
        ("DE", "80331", (48.136, 11.572)),
        ("BR", "20040-002", (-22.9, -43.18)),
        ("IE", "D02 X285", (53.34, -6.25)),
    ],
)
def test_real_codes_lie_where_they_do(country, code, near):
    found = Gazetteer(POSTAL).locate(country, code)
    assert found.located_by == "postal"
    assert distance_meters(found.coordinates, Coordinates(latitude=near[0], longitude=near[1])) < 30_000
