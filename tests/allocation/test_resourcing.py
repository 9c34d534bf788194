"""Units that a site does not send: what becomes of its stock, who sends them then, and who waits."""

import pytest

from schemas.backorders import Backordered
from schemas.failures import Failing, ResourceUnits, SourceFailed
from schemas.stock import Allocated, DemandLine, Stage


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
                lines=tuple(DemandLine(line_id=line, sku="cup", quantity=count) for line, count in units.items()),
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
    failed = told.one(events, SourceFailed)
    assert (failed.lines, told.units(failed.canceled)) == ((), {"1": 2})
    assert told.moves(events) == [("adjusted", 3)]
    assert pool.replayed().table() == pool.table()


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


@pytest.mark.parametrize("failure_first", [True, False])
@pytest.mark.parametrize("failing", list(Failing))
def test_a_cancellation_of_failed_units_comes_to_the_same_before_the_failure_and_after(
    pool, fails, failing, failure_first
):
    pool.receives({"cup": 3}, "lyon")
    pool.receives({"cup": 3})
    pool.orders("o1", {"cup": 5})  # three from one site and two from the other
    first, second = pool.stock.order("o1").open
    steps = [
        lambda: fails(f"o1-{first.number}", {"1": 2}, failing, site=first.site),
        lambda: pool.cancels("o1", {"1": 2}, shipment=f"o1-{first.number}", failed=2, after=2),
    ]
    for step in steps if failure_first else reversed(steps):
        step()
    order, failures = pool.stock.order("o1"), pool.stock.failures("o1")
    left = {one.site: sum(line.reserved for line in one.lines) for one in order.open}
    assert left == {first.site: first.lines[0].reserved - 2, second.site: second.lines[0].reserved}
    assert (failures.units, failures.early) == ({f"o1-{first.number}/1": 2}, {})
    assert pool.stock.waiting("o1") is None
    assert pool.replayed().table() == pool.table()


def test_units_that_failed_and_were_promised_anew_are_canceled_where_they_are_now(pool, fails):
    pool.receives({"cup": 3})
    pool.receives({"cup": 3}, "lyon")
    pool.orders("o1", {"cup": 3})
    fails("o1-1", {"1": 3}, Failing.DAMAGED)
    pool.cancels("o1", {"1": 3}, shipment="o1-1", failed=3, after=1)
    assert pool.stock.order("o1").open == ()
    assert (pool.at("cup", "lyon").free, pool.at("cup").quarantined) == (3, 3)


def test_a_cancellation_from_before_the_work_is_taken_from_the_work_that_failed_and_not_from_the_promise_after(
    pool, fails
):
    pool.receives({"cup": 3})
    pool.receives({"cup": 3}, "lyon")
    pool.orders("o1", {"cup": 3})
    fails("o1-1", {"1": 1})  # two units had been canceled before its work began
    pool.cancels("o1", {"1": 2}, after=0)
    (left,) = pool.stock.order("o1").open
    assert (left.site, left.lines[0].reserved) == ("lyon", 1)
    assert pool.replayed().table() == pool.table()


def test_an_order_that_waits_for_more_of_what_failed_keeps_all_its_units(pool, told, fails):
    pool.receives({"cup": 2})
    pool.orders("o1", {"cup": 3})
    fails("o1-1", {"1": 2}, Failing.REJECTED)
    assert told.units(pool.stock.waiting("o1").lines) == {"1": 3}
    served = told.one(pool.receives({"cup": 1}), Allocated)
    assert told.units(one for shipment in served.shipments for one in shipment.lines) == {"1": 3}
    assert pool.replayed().table() == pool.table()
