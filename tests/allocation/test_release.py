"""What becomes of canceled units."""

import pytest

from schemas.backorders import Backordered, BackorderReleased
from schemas.reservations import StockReleased
from schemas.stock import Allocated, Stage
from services.allocation.domain.progress import UnknownShipment
from services.allocation.domain.stock import Overdrawn


def test_units_of_a_shipment_come_back_from_it(pool, told):
    pool.receives({"cup": 5})
    pool.orders("o1", {"cup": 5})
    events = pool.cancels("o1", {"1": 2}, shipment="o1-1")
    (units,) = told.one(events, StockReleased).units
    assert (units.line_id, units.quantity, units.shipment_id) == ("1", 2, "o1-1")
    assert told.moves(events) == [("released", 2)]
    assert pool.at("cup")[:3] == (5, 2, 3)


def test_picked_units_come_back_after_those_still_on_the_shelf(pool, told):
    pool.receives({"cup": 5})
    pool.orders("o1", {"cup": 5})
    pool.reaches("o1-1", Stage.PICKED, {"1": 4})
    events = pool.cancels("o1", {"1": 3}, shipment="o1-1")
    assert told.moves(events) == [("released", 1), ("released", 2)]
    assert pool.at("cup")[:4] == (5, 3, 0, 2)


def test_packed_units_do_not_come_back(pool):
    pool.receives({"cup": 5})
    pool.orders("o1", {"cup": 5})
    pool.reaches("o1-1", Stage.PACKED, {"1": 5})
    with pytest.raises(Overdrawn, match="1 canceled units of line 1 not in o1-1"):
        pool.cancels("o1", {"1": 1}, shipment="o1-1")


def test_units_of_no_known_shipment_come_from_the_queue_first(pool, told):
    pool.receives({"cup": 3})
    pool.orders("o1", {"cup": 5})
    events = pool.cancels("o1", {"1": 2})
    assert told.units(told.one(events, BackorderReleased).lines) == {"1": 2}
    assert len(events) == 1
    assert pool.at("cup").reserved == 3


def test_then_from_the_latest_shipments(pool, told):
    pool.receives({"cup": 2}, "madrid")
    pool.receives({"cup": 2}, "lyon")
    pool.orders("o1", {"cup": 5})
    events = pool.cancels("o1", {"1": 4})
    assert told.units(told.one(events, BackorderReleased).lines) == {"1": 1}
    released = told.one(events, StockReleased).units
    assert [(one.shipment_id, one.quantity) for one in released] == [("o1-2", 2), ("o1-1", 1)]


def test_units_that_are_named_come_before_those_that_are_not(pool, told):
    pool.receives({"cup": 2}, "madrid")
    pool.receives({"cup": 2}, "lyon")
    pool.orders("o1", {"cup": 4})
    named, rest = pool.change("o1", {"1": 2}, shipment="o1-2"), pool.change("o1", {"1": 2})
    both = rest.model_copy(update={"canceled": (*rest.canceled, *named.canceled)})
    released = told.one(pool.do(both), StockReleased).units
    assert [(one.shipment_id, one.quantity) for one in released] == [("o1-2", 2), ("o1-1", 2)]


def test_a_change_is_accounted_for_once(pool):
    pool.receives({"cup": 3})
    pool.orders("o1", {"cup": 5})
    pool.cancels("o1", {"1": 3}, version=2)
    pool.cancels("o1", {"1": 1}, version=3)
    assert pool.cancels("o1", {"1": 3}, version=2) == ()
    assert pool.cancels("o1", {"1": 1}, version=3) == ()
    assert pool.at("cup").reserved == 1


def test_released_units_go_to_who_waits_in_the_same_decision(pool, told):
    pool.receives({"cup": 2})
    pool.orders("o1", {"cup": 2})
    pool.orders("o2", {"cup": 2})
    events = pool.cancels("o1", {"1": 2}, shipment="o1-1")
    assert told.one(events, Allocated).order_id == "o2"
    assert told.moves(events) == [("released", 2), ("reserved", 2)]


def test_who_leaves_the_queue_lets_those_behind_come_forward(pool, told):
    pool.orders("o1", {"cup": 5})
    pool.orders("o2", {"cup": 2})
    pool.receives({"cup": 3})
    allocated = told.one(pool.cancels("o1", {"1": 5}), Allocated)
    assert allocated.order_id == "o2"


def test_who_waits_for_less_may_be_served(pool, told):
    pool.orders("o1", {"cup": 5})
    pool.receives({"cup": 3})
    allocated = told.one(pool.cancels("o1", {"1": 2}), Allocated)
    assert told.shipments(allocated) == {"madrid": {"1": 3}}
    assert "queue" not in pool.table()


def test_an_order_may_be_canceled_whole(pool):
    pool.receives({"cup": 1, "pot": 1})
    pool.orders("o1", {"cup": 2, "pot": 1})
    pool.cancels("o1", {"1": 2, "2": 1})
    assert (pool.at("cup").free, pool.at("pot").free) == (1, 1)
    assert pool.orders("o1", {"cup": 2, "pot": 1}) == (), "a late repeat of the order"
    assert pool.stock.order("o1").open == ()


def test_units_canceled_before_their_order_came_are_left_out_of_it(pool, told):
    pool.receives({"cup": 5})
    (noted,) = pool.cancels("o1", {"1": 2})
    assert [(one.line_id, one.quantity, one.shipment_id) for one in noted.units] == [("1", 2, "")]
    assert pool.cancels("o1", {"1": 2}) == ()
    allocated = told.one(pool.orders("o1", {"cup": 3, "pot": 2}), Allocated)
    assert told.shipments(allocated) == {"madrid": {"1": 1}}
    assert told.units(told.one(pool.events, Backordered).lines) == {"2": 2}


def test_an_order_canceled_whole_before_it_came_takes_nothing(pool):
    pool.receives({"cup": 5})
    pool.cancels("o1", {"1": 2}, version=2)
    pool.cancels("o1", {"1": 1}, version=3)
    assert pool.orders("o1", {"cup": 3}) == ()
    assert pool.at("cup").free == 5


def test_units_that_are_nowhere_cannot_be_canceled(pool):
    pool.receives({"cup": 2})
    pool.orders("o1", {"cup": 2})
    with pytest.raises(Overdrawn, match="1 canceled units of line 1 not in the queue or any shipment"):
        pool.cancels("o1", {"1": 3})
    with pytest.raises(UnknownShipment):
        pool.cancels("o1", {"1": 1}, shipment="o1-2")
    with pytest.raises(UnknownShipment):
        pool.cancels("o9", {"1": 1}, shipment="o9-1")


def test_units_at_nobodys_work_are_taken_from_shipments_that_fulfillment_had_not_heard_of_in_their_order(pool, told):
    pool.receives({"cup": 2})
    pool.orders("o1", {"cup": 3})
    pool.receives({"cup": 1}, "lyon")  # the third follows in a shipment of its own
    events = pool.cancels("o1", {"1": 1}, after=0)
    assert told.one(events, StockReleased).units[0].shipment_id == "o1-1"
    assert [one.lines[0].reserved for one in pool.stock.order("o1").open] == [1, 1]


def test_units_that_fulfillment_knew_stay_at_work_and_those_that_wait_are_withdrawn_for_the_promise_to_come(pool, told):
    pool.receives({"cup": 1})
    pool.orders("o1", {"cup": 3})
    gone = told.one(pool.cancels("o1", {"1": 1}, after=1), BackorderReleased)
    assert (told.units(gone.lines), told.units(gone.withdrawn)) == ({"1": 1}, {"1": 1})
    anew = told.one(pool.receives({"cup": 1}), Allocated)
    assert (told.shipments(anew), told.units(anew.withdrawn)) == ({"madrid": {"1": 1}}, {"1": 1})
    assert pool.replayed().table() == pool.table()


def test_units_canceled_before_the_order_is_reserved_are_withdrawn(pool, told):
    pool.receives({"cup": 3})
    pool.cancels("o1", {"1": 1}, after=0)
    promise = told.one(pool.orders("o1", {"cup": 3}), Allocated)
    assert (told.shipments(promise), told.units(promise.withdrawn)) == ({"madrid": {"1": 2}}, {"1": 1})
