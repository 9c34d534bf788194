"""Money divides without losing a cent, whatever the parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cauce.money import CurrencyMismatch, Money, share_of_units, shares, total, worths

amounts = st.integers(-(10**12), 10**12)
weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=50)


def test_money_adds_and_subtracts_within_one_currency():
    pound, penny = Money(amount=100, currency="GBP"), Money(amount=1, currency="GBP")

    assert (pound + penny, pound - penny) == (Money(amount=101, currency="GBP"), Money(amount=99, currency="GBP"))
    assert str(Money(amount=-1205, currency="EUR")) == "-12.05 EUR"


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (1205, "GBP", "12.05 GBP"),
        (5, "EUR", "0.05 EUR"),
        (1205, "JPY", "1205 JPY"),
        (-7, "KRW", "-7 KRW"),
        (12050, "KWD", "12.050 KWD"),
        (9, "BHD", "0.009 BHD"),
        (12345, "CLF", "1.2345 CLF"),
        (1205, "XQQ", "1205 XQQ"),
    ],
)
def test_money_is_shown_with_the_decimals_of_its_currency(amount, currency, shown):
    assert str(Money(amount=amount, currency=currency)) == shown


def test_two_currencies_never_meet_in_one_sum():
    with pytest.raises(CurrencyMismatch):
        total("GBP", [Money(amount=1, currency="EUR")])


def test_no_parts_sum_to_zero_of_the_currency():
    assert total("GBP", []) == Money(amount=0, currency="GBP")


@given(amounts, weights)
def test_shares_sum_to_exactly_what_was_divided(amount, of):
    assert sum(shares(amount, of)) == amount


@given(st.integers(0, 10**12), weights)
def test_no_share_is_more_than_its_proportion_but_the_last(amount, of):
    base = sum(of) or len(of)
    parts = shares(amount, of)

    assert all(
        part <= amount * (weight if sum(of) else 1) // base for part, weight in zip(parts[:-1], of, strict=False)
    )


@given(st.integers(0, 10**12), st.lists(st.integers(1, 50), min_size=1, max_size=30))
def test_units_taken_in_any_portions_are_worth_exactly_the_whole(amount, portions):
    units, taken, worth = sum(portions), 0, 0
    for portion in portions:
        part = share_of_units(amount, units, taken=taken, taking=portion)
        assert part >= 0
        taken, worth = taken + portion, worth + part

    assert worth == amount


def test_a_deduction_is_borne_by_the_lines_in_proportion_and_other_charges_by_none():
    assert worths([6000, 4000], [-5000, 395]) == (3000, 2000)
    assert worths([6000, 4000], [395]) == (6000, 4000)
    assert worths([0, 0], [-5]) == (0, 0)


@given(st.lists(st.integers(0, 10**9), max_size=50), st.lists(st.integers(-(10**9), 10**9), max_size=5))
def test_no_line_is_worth_less_than_nothing_and_all_bear_what_they_can(amounts, charges):
    parts = worths(amounts, charges)
    deducted = -sum(charge for charge in charges if charge < 0)

    assert all(0 <= part <= amount for part, amount in zip(parts, amounts, strict=True))
    assert sum(amounts) - sum(parts) == min(deducted, sum(amounts))
