"""Addresses for customers that a data set knows by number only: drawn from real postal codes of their country."""

from functools import lru_cache
from pathlib import Path

from cauce.demo.chance import pick
from schemas.raw import ChannelAddress

CODES = {
    "Australia": "AU", "Austria": "AT", "Bahrain": "BH", "Belgium": "BE", "Brazil": "BR", "Canada": "CA",
    "Channel Islands": "JE", "Cyprus": "CY", "Czech Republic": "CZ", "Denmark": "DK", "EIRE": "IE",
    "European Community": "BE", "Finland": "FI", "France": "FR", "Germany": "DE", "Greece": "GR", "Hong Kong": "HK",
    "Iceland": "IS", "Israel": "IL", "Italy": "IT", "Japan": "JP", "Lebanon": "LB", "Lithuania": "LT", "Malta": "MT",
    "Netherlands": "NL", "Norway": "NO", "Poland": "PL", "Portugal": "PT", "RSA": "ZA", "Saudi Arabia": "SA",
    "Singapore": "SG", "Spain": "ES", "Sweden": "SE", "Switzerland": "CH", "USA": "US", "United Arab Emirates": "AE",
    "United Kingdom": "GB", "Unspecified": "GB",
}  # fmt: skip
LANGUAGES = {"ES": "es"}


class UnknownCountry(ValueError):
    """A country name that has no ISO 3166 code here."""


def country_code(name: str) -> str:
    """The ISO 3166 code of a country as the data set writes it. Raises UnknownCountry."""
    try:
        return CODES[name]
    except KeyError:
        raise UnknownCountry(f"no country code for {name!r}: add it to cauce/demo/addresses.py") from None


@lru_cache(maxsize=64)
def _postal(folder: Path, country: str) -> tuple[tuple[str, str], ...]:
    path = folder / f"{country}.txt"
    if not path.exists():
        return ()
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return tuple((row[1], row[2]) for row in rows)


def address_of(customer: str, country: str, folder: Path) -> ChannelAddress:
    """The same customer lives in the same place every time; without postal data the capital stands for it."""
    places = _postal(folder, country)
    code, city = places[pick(len(places), "address", customer)] if places else ("", "")
    return ChannelAddress(
        name=f"Customer {customer}",
        email=f"{customer}@customers.example",
        street=f"{1 + pick(200, 'street', customer)} High Street",
        city=city,
        postal_code=code,
        country=country,
    )
