"""The holidays of countries, written out into promise terms before they are published.

They come from the package `holidays` (docs/decisions/0013). What the file says of a calendar itself stands as it is.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import holidays

from cauce.runtime.reference.flaws import BrokenFile, Flaw, text_of
from schemas.base import Part
from schemas.promises import PromiseTerms
from schemas.reference import Site

YEARS = range(2009, 2041)  # always the same ones, so that the same file is the same version in any year
_EXPECTED = "expected a country of ISO 3166, with a subdivision where it has some (GB-ENG), or one under holidays"


def with_holidays(path: Path, items: Iterable[Part], sites: Sequence[Part] | None) -> list[Part]:
    """The terms with every calendar that they name. Raises BrokenFile for names of no calendar and of no site."""
    found: list[Part] = []
    for terms in items:
        if isinstance(terms, PromiseTerms):
            known = {name: _country(name) for name in _names(terms) if name not in terms.holidays}
            unknown = [name for name, days in known.items() if not days]
            flaws = [_flaw(path, name, _EXPECTED) for name in unknown]
            flaws += [_flaw(path, site, "no such site is in sites.csv") for site in _strangers(terms, sites)]
            if flaws:
                raise BrokenFile(flaws)
            found.append(terms.model_copy(update={"holidays": {**terms.holidays, **known}}))
    return found


def _names(terms: PromiseTerms) -> Iterator[str]:
    for said in (*terms.sites.values(), *terms.transit):
        yield from said.holidays


def _strangers(terms: PromiseTerms, sites: Sequence[Part] | None) -> list[str]:
    if sites is None:
        return []  # they were published before
    known = {site.id for site in sites if isinstance(site, Site)}
    return sorted(terms.sites.keys() - known)


def _country(name: str) -> dict[str, str]:
    """Its holidays by day, named in English where the package can; none for what is no country."""
    country, _, subdivision = name.partition("-")
    if country not in holidays.list_supported_countries():
        return {}
    try:
        days = holidays.country_holidays(country, subdiv=subdivision or None, years=YEARS, language=_english(country))
    except NotImplementedError:
        return {}
    return {day.isoformat(): days[day] for day in sorted(days)}


def _english(country: str) -> str | None:
    languages = holidays.list_localized_countries().get(country, [])
    return next((language for language in languages if language.startswith("en")), None)


def _flaw(path: Path, name: str, expected: str) -> Flaw:
    lines = text_of(path).splitlines()
    line = next((number for number, text in enumerate(lines, start=1) if name in text), None)
    return Flaw(path.name, f"{name} is not known; {expected}", line)
