"""What sending a weight costs and how long it takes, by the rate card: an estimate, before anything is packed."""

from collections.abc import Iterable
from functools import lru_cache

from schemas.reference import Rate

GRAMS_A_STEP = 1000  # rates are by the started kilogram
UNRATED = 10**9  # no carrier goes there: worse than any price, and still better than nothing
_PRICES_REMEMBERED = 50_000


class Tariff:
    """The rates of one version in one currency."""

    def __init__(self, rates: Iterable[Rate], currency: str) -> None:
        fitting = [rate for rate in rates if rate.base.currency == rate.per_kilogram.currency == currency]
        self._rates = {domestic: [one for one in fitting if one.domestic == domestic] for domestic in (True, False)}
        self._priced = lru_cache(_PRICES_REMEMBERED)(self._price)

    def price(self, grams: int, *, domestic: bool) -> int:
        """The least that `grams` cost, in as many parcels as the rate needs; UNRATED where no rate is."""
        return self._priced(grams, domestic)

    def _price(self, grams: int, domestic: bool) -> int:  # noqa: FBT001  # remembered by its place
        return min((_price(rate, grams) for rate in self._rates[domestic]), default=UNRATED)

    def transit_days(self, *, domestic: bool) -> int:
        """Working days of the quickest rate; UNRATED where no rate is."""
        return min((rate.transit_days for rate in self._rates[domestic]), default=UNRATED)


def _price(rate: Rate, grams: int) -> int:
    parcels = max(1, -(-grams // rate.max_weight_grams))
    kilograms = max(1, -(-grams // GRAMS_A_STEP))
    return parcels * rate.base.amount + kilograms * rate.per_kilogram.amount
