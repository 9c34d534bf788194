"""Buyers' watch: how long stock lasts at what is ordered of it, what to buy, and what nobody orders."""

from datetime import date, timedelta

import pytest

from cauce.money import Money
from schemas.alerts import PurchaseRequested, StockAlert
from schemas.buying import WINDOW_DAYS, Buying, CoverAlert, DemandCounted, SlowAlert, StockWatched
from schemas.inbound import AnswerPurchase, ExpectedUnits, ExpectStock, SupplierAnswer, SupplierWord
from schemas.reference import Stocking, TimeReached
from services.allocation.domain import watch
from services.allocation.domain.demand import recent
from services.allocation.domain.demand_rows import Demand

CUP = Stocking(id="cup", unit_value=Money(amount=200, currency="EUR"), low_below=5, order_up_to=12, category="china")
RULE = Buying(id="cup", cover_below_days=10, supplier="ACME", lead_days=5, review_days=7)
SLOW = Buying(id="*", slow_after_days=30, slow_from=1000, currency="EUR")


@pytest.fixture
def shop(told):
    return lambda *buying, stocking=(CUP,): told.pool(buying=buying, stocking=stocking)


def tick(pool, days=0):
    """The clock's next tick, so many days later."""
    pool.now += timedelta(days=days)
    return pool.do(TimeReached(reached_at=pool.now))


def sells(pool, units, days):
    """So many cups every day; all that was told."""
    told = []
    for _ in range(days):
        told += tick(pool, 1)
        told += pool.orders(f"o{next(pool.numbers)}", {"cup": units})
    return told


def covers(told, events):
    return [(event.alert.value, event.cover_days) for event in told.every(events, CoverAlert)]


def expects(pool, units, purchase="PO-1"):
    lines = (ExpectedUnits(sku="cup", quantity=units, due_on=date(2026, 5, 1)),)
    return pool.do(ExpectStock(pool=0, purchase_id=purchase, site="madrid", lines=lines))


def test_stock_that_lasts_too_short_is_told_once_until_it_is_enough_again(shop, told):
    pool = shop(RULE)
    pool.receives({"cup": 40})
    events = sells(pool, 2, 12)
    assert covers(told, events) == [("short", 9)]
    assert covers(told, pool.receives({"cup": 4})) == []  # not yet a quarter above
    assert covers(told, pool.receives({"cup": 20})) == [("enough", 20)]


def test_one_large_order_says_nothing_about_the_next(shop, told):
    pool = shop(RULE)
    pool.receives({"cup": 40})
    tick(pool)
    events = pool.orders("o1", {"cup": 39})
    assert not told.every(events, CoverAlert)
    assert not told.every(events, PurchaseRequested)


def test_a_purchase_covers_the_days_of_supplier_and_review_less_what_is_free(shop, told):
    pool = shop(RULE)
    pool.receives({"cup": 40})
    (asked,) = told.every(sells(pool, 2, 16), PurchaseRequested)
    assert (asked.supplier, asked.lead_days, asked.review_days) == ("ACME", 5, 7)
    assert asked.free * asked.demand_days < asked.demand * asked.lead_days
    assert asked.quantity == -(-asked.demand * 12 // asked.demand_days) - asked.free


def test_nothing_is_asked_for_while_a_purchase_is_open_and_again_once_it_was_not_enough(shop, told):
    pool = shop(RULE)
    pool.receives({"cup": 40})
    expects(pool, 3)
    assert not told.every(sells(pool, 2, 22), PurchaseRequested)
    said = (SupplierAnswer(sku="cup", word=SupplierWord.REFUSE),)
    pool.do(AnswerPurchase(pool=0, purchase_id="PO-1", site="madrid", answer_id="A-1", answers=said))
    asked = told.one(tick(pool, 1), PurchaseRequested)
    assert asked.waiting == 4


def test_a_purchase_that_nobody_placed_is_asked_for_again_when_it_should_have_come(shop, told):
    pool = shop(RULE)
    pool.receives({"cup": 40})
    days = [event.demand for event in told.every(sells(pool, 2, 22), PurchaseRequested)]
    assert len(days) == 2


def test_a_sku_bought_by_cover_is_not_bought_by_its_threshold_as_well(shop, told):
    pool = shop(RULE)
    pool.receives({"cup": 10})
    tick(pool)
    events = pool.orders("o1", {"cup": 7})
    assert told.every(events, StockAlert)
    assert not told.every(events, PurchaseRequested)


def test_a_canceled_order_is_no_demand(shop, told):
    pool = shop(RULE)
    pool.receives({"cup": 40})
    pool.orders("o1", {"cup": 50})
    counted = told.one(pool.cancels("o1", {"1": 50}), DemandCounted)
    assert [(one.ordered, one.canceled) for one in counted.skus] == [(50, 50)]
    assert recent(pool.table()["demand"]["cup"], pool.now.date().toordinal()).units == 0


def test_units_are_demanded_when_they_are_ordered_not_when_they_come(shop, told):
    pool = shop(RULE)
    assert told.one(pool.orders("o1", {"cup": 3}), DemandCounted).skus[0].ordered == 3
    assert not told.every(pool.receives({"cup": 3}), DemandCounted)


def test_what_was_ordered_leaves_the_window_with_its_day():
    row = Demand(seen=1, day=100, units=(4,) + (1,) * (WINDOW_DAYS - 1))
    assert recent(row, 100).units == 31
    assert recent(row, 101).units == 30
    assert recent(row, 100 + WINDOW_DAYS - 1).units == 4
    assert recent(row, 100 + WINDOW_DAYS).units == 0


def test_what_nobody_orders_is_slow_once_and_moves_with_the_next_order(shop, told):
    pool = shop(SLOW)
    pool.receives({"cup": 10})
    assert not told.every(tick(pool), SlowAlert)
    assert not told.every(tick(pool, 29), SlowAlert)
    slow = told.one(tick(pool, 1), SlowAlert)
    assert (slow.alert, slow.days, slow.worth) == ("slow", 30, Money(amount=2000, currency="EUR"))
    assert not told.every(tick(pool, 1), SlowAlert)
    assert told.one(pool.orders("o1", {"cup": 1}), SlowAlert).alert == "moving"
    assert told.one(tick(pool, 30), SlowAlert).since == pool.now.date() - timedelta(days=30)


def test_stock_of_little_worth_is_not_told_as_slow(shop, told):
    pool = shop(SLOW)
    pool.receives({"cup": 4})
    tick(pool)
    assert not told.every(tick(pool, 60), SlowAlert)
    assert told.one(pool.receives({"cup": 1}), SlowAlert)


def test_a_limit_is_that_of_the_sku_else_of_its_category_else_of_all_others(shop, told):
    quick = Buying(id="category:china", slow_after_days=10)
    pool = shop(quick, SLOW)
    pool.receives({"cup": 10, "pot": 1})
    tick(pool)
    assert [event.sku for event in told.every(tick(pool, 10), SlowAlert)] == ["cup"]
    assert [event.sku for event in told.every(tick(pool, 20), SlowAlert)] == ["pot"]


def test_a_day_is_looked_through_once_so_many_skus_a_tick(shop, told, monkeypatch):
    monkeypatch.setattr(watch, "SKUS_A_TICK", 1)
    pool = shop(SLOW)
    pool.receives({"cup": 10, "pot": 1})
    looks = [told.every(tick(pool), StockWatched) for _ in range(4)]
    assert [[(one.through, one.done, one.found) for one in look] for look in looks] == [
        [("cup", False, ("cup",))],
        [("pot", False, ("pot",))],
        [("pot", True, ())],
        [],
    ]
    assert told.one(tick(pool, 1), StockWatched).through == "cup"


def test_a_late_record_counts_on_the_day_that_has_begun(shop, told):
    pool = shop(RULE)
    pool.receives({"cup": 9})
    pool.orders("o1", {"cup": 1})
    pool.now -= timedelta(days=3)
    counted = told.one(pool.orders("o2", {"cup": 1}), DemandCounted)
    assert (counted.on, counted.skus[0].ordered) == (date(2026, 3, 2), 2)


def test_the_watch_is_the_fold_of_what_was_told(shop):
    pool = shop(RULE, SLOW)
    pool.receives({"cup": 40, "pot": 9})
    sells(pool, 2, 22)
    tick(pool, 40)
    pool.receives({"cup": 5})
    assert pool.replayed().table() == pool.table()


def test_a_pool_without_buyers_counts_nothing(told):
    pool = told.pool(stocking=(CUP,))
    pool.receives({"cup": 40})
    pool.orders("o1", {"cup": 3})
    assert {"demand", "watched"}.isdisjoint(pool.table())


def test_what_buyers_cannot_mean_is_refused_in_words():
    for wrong, said in (
        ({"id": "cup"}, "found none of them"),
        ({"id": "category:", "lead_days": 1}, "expected a sku"),
        ({"id": "cup", "review_days": 3, "cover_below_days": 2}, "expected lead_days"),
        ({"id": "cup", "slow_from": 3, "slow_after_days": 2}, "a currency"),
    ):
        with pytest.raises(ValueError, match=said):
            Buying(**wrong)


def test_units_of_a_receipt_end_what_is_slow_only_by_an_order(shop, told):
    pool = shop(SLOW)
    pool.receives({"cup": 10})
    tick(pool)
    tick(pool, 30)
    assert not told.every(pool.receives({"cup": 10}), SlowAlert)
    assert told.one(pool.adjusts("cup", -20), SlowAlert).on_hand == 0
