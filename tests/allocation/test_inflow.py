"""Receipts, adjustments and returned goods."""

import pytest

from schemas.stock import AdjustmentRefused, Disposition


def test_a_receipt_is_free_at_its_site(pool):
    events = pool.receives({"cup": 3, "pot": 1}, "lyon", receipt="GR-7")
    assert [(one.move, one.source, one.target, one.reference) for one in events] == [
        ("received", "outside", "free", "GR-7")
    ] * 2
    assert pool.at("cup", "lyon")[:2] == (3, 3)


def test_a_receipt_counts_once(pool):
    pool.receives({"cup": 3}, receipt="GR-7")
    assert pool.receives({"cup": 3}, receipt="GR-7") == ()
    assert pool.at("cup").on_hand == 3


def test_two_sites_may_give_one_number_to_their_receipts(pool):
    pool.receives({"cup": 3}, "madrid", receipt="GR-7")
    pool.receives({"cup": 2}, "lyon", receipt="GR-7")
    assert pool.all_of("cup") == 5


def test_a_receipt_may_name_a_sku_twice(pool):
    receipt = pool.receipt({"cup": 2})
    events = pool.do(receipt.model_copy(update={"lines": receipt.lines * 2}))
    assert [(one.on_hand, one.entry) for one in events] == [(2, "1"), (4, "2")]


def test_found_units_are_free(pool):
    (entry,) = pool.adjusts("cup", 4, adjustment="AD-1")
    assert (entry.move, entry.on_hand, entry.free) == ("adjusted", 4, 4)
    assert pool.adjusts("cup", 4, adjustment="AD-1") == ()


def test_lost_units_are_taken_from_what_is_free(pool):
    pool.receives({"cup": 5})
    (entry,) = pool.adjusts("cup", -2)
    assert (entry.source, entry.target, entry.on_hand, entry.free) == ("free", "outside", 3, 3)


def test_promised_units_are_not_adjusted_away(pool):
    pool.receives({"cup": 5})
    pool.orders("o1", {"cup": 3})
    entry, refused = pool.adjusts("cup", -4, adjustment="AD-1")
    assert (entry.quantity, entry.on_hand, entry.free) == (2, 3, 0)
    assert (refused.change, refused.taken, refused.adjustment_id) == (-4, 2, "AD-1")
    assert "only 2 units were free" in refused.reason
    assert pool.at("cup").reserved == 3


def test_an_adjustment_that_was_refused_whole_is_refused_once(pool, told):
    refused = told.one(pool.adjusts("cup", -1, adjustment="AD-1"), AdjustmentRefused)
    assert refused.taken == 0
    pool.receives({"cup": 5})
    assert pool.adjusts("cup", -1, adjustment="AD-1") == ()


@pytest.mark.parametrize(
    ("disposition", "moves", "position"),
    [
        (Disposition.RESTOCK, [("restocked", 2)], (2, 2, 0, 0, 0, 0)),
        (Disposition.QUARANTINE, [("restocked", 2)], (2, 0, 0, 0, 0, 2)),
        (Disposition.SCRAP, [("restocked", 2), ("written_off", 2)], (0, 0, 0, 0, 0, 0)),
    ],
)
def test_returned_goods_go_where_they_were_graded(pool, told, disposition, moves, position):
    events = pool.takes_back({"cup": 2}, disposition)
    assert told.moves(events) == moves
    assert pool.at("cup") == position
    assert {(one.order_id, one.reference) for one in events} == {("o1", "Ro1-1/RR-1")}


def test_a_return_may_come_in_several_receipts_each_once(pool):
    for receipt in ("RR-1", "RR-2", "RR-1"):
        pool.takes_back({"cup": 1}, Disposition.RESTOCK, receipt=receipt)
    assert pool.at("cup").free == 2
