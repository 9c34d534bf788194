"""Rate shopping: the cheapest carrier service that keeps the promise, and why each other one lost."""

from datetime import date
from typing import NamedTuple

from cauce.calendars import add_working_days
from cauce.money import CurrencyMismatch, Money
from schemas.reference import Rate
from schemas.shipments import Quote, Rejection

GRAMS_PER_KILOGRAM = 1000


class Load(NamedTuple):
    """What is to be carried: how heavy, whether within one country, packed when, and promised for which day."""

    weight_grams: int
    domestic: bool
    packed_on: date
    promised_on: date


class Choice(NamedTuple):
    """The winner, and the losers in the order of the rates, each with its reason."""

    winner: Quote
    losers: tuple[Quote, ...]
    keeps_promise: bool


def choose_rate(rates: tuple[Rate, ...], load: Load) -> Choice | None:
    """The cheapest service that arrives on the promised day or before; where none does, the earliest, then cheapest.

    Ties go to the lower price, the earlier arrival, the lower id, in this order. None if no service takes the load.
    Raises CurrencyMismatch where prices cannot be compared.
    """
    quotes = {rate.id: _quote(rate, load) for rate in rates}
    barred = {rate.id: reason for rate in rates if (reason := _barred(rate, load))}
    able = [quote for rate_id, quote in quotes.items() if rate_id not in barred]
    if not able:
        return None
    _one_currency(able)
    prompt = [quote for quote in able if quote.arrives_on <= load.promised_on]
    winner = min(prompt, key=_by_price) if prompt else min(able, key=_by_arrival)
    losers = tuple(
        quote.model_copy(update={"rejected": barred.get(rate_id) or _outdone(quote, winner, prompt)})
        for rate_id, quote in quotes.items()
        if rate_id != winner.rate_id
    )
    return Choice(winner=winner, losers=losers, keeps_promise=bool(prompt))


def _quote(rate: Rate, load: Load) -> Quote:
    started_kilograms = -(-load.weight_grams // GRAMS_PER_KILOGRAM)
    by_weight = Money(amount=rate.per_kilogram.amount * started_kilograms, currency=rate.per_kilogram.currency)
    return Quote(
        rate_id=rate.id,
        carrier=rate.carrier,
        service=rate.service,
        price=rate.base + by_weight,
        arrives_on=add_working_days(load.packed_on, rate.transit_days),
    )


def _barred(rate: Rate, load: Load) -> Rejection | None:
    if rate.domestic is not load.domestic:
        return Rejection.OTHER_ZONE
    if load.weight_grams > rate.max_weight_grams:
        return Rejection.TOO_HEAVY
    return None


def _outdone(quote: Quote, winner: Quote, prompt: list[Quote]) -> Rejection:
    if quote not in prompt and quote.arrives_on > winner.arrives_on:
        return Rejection.TOO_LATE
    if quote.price.amount > winner.price.amount:
        return Rejection.DEARER
    return Rejection.SLOWER if quote.arrives_on > winner.arrives_on else Rejection.TIED


def _by_price(quote: Quote) -> tuple[int, date, str]:
    return quote.price.amount, quote.arrives_on, quote.rate_id


def _by_arrival(quote: Quote) -> tuple[date, int, str]:
    return quote.arrives_on, quote.price.amount, quote.rate_id


def _one_currency(quotes: list[Quote]) -> None:
    currencies = sorted({quote.price.currency for quote in quotes})
    if len(currencies) > 1:
        raise CurrencyMismatch(f"rates of one zone are in {', '.join(currencies)}: publish them in one currency")
