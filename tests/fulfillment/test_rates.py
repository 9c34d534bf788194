"""Rate shopping: who wins, and what each loser is told."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cauce.money import CurrencyMismatch, Money
from schemas.reference import Rate
from schemas.shipments import Rejection
from services.fulfillment.domain.rates import Load, choose_rate

MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)


def load(*, weight_grams=1_200, domestic=True, packed_on=MONDAY, promised_on=FRIDAY):
    return Load(weight_grams=weight_grams, domestic=domestic, packed_on=packed_on, promised_on=promised_on)


def reasons(choice):
    return {quote.rate_id: quote.rejected for quote in choice.losers}


def test_the_cheapest_that_keeps_the_promise_wins_and_every_loser_is_told_why(warehouse):
    choice = choose_rate(warehouse.rates, load())
    assert (choice.winner.rate_id, choice.winner.rejected, choice.keeps_promise) == ("correos-standard", None, True)
    assert choice.winner.price.amount == 450 + 2 * 80
    assert choice.winner.arrives_on == date(2026, 3, 5)
    assert reasons(choice) == {
        "correos-economy": Rejection.TOO_LATE,
        "dhl-europe": Rejection.OTHER_ZONE,
        "seur-express": Rejection.DEARER,
    }


def test_where_none_keeps_the_promise_the_earliest_wins_and_says_so(warehouse):
    choice = choose_rate(warehouse.rates, load(promised_on=MONDAY))
    assert (choice.winner.rate_id, choice.keeps_promise) == ("seur-express", False)
    assert reasons(choice)["correos-standard"] is Rejection.TOO_LATE


def test_a_service_that_may_not_carry_the_weight_is_out(warehouse):
    choice = choose_rate(warehouse.rates, load(weight_grams=16_000, promised_on=date(2026, 3, 3)))
    assert choice.winner.rate_id == "correos-standard"
    assert reasons(choice)["seur-express"] is Rejection.TOO_HEAVY


def test_no_service_at_all_is_no_choice(warehouse):
    assert choose_rate(warehouse.rates, load(weight_grams=31_000)) is None
    assert choose_rate((), load()) is None


def test_ties_go_to_the_earlier_arrival_then_to_the_lower_id(make_rate):
    rates = (make_rate("c", transit_days=1), make_rate("b", transit_days=1), make_rate("a", transit_days=2))
    choice = choose_rate(rates, load())
    assert choice.winner.rate_id == "b"
    assert reasons(choice) == {"c": Rejection.TIED, "a": Rejection.SLOWER}


@pytest.mark.parametrize(("weight_grams", "kilograms"), [(1, 1), (1_000, 1), (1_001, 2)])
def test_a_started_kilogram_is_paid_whole(make_rate, weight_grams, kilograms):
    choice = choose_rate((make_rate("a", base=500, per_kilogram=100),), load(weight_grams=weight_grams))
    assert choice.winner.price.amount == 500 + kilograms * 100


def test_a_parcel_packed_on_friday_travels_on_monday(make_rate):
    choice = choose_rate((make_rate("a", transit_days=1),), load(packed_on=FRIDAY))
    assert choice.winner.arrives_on == date(2026, 3, 9)


def test_prices_in_two_currencies_are_not_compared(make_rate):
    dollars = make_rate("us").model_copy(
        update={"base": Money(amount=1, currency="USD"), "per_kilogram": Money(amount=1, currency="USD")}
    )
    with pytest.raises(CurrencyMismatch, match="EUR, USD"):
        choose_rate((make_rate("es"), dollars), load())


CARDS = st.lists(
    st.builds(
        Rate,
        id=st.text("abc", min_size=1, max_size=3),
        carrier=st.just("c"),
        service=st.just("s"),
        domestic=st.booleans(),
        base=st.builds(Money, amount=st.integers(0, 3), currency=st.just("EUR")),
        per_kilogram=st.builds(Money, amount=st.integers(0, 2), currency=st.just("EUR")),
        max_weight_grams=st.sampled_from([500, 2_000]),
        transit_days=st.integers(1, 4),
    ),
    max_size=8,
    unique_by=lambda rate: rate.id,
)


@settings(deadline=None)
@given(rates=CARDS, weight_grams=st.sampled_from([400, 1_500]), shuffled=st.randoms(use_true_random=False))
def test_every_rate_wins_or_has_a_reason_whatever_their_order(rates, weight_grams, shuffled):
    choice = choose_rate(tuple(rates), load(weight_grams=weight_grams, promised_on=date(2026, 3, 4)))
    again = choose_rate(
        tuple(shuffled.sample(rates, len(rates))), load(weight_grams=weight_grams, promised_on=date(2026, 3, 4))
    )
    if choice is None:
        assert again is None
        return
    assert again.winner == choice.winner
    assert {quote.rate_id for quote in choice.losers} == {rate.id for rate in rates} - {choice.winner.rate_id}
    assert all(quote.rejected for quote in choice.losers)
    assert reasons(again) == reasons(choice)
