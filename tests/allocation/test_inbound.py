"""Supply on its way: purchases, suppliers' answers, receipts, and the day told to those who wait."""

from datetime import date

import pytest

from schemas.backorders import Backordered
from schemas.desk import RequestRefused
from schemas.inbound import (
    AnswerPurchase,
    BackorderExpected,
    ExpectedUnits,
    ExpectStock,
    InboundChanged,
    ReceivePurchase,
    SupplierAnswer,
    SupplierWord,
)
from schemas.stock import Allocated, SkuQuantity

MONDAY, FRIDAY = date(2026, 3, 9), date(2026, 3, 13)


class Buyer:
    """The buyer of Madrid and the supplier."""

    def __init__(self, pool):
        self.pool = pool

    def expects(self, units, on=MONDAY, purchase="PO-1"):
        lines = tuple(ExpectedUnits(sku=sku, quantity=quantity, due_on=on) for sku, quantity in units.items())
        return self.pool.do(ExpectStock(pool=0, purchase_id=purchase, site="madrid", lines=lines))

    def hears(self, word, answer="A-1", sku="cup", **more):
        said = SupplierAnswer(sku=sku, word=word, **more)
        command = AnswerPurchase(pool=0, answer_id=answer, purchase_id="PO-1", site="madrid", answers=(said,))
        return self.pool.do(command)

    def receives(self, units, receipt="GR-1", purchase="PO-1"):
        lines = tuple(SkuQuantity(sku=sku, quantity=quantity) for sku, quantity in units.items())
        command = ReceivePurchase(pool=0, receipt_id=receipt, purchase_id=purchase, site="madrid", lines=lines)
        return self.pool.do(command)


@pytest.fixture
def buyer(pool):
    return Buyer(pool)


def days(events):
    """Days by order and line."""
    told = [event for event in events if isinstance(event, BackorderExpected)]
    return {(event.order_id, line.line_id): line.expected_on for event in told for line in event.lines}


def still(events):
    (changed,) = (event for event in events if isinstance(event, InboundChanged))
    return [(line.sku, line.quantity, line.due_on) for line in changed.lines]


def test_a_preorder_is_told_the_day_on_which_its_supply_is_due(buyer, pool, told):
    buyer.expects({"cup": 5})
    events = pool.orders("o1", {"cup": 2})
    assert [type(event) for event in told.every(events, Backordered)]
    assert days(events) == {("o1", "1"): MONDAY}


def test_who_waits_is_told_once_supply_is_ordered(buyer, pool):
    pool.orders("o1", {"cup": 2})
    assert days(buyer.expects({"cup": 5})) == {("o1", "1"): MONDAY}


def test_without_supply_on_its_way_nothing_is_told(pool):
    assert days(pool.orders("o1", {"cup": 2})) == {}


def test_each_turn_has_the_day_on_which_supply_reaches_it(buyer, pool):
    buyer.expects({"cup": 3})
    buyer.expects({"cup": 4}, on=FRIDAY, purchase="PO-2")
    told = [days(pool.orders(order, {"cup": 2})) for order in ("o1", "o2", "o3", "o4")]
    assert told == [{("o1", "1"): MONDAY}, {("o2", "1"): FRIDAY}, {("o3", "1"): FRIDAY}, {}]


def test_free_units_that_are_too_few_for_who_waits_are_not_counted_on(buyer, pool):
    pool.receives({"cup": 3})
    pool.orders("o1", {"cup": 3}, to="berlin")
    pool.orders("o2", {"cup": 2})
    buyer.expects({"cup": 1})
    assert days(pool.receives({"cup": 1})) == {}
    assert days(pool.orders("o3", {"cup": 1})) == {}


@pytest.mark.parametrize(
    ("word", "more", "left_and_told"),
    [
        (SupplierWord.ACCEPT, {}, (("cup", 5, MONDAY), {})),
        (SupplierWord.DATE, {"due_on": FRIDAY}, (("cup", 5, FRIDAY), {("o1", "1"): FRIDAY, ("o2", "1"): FRIDAY})),
        (SupplierWord.PART, {"quantity": 3}, (("cup", 3, MONDAY), {("o2", "1"): None})),
        (SupplierWord.REFUSE, {}, (("cup", 0, MONDAY), {("o1", "1"): None, ("o2", "1"): None})),
    ],
)
def test_a_supplier_s_answer_moves_the_days_of_those_who_wait(buyer, word, more, left_and_told):
    buyer.expects({"cup": 5})
    buyer.pool.orders("o1", {"cup": 3})
    buyer.pool.orders("o2", {"cup": 2})
    events = buyer.hears(word, **more)
    left, told = left_and_told
    assert still(events) == [left]
    assert days(events) == told
    assert buyer.hears(word, **more) == ()


def test_goods_that_come_go_to_who_waits_and_the_next_is_told_if_his_day_changes(buyer, pool, told):
    buyer.expects({"cup": 5})
    for order in ("o1", "o2"):
        pool.orders(order, {"cup": 2})
    events = buyer.receives({"cup": 3})
    assert told.one(events, Allocated).order_id == "o1"
    assert still(events) == [("cup", 2, MONDAY)]
    assert days(events) == {}
    assert [one.order_id for one in told.every(buyer.receives({"cup": 2}, "GR-2"), Allocated)] == ["o2"]
    assert pool.table().get("arrivals") is None
    assert pool.table().get("expected") is None


def test_a_receipt_s_name_is_one_receipt_whoever_sends_it(buyer, pool):
    buyer.expects({"cup": 5})
    buyer.receives({"cup": 3})
    assert buyer.receives({"cup": 3}) == ()
    assert pool.receives({"cup": 3}, receipt="GR-1") == ()
    assert pool.at("cup").on_hand == 3


def test_goods_of_an_unknown_purchase_are_taken_in_and_told(buyer, pool, told):
    assert told.one(buyer.receives({"cup": 3}), RequestRefused).code == "unknown_purchase"
    assert pool.at("cup").free == 3


def test_an_answer_about_something_else_is_refused(buyer, told):
    assert told.one(buyer.hears(SupplierWord.ACCEPT), RequestRefused).code == "unknown_purchase"
    buyer.expects({"cup": 5})
    assert told.one(buyer.hears(SupplierWord.ACCEPT, "A-2", sku="pot"), RequestRefused).code == "unknown_purchase"
    assert buyer.expects({"cup": 9}) == ()


def test_a_canceled_turn_brings_the_next_forward(buyer, pool):
    buyer.expects({"cup": 2})
    pool.orders("o1", {"cup": 2})
    assert days(pool.orders("o2", {"cup": 2})) == {}
    assert days(pool.cancels("o1", {"1": 2})) == {("o2", "1"): MONDAY}
