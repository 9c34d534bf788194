"""Counts: the counter is told no figure, the book is that of the opening, and what costs much waits for a person."""

import pytest

from cauce.money import Money
from schemas.counts import (
    CountApproved,
    CountedUnits,
    CountOpened,
    CountRefused,
    CountReported,
    DecideCount,
    OpenCount,
    ReportCount,
)
from schemas.desk import RequestRefused
from schemas.reference import Stocking
from schemas.stock import Allocated, StockMoved

LITTLE = Money(amount=500, currency="EUR")  # a cup is worth 2.00 EUR, of a pot nothing is known


class Counter:
    """The counter of Madrid and the one who approves."""

    def __init__(self, pool):
        self.pool = pool

    def opens(self, *skus, limit=None, count="C-1"):
        command = OpenCount(pool=0, count_id=count, site="madrid", skus=skus, approve_above=limit)
        return self.pool.do(command)

    def reports(self, report="R-1", count="C-1", **units):
        lines = tuple(CountedUnits(sku=sku, counted=counted) for sku, counted in units.items())
        return self.pool.do(ReportCount(pool=0, report_id=report, count_id=count, site="madrid", lines=lines))

    def decides(self, *, approved, decision="D-1"):
        command = DecideCount(pool=0, decision_id=decision, count_id="C-1", site="madrid", approved=approved)
        return self.pool.do(command)


@pytest.fixture
def pool(told):
    return told.pool(stocking=(Stocking(id="cup", unit_value=Money(amount=200, currency="EUR")),))


@pytest.fixture
def counter(pool):
    pool.receives({"cup": 10, "pot": 4})
    return Counter(pool)


def test_the_counter_is_told_what_to_count_and_not_how_many_there_should_be(counter, told):
    opened = told.one(counter.opens("cup", "pot", "cup"), CountOpened)
    assert opened.skus == ("cup", "pot")
    assert "10" not in opened.to_bytes().decode()


def test_a_difference_is_adjusted_at_once_where_nobody_set_a_limit(counter, pool, told):
    counter.opens("cup", "pot")
    events = counter.reports(cup=8, pot=5)
    reported = told.one(events, CountReported)
    assert [(line.sku, line.book, line.counted) for line in reported.lines] == [("cup", 10, 8), ("pot", 4, 5)]
    assert told.moves(events) == [("counted", 2), ("counted", 1)]
    assert {moved.reference for moved in told.every(events, StockMoved)} == {"C-1"}
    assert (pool.at("cup").on_hand, pool.at("pot").on_hand) == (8, 5)


def test_what_moves_after_the_opening_is_no_difference(counter, pool, told):
    counter.opens("cup")
    pool.orders("o1", {"cup": 3})
    pool.receives({"cup": 20})
    assert told.moves(counter.reports(cup=10)) == []
    assert pool.at("cup").on_hand == 30


def test_promised_units_are_on_the_shelf_until_they_are_picked(counter, pool, told):
    pool.orders("o1", {"cup": 3})
    counter.opens("cup")
    assert told.one(counter.reports(cup=10), CountReported).lines[0].book == 10


@pytest.mark.parametrize(("counted", "waits"), [(8, False), (7, True), (13, True)])
def test_a_difference_worth_more_than_the_limit_waits_for_a_person(counter, pool, told, counted, waits):
    counter.opens("cup", limit=LITTLE)
    reported = told.one(counter.reports(cup=counted)[:1], CountReported)
    assert reported.waits is waits
    assert reported.lines[0].unit_value == Money(amount=200, currency="EUR")
    assert pool.at("cup").on_hand == (10 if waits else counted)


def test_losses_and_finds_do_not_cancel_each_other_out(counter, told):
    counter.opens("cup", "pot", limit=LITTLE)
    assert told.one(counter.reports(cup=10, pot=3), CountReported).waits, "nobody knows what a pot is worth"


def test_an_approved_difference_is_taken_into_the_book(counter, pool, told):
    counter.opens("cup", limit=LITTLE)
    counter.reports(cup=2)
    events = counter.decides(approved=True)
    assert told.one(events[:1], CountApproved).count_id == "C-1"
    assert pool.at("cup").on_hand == 2
    assert counter.decides(approved=True) == ()


def test_a_refused_difference_leaves_the_book_as_it_is(counter, pool, told):
    counter.opens("cup", limit=LITTLE)
    counter.reports(cup=2)
    assert told.one(counter.decides(approved=False), CountRefused)
    assert pool.at("cup").on_hand == 10
    assert told.one(counter.decides(approved=True, decision="D-2"), RequestRefused).code == "no_such_wait"


def test_units_that_a_count_finds_go_to_those_who_wait(counter, pool, told):
    pool.orders("o1", {"cup": 12})
    pool.adjusts("pot", 1)
    assert pool.stock.waiting("o1")
    counter.opens("cup")
    found = told.one(counter.reports(cup=12), Allocated)
    assert found.explanation.trigger == "stock.report-count.v1/madrid/R-1"


@pytest.mark.parametrize(
    ("report", "code"),
    [
        ({"count": "C-9", "cup": 1}, "unknown_count"),
        ({"cup": 1}, "other_skus"),
        ({"cup": 1, "pot": 1, "lid": 1}, "other_skus"),
    ],
)
def test_a_report_that_does_not_fit_is_refused_once_and_may_be_mended(counter, told, report, code):
    counter.opens("cup", "pot")
    assert told.one(counter.reports(**report), RequestRefused).code == code
    assert counter.reports(**report) == ()
    assert told.one(counter.reports("R-2", cup=10, pot=4), CountReported)


def test_a_count_is_reported_once(counter, told):
    counter.opens("cup")
    counter.reports(cup=10)
    assert told.one(counter.reports("R-2", cup=3), RequestRefused).code == "count_reported"
    assert counter.opens("cup") == ()
