"""Units by lot: none is lost or made, what expires first goes out first, and what does not last does not."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.stock import Bucket
from services.allocation.domain.lots import (
    NO_LOT,
    Lot,
    LotOverdrawn,
    Lots,
    back,
    first_out,
    lasts,
    moved,
    units_of,
    unsellable,
    with_rest,
)

TODAY = date(2026, 3, 10)
DAYS = st.one_of(st.just(""), st.integers(-5, 40).map(lambda days: (TODAY + timedelta(days=days)).isoformat()))
RECEIPTS = st.lists(st.tuples(st.sampled_from(["A", "B", "C"]), DAYS, st.integers(1, 9)), max_size=6)
FEW = settings(max_examples=40, deadline=None)


def received(lots: Lots, lot: str, expires_on: str, quantity: int) -> Lots:
    return moved(lots, units_of(lot, quantity, expires_on), Bucket.OUTSIDE, Bucket.FREE)


def shelf_of(receipts: list[tuple[str, str, int]]) -> Lots:
    lots: Lots = {}
    for lot, expires_on, quantity in receipts:
        lots = received(lots, lot, expires_on, quantity)
    return lots


@FEW
@given(RECEIPTS, st.integers(0, 9))
def test_the_lots_of_any_receipts_hold_the_units_that_came(receipts: list[tuple[str, str, int]], unnamed: int) -> None:
    named = sum(quantity for *_, quantity in receipts)
    lots = with_rest(shelf_of(receipts), (named + unnamed, 0, 0, 0, 0))
    assert sum(lot.free for lot in lots.values()) == named + unnamed
    assert lots.get(NO_LOT, Lot()).free == unnamed


@FEW
@given(RECEIPTS, st.integers(1, 30), st.integers(0, 20))
def test_what_goes_out_is_what_taking_unit_by_unit_would_take(
    receipts: list[tuple[str, str, int]], wanted: int, least_days: int
) -> None:
    lots, until = shelf_of(receipts), (TODAY + timedelta(days=least_days)).isoformat()
    units = sorted((lot.expires_on or "9999", name) for name, lot in lots.items() for _ in range(lot.free))
    expected = [name for day, name in units if day >= until][:wanted]
    chosen = first_out(lots, Bucket.FREE, wanted, lambda _, lot: lasts(lot, until))
    assert [name for one in chosen for name in [one.lot] * one.quantity] == expected
    assert len(units) - len([day for day, _ in units if day >= until]) == unsellable(lots, until, ())


def test_a_lot_may_be_used_on_its_day_of_expiry_and_not_after() -> None:
    lots = received({}, "A", TODAY.isoformat(), 3)
    assert unsellable(lots, TODAY.isoformat(), ()) == 0
    assert unsellable(lots, (TODAY + timedelta(days=1)).isoformat(), ()) == 3


def test_a_recalled_lot_is_sold_no_more_however_long_it_lasts() -> None:
    assert unsellable(shelf_of([("A", "", 3), ("B", "", 2)]), "", ("A",)) == 3


def test_of_two_days_told_of_one_lot_the_earlier_counts() -> None:
    assert received(received({}, "A", "2026-05-01", 2), "A", "2026-04-01", 1) == {"A": Lot("2026-04-01", 3)}


def test_a_lot_that_is_gone_is_forgotten() -> None:
    lots = moved(received({}, "A", "2026-04-01", 2), units_of("A", 2), Bucket.FREE, Bucket.PICKED)
    assert lots == {"A": Lot("2026-04-01", picked=2)}
    assert moved(lots, units_of("A", 2), Bucket.PICKED, Bucket.OUTSIDE) == {}


def test_no_lot_gives_more_than_it_has() -> None:
    with pytest.raises(LotOverdrawn, match="2 units of lot 'A' would leave free"):
        moved(received({}, "A", "", 1), units_of("A", 2), Bucket.FREE, Bucket.QUARANTINED)


def test_what_comes_back_is_taken_to_be_what_expires_first_and_what_was_never_sent_is_of_no_lot() -> None:
    came = back({"B": ("2026-06-01", 1), "A": ("2026-04-01", 2)}, 4)
    assert came == (units_of("A", 2, "2026-04-01"), units_of("B", 1, "2026-06-01"), units_of(NO_LOT, 1))
