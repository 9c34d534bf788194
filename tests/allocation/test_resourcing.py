"""Units that a site does not send: what becomes of its stock, who sends them then, and who waits."""

import pytest

from schemas.failures import Failing, ResourceUnits, SourceFailed
from schemas.stock import Allocated, Backordered, Stage


@pytest.fixture
def fails(pool):
    def fails(shipment, units, failing=Failing.SHORT, *, site="madrid", name="F1"):
        order = pool.order(shipment.rpartition("-")[0], {"cup": 1})
        return pool.do(
            ResourceUnits(
                pool=0,
                order_id=order.order_id,
                order_number=order.order_number,
                shipment_id=shipment,
                failure_id=name,
                failing=failing,
                site=site,
                lines=pool.advance(shipment, Stage.PICKED, units).lines,
                customer=order.customer,
                destination=order.destination,
                ship_option=order.ship_option,
                deliver_by=order.deliver_by,
            )
        )

    return fails


def test_what_is_not_on_its_shelf_comes_from_the_next_site_and_leaves_none_there(pool, told, fails):
    pool.receives({"cup": 5})
    pool.receives({"cup": 5}, "lyon")
    pool.orders("o1", {"cup": 3})
    events = fails("o1-1", {"1": 2})
    anew = told.one(events, Allocated)
    assert (told.shipments(anew), anew.decision, anew.resourced) == ({"lyon": {"1": 2}}, 2, True)
    assert anew.explanation.candidates[0].excluded == "it failed this line: short"
    assert (pool.at("cup").free, pool.at("cup").reserved, pool.at("cup").on_hand) == (0, 1, 1)
    assert pool.replayed().table() == pool.table()


def test_what_is_broken_is_set_aside(pool, told, fails):
    pool.receives({"cup": 5})
    pool.orders("o1", {"cup": 3})
    pool.reaches("o1-1", Stage.PICKED, {"1": 3})
    waits = told.one(fails("o1-1", {"1": 1}, Failing.DAMAGED), Backordered)
    assert (told.units(waits.lines), waits.resourced) == ({"1": 1}, True)
    assert (pool.at("cup").quarantined, pool.at("cup").picked, pool.at("cup").free) == (1, 2, 2)


def test_a_site_that_rejects_keeps_its_stock_and_serves_who_waited(pool, told, fails):
    pool.receives({"cup": 2})
    pool.orders("o1", {"cup": 2})
    pool.orders("o2", {"cup": 1})
    events = fails("o1-1", {"1": 2}, Failing.REJECTED)
    assert told.one(events, Allocated).order_id == "o2"
    assert told.one(events, Backordered).order_id == "o1"


def test_every_site_is_asked_once_for_a_line_and_then_it_waits(pool, told, fails):
    for site in ("madrid", "lyon"):
        pool.receives({"cup": 4}, site)
    pool.orders("o1", {"cup": 1})
    assert told.shipments(told.one(fails("o1-1", {"1": 1}, Failing.REJECTED), Allocated)) == {"lyon": {"1": 1}}
    events = fails("o1-2", {"1": 1}, Failing.REJECTED, site="lyon", name="F2")
    assert told.every(events, Allocated) == []
    assert told.units(told.one(events, Backordered).lines) == {"1": 1}


def test_a_failure_is_decided_on_once(pool, fails):
    pool.receives({"cup": 3})
    pool.orders("o1", {"cup": 3})
    fails("o1-1", {"1": 1})
    assert fails("o1-1", {"1": 1}) == ()


def test_units_that_were_canceled_before_are_promised_to_nobody(pool, told, fails):
    pool.receives({"cup": 3})
    pool.receives({"cup": 3}, "lyon")
    pool.orders("o1", {"cup": 3})
    pool.cancels("o1", {"1": 3})
    events = fails("o1-1", {"1": 2})
    assert told.one(events, SourceFailed).lines == ()
    assert told.moves(events) == []


def test_what_fails_of_an_order_that_waits_joins_its_turn(pool, told, fails):
    pool.receives({"cup": 1})
    first = told.one(pool.orders("o1", [("cup", 1), ("pot", 1)]), Backordered)
    pool.orders("o2", {"cup": 1})
    again = told.one(fails("o1-1", {"1": 1}), Backordered)
    assert again.queue_number == first.queue_number
    assert told.one(pool.receives({"cup": 1}), Allocated).order_id == "o1"
    assert told.one(pool.receives({"pot": 1}), Allocated).order_id == "o1"
    assert pool.stock.waiting("o1") is None
    assert pool.replayed().table() == pool.table()
