"""Sites that are closed: nothing is promised from there, what is comes back, and who waits is served when they open."""

from datetime import UTC, datetime

import pytest

from schemas.backorders import Backordered
from schemas.closures import CloseSite, OpenSite, SiteClosing, SiteOpened, UnitsRecalled
from schemas.failures import Failing, ResourceUnits
from schemas.policies import By, Criterion, Rule, SourcingPolicy
from schemas.reference import TimeReached
from schemas.stock import Allocated, DemandLine, Stage


@pytest.fixture
def closes(pool):
    def closes(site="madrid", name="C1", **days):
        return pool.do(CloseSite(pool=0, closure_id=name, site=site, reason="flood", **days))

    return closes


def opens(pool, site="madrid", name="O1"):
    return pool.do(OpenSite(pool=0, opening_id=name, site=site))


def tick(pool, day):
    return pool.do(TimeReached(reached_at=datetime(2026, 3, day, 6, tzinfo=UTC)))


def test_a_closed_site_sends_nothing_and_the_decision_says_why(pool, told, closes):
    pool.receives({"cup": 5})
    pool.receives({"cup": 5}, "lyon")
    told.one(closes(ends_on="2026-03-08"), SiteClosing)
    promise = told.one(pool.orders("o1", {"cup": 2}), Allocated)
    assert told.shipments(promise) == {"lyon": {"1": 2}}
    assert [(one.site, one.excluded) for one in promise.explanation.candidates] == [
        ("madrid", "it is closed until 2026-03-08: flood"),
        ("lyon", ""),
        ("berlin", ""),
    ]


def test_so_it_does_under_a_policy(told):
    rules = (Rule(name="all", criteria=(Criterion(by=By.DISTANCE),)),)
    pool = told.pool(policy=SourcingPolicy(name="any", currency="EUR", rules=rules))
    pool.receives({"cup": 5})
    pool.receives({"cup": 5}, "lyon")
    pool.do(CloseSite(pool=0, closure_id="C1", site="madrid", reason="flood"))
    promise = told.one(pool.orders("o1", {"cup": 2}), Allocated)
    assert told.shipments(promise) == {"lyon": {"1": 2}}
    assert promise.explanation.candidates[0].excluded == "it is closed: flood"


def test_what_is_promised_and_not_packed_is_called_back_once(pool, told, closes):
    pool.receives({"cup": 9})
    for number in (1, 2, 3):
        pool.orders(f"o{number}", {"cup": 2})
    pool.reaches("o2-1", Stage.PICKED, {"1": 2})
    pool.reaches("o3-1", Stage.PACKED, {"1": 2})
    recalled = told.every(closes(), UnitsRecalled)
    assert [(one.shipment_id, told.units(one.lines), one.failing) for one in recalled] == [
        ("o1-1", {"1": 2}, Failing.CLOSED),
        ("o2-1", {"1": 2}, Failing.CLOSED),
    ]
    assert closes() == ()
    assert pool.replayed().table() == pool.table()


def test_what_came_back_is_sent_by_another_site_and_stays_free_at_the_closed_one(pool, told, closes):
    pool.receives({"cup": 3})
    pool.receives({"cup": 3}, "lyon")
    order = pool.order("o1", {"cup": 2})
    pool.do(order)
    (recall,) = told.every(closes(), UnitsRecalled)
    events = pool.do(
        ResourceUnits(
            pool=0,
            order_id="o1",
            order_number=order.order_number,
            shipment_id=recall.shipment_id,
            failure_id=recall.recall_id,
            failing=recall.failing,
            site=recall.site,
            lines=(DemandLine(line_id="1", sku="cup", quantity=2),),
            customer=order.customer,
            destination=order.destination,
            ship_option=order.ship_option,
            deliver_by=order.deliver_by,
        )
    )
    promise = told.one(events, Allocated)
    assert (told.shipments(promise), promise.explanation.candidates[0].excluded) == (
        {"lyon": {"1": 2}},
        "it is closed: flood",
    )
    assert (pool.at("cup").free, pool.at("cup").reserved) == (3, 0)


def test_who_waits_is_served_when_the_site_opens(pool, told, closes):
    pool.receives({"cup": 3})
    closes()
    told.one(pool.orders("o1", {"cup": 2}), Backordered)
    events = opens(pool)
    assert told.one(events, SiteOpened).closure_id == "C1"
    assert told.shipments(told.one(events, Allocated)) == {"madrid": {"1": 2}}
    assert opens(pool, name="O2") == ()
    assert pool.replayed().table() == pool.table()


def test_a_closure_begins_and_ends_with_its_days(pool, told, closes):
    pool.receives({"cup": 9})
    assert not told.one(closes(begins_on="2026-03-05", ends_on="2026-03-06"), SiteClosing).closed
    told.one(pool.orders("o1", {"cup": 1}), Allocated)
    assert tick(pool, 4) == ()
    begins = tick(pool, 5)
    assert told.one(begins, SiteClosing).closed
    assert [one.shipment_id for one in told.every(begins, UnitsRecalled)] == ["o1-1"]
    told.one(pool.orders("o2", {"cup": 1}), Backordered)
    assert tick(pool, 6) == ()
    assert told.one(tick(pool, 7), Allocated).order_id == "o2"
    assert pool.replayed().table() == pool.table()


def test_a_closure_that_was_over_before_a_tick_came_only_ends(pool, closes):
    closes(begins_on="2026-03-05", ends_on="2026-03-06")
    (ended,) = tick(pool, 9)
    assert isinstance(ended, SiteOpened)


def test_closing_again_takes_the_place_of_the_closure_before(pool, told, closes):
    closes(ends_on="2026-03-06")
    closes(name="C2", ends_on="2026-03-09")
    assert tick(pool, 8) == ()
    assert told.one(tick(pool, 10), SiteOpened).closure_id == "C2"
