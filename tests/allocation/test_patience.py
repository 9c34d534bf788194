"""Before whom an order waits, and until when."""

from datetime import date, timedelta

import pytest

from schemas.backorders import Backordered, BackorderLapsed, BackorderReleased
from schemas.inbound import AnswerPurchase, BackorderExpected, ExpectedUnits, ExpectStock, SupplierAnswer, SupplierWord
from schemas.orders import ShipOption
from schemas.policies import By, Criterion, Rule, SourcingPolicy, When
from schemas.reference import TimeReached
from schemas.sourcing import OrderTerms
from schemas.stock import Allocated

NEAR = (Criterion(by=By.DISTANCE),)
EXPRESS = When(priorities=(ShipOption.EXPRESS,))


@pytest.fixture
def under(told):
    def under(*rules):
        return told.pool(policy=SourcingPolicy(name="test", currency="EUR", rules=rules))

    return under


def until(order, day):
    terms = OrderTerms(channel="web", currency="EUR", cancel_after=day)
    return order.model_copy(update={"terms": terms})


def tick(pool, days):
    return pool.do(TimeReached(reached_at=pool.now + timedelta(days=days)))


def test_who_waits_with_priority_is_served_before_whoever_came_first(under, told):
    urgent = Rule(name="express", criteria=NEAR, when=EXPRESS, backorder_priority=5)
    pool = under(urgent, Rule(name="all", criteria=NEAR))
    for name, option in (("o1", "standard"), ("o2", "express"), ("o3", "express"), ("o4", "standard")):
        order = pool.order(name, {"cup": 1}).model_copy(update={"ship_option": ShipOption(option)})
        waits = told.one(pool.do(order), Backordered)
        assert waits.priority == (5 if option == "express" else None)
    served = [told.one(pool.receives({"cup": 1}), Allocated).order_id for _ in range(4)]
    assert served == ["o2", "o3", "o1", "o4"]


def test_an_order_past_its_own_last_day_waits_no_more_and_says_so_once(pool, told):
    waits = told.one(pool.do(until(pool.order("o1", {"cup": 2}), "2026-03-05")), Backordered)
    assert waits.cancel_on == "2026-03-06"
    assert tick(pool, 3) == ()
    lapsed = told.one(tick(pool, 4), BackorderLapsed)
    assert (lapsed.order_id, lapsed.lapse, told.units(lapsed.lines)) == ("o1", 1, {"1": 2})
    assert tick(pool, 4) == tick(pool, 5) == ()


def test_a_rule_says_after_how_many_days_waiting_ends(under, told):
    pool = under(Rule(name="all", criteria=NEAR, auto_cancel_days=10))
    assert told.one(pool.orders("o1", {"cup": 2}), Backordered).cancel_on == "2026-03-12"
    both = until(pool.order("o2", {"cup": 1}), "2026-03-04")
    assert told.one(pool.do(both), Backordered).cancel_on == "2026-03-05", "the earlier of the two"
    assert [event.order_id for event in tick(pool, 10)] == ["o2", "o1"]


def test_what_lapsed_is_promised_to_nobody_and_lets_those_behind_it_forward(pool, told):
    pool.do(until(pool.order("o1", {"cup": 3}), "2026-03-05"))
    pool.orders("o2", {"cup": 1})
    pool.receives({"cup": 2})
    events = tick(pool, 4)
    assert told.one(events, Allocated).order_id == "o2"
    assert told.moves(pool.receives({"cup": 9})) == [("received", 9)]


def test_the_cancellation_of_what_lapsed_takes_it_out_of_the_order(pool, told):
    pool.receives({"cup": 1})
    pool.do(until(pool.order("o1", [("cup", 1), ("pot", 2)]), "2026-03-05"))
    tick(pool, 4)
    events = pool.cancels("o1", {"2": 2})
    assert told.units(told.one(events, BackorderReleased).lines) == {"2": 2}
    assert pool.stock.waiting("o1") is None
    assert pool.table().get("lapses", {}) == {}
    assert pool.replayed().table() == pool.table()


def test_what_is_served_in_time_never_lapses(pool):
    pool.do(until(pool.order("o1", {"cup": 1}), "2026-03-05"))
    pool.receives({"cup": 1})
    assert tick(pool, 9) == ()
    assert pool.table().get("lapses", {}) == {}


def test_customers_are_told_the_day_with_a_number_of_its_own_each_time_it_moves(pool, told):
    pool.orders("o1", {"cup": 2})
    bought = (ExpectedUnits(sku="cup", quantity=2, due_on=date(2026, 3, 10)),)
    later = (SupplierAnswer(sku="cup", word=SupplierWord.DATE, due_on=date(2026, 3, 14)),)
    about = {"pool": 0, "purchase_id": "P1", "site": "madrid"}
    first = told.one(pool.do(ExpectStock(**about, lines=bought)), BackorderExpected)
    again = told.one(pool.do(AnswerPurchase(**about, answer_id="A1", answers=later)), BackorderExpected)
    assert [(one.telling, one.customer.person_id, one.order_number) for one in (first, again)] == [
        (1, "p7w2", "web-o1"),
        (2, "p7w2", "web-o1"),
    ]
