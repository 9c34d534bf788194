"""Units by lot: none is lost or made, what expires first goes out first, and what has expired does not."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.allocation.domain.lots import (
    NO_LOT,
    Lot,
    LotOverdrawn,
    Lots,
    LotUnits,
    Place,
    expired,
    first_out,
    moved,
    received,
    unsellable,
)

TODAY = date(2026, 3, 10)
DAYS = st.one_of(st.just(""), st.integers(-5, 40).map(lambda days: (TODAY + timedelta(days=days)).isoformat()))
RECEIPTS = st.lists(st.tuples(st.sampled_from(["", "A", "B", "C"]), DAYS, st.integers(1, 9)), max_size=6)
FEW = settings(max_examples=40, deadline=None)


def shelf_of(receipts: list[tuple[str, str, int]]) -> Lots:
    lots: Lots = {}
    for lot, expires_on, quantity in receipts:
        lots = received(lots, lot, expires_on, quantity)
    return lots


@FEW
@given(RECEIPTS)
def test_the_lots_of_any_receipts_hold_the_units_that_came(receipts: list[tuple[str, str, int]]) -> None:
    for length in range(len(receipts) + 1):
        lots = shelf_of(receipts[:length])
        assert sum(units.shelf for units in lots.values()) == sum(quantity for *_, quantity in receipts[:length])


@FEW
@given(RECEIPTS, st.integers(1, 30), st.integers(0, 20))
def test_no_unit_goes_out_before_one_that_expires_earlier(
    receipts: list[tuple[str, str, int]], wanted: int, least_days: int
) -> None:
    lots = shelf_of(receipts)
    picks = first_out(lots, wanted, TODAY, least_days)
    on_shelf = sum(units.shelf for units in lots.values())
    assert sum(pick.quantity for pick in picks) == min(wanted, on_shelf - unsellable(lots, TODAY, least_days))
    days = [lots[pick.lot].expires_on or "9999-12-31" for pick in picks]
    assert days == sorted(days)
    assert all(pick.quantity == lots[pick.lot].shelf for pick in picks[:-1])


@FEW
@given(RECEIPTS)
def test_what_has_expired_is_never_picked(receipts: list[tuple[str, str, int]]) -> None:
    lots = shelf_of(receipts)
    gone = {units.lot for units in expired(lots, TODAY)}
    assert not gone & {pick.lot for pick in first_out(lots, 1000, TODAY)}
    assert sum(units.quantity for units in expired(lots, TODAY)) == unsellable(lots, TODAY)


def test_a_lot_may_be_used_on_its_day_of_expiry_and_not_after() -> None:
    lots = received({}, "A", TODAY.isoformat(), 3)
    assert expired(lots, TODAY) == ()
    assert expired(lots, TODAY + timedelta(days=1)) == (LotUnits("A", 3),)


def test_of_two_days_told_of_one_lot_the_earlier_counts() -> None:
    lots = received(received({}, "A", "2026-05-01", 2), "A", "2026-04-01", 1)
    assert lots == {"A": Lot("2026-04-01", 3)}


def test_units_that_expire_never_go_out_last() -> None:
    lots = shelf_of([(NO_LOT, "", 5), ("B", "2026-06-01", 1), ("A", "2026-04-01", 2)])
    assert first_out(lots, 4, TODAY) == (LotUnits("A", 2), LotUnits("B", 1), LotUnits(NO_LOT, 1))


def test_picked_units_leave_the_shelf_and_a_lot_that_is_gone_is_forgotten() -> None:
    lots = moved(received({}, "A", "2026-04-01", 2), "A", Place.SHELF, Place.OUT, 2)
    assert lots == {"A": Lot("2026-04-01", 0, 2)}
    assert moved(lots, "A", Place.OUT, Place.OUTSIDE, 2) == {}


def test_no_lot_gives_more_than_it_has() -> None:
    with pytest.raises(LotOverdrawn, match="2 units of lot 'A' would leave shelf"):
        moved(received({}, "A", "", 1), "A", Place.SHELF, Place.QUARANTINED, 2)
