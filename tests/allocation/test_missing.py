"""A count finds fewer units than orders were promised: the last in are called back, and the book comes to the shelf."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.closures import UnitsRecalled
from schemas.counts import CountedUnits, CountShort, OpenCount, ReportCount
from schemas.failures import Failing, ResourceUnits
from schemas.policies import By, Criterion, Rule, SourcingPolicy, When
from schemas.sourcing import OrderTerms
from schemas.stock import Allocated, DemandLine, Stage

NEAREST = (Criterion(by=By.DISTANCE),)
RULES = (
    Rule(name="urgent", when=When(channels=("shop",)), criteria=NEAREST, backorder_priority=5),
    Rule(name="others", criteria=NEAREST),
)


def counts(pool, name="C-1", **units):
    """A count of Madrid's shelves, opened and reported at once."""
    pool.do(OpenCount(pool=0, count_id=name, site="madrid", skus=tuple(units)))
    lines = tuple(CountedUnits(sku=sku, counted=counted) for sku, counted in units.items())
    return pool.do(ReportCount(pool=0, report_id=name, count_id=name, site="madrid", lines=lines))


def places(pool, order_id, units, *, days=0, **said):
    """An order that is to be delivered so many days later than others."""
    order = pool.order(order_id, units)
    return pool.do(order.model_copy(update={"deliver_by": order.deliver_by + timedelta(days=days), **said}))


def comes_back(pool, recall, sku="cup"):
    """Fulfillment stopped the work on what was called back."""
    order = pool.order(recall.order_id, {sku: 1})
    return pool.do(
        ResourceUnits(
            pool=0,
            order_id=recall.order_id,
            order_number=order.order_number,
            shipment_id=recall.shipment_id,
            failure_id=recall.recall_id,
            failing=recall.failing,
            site=recall.site,
            lines=tuple(DemandLine(line_id=one.line_id, sku=sku, quantity=one.quantity) for one in recall.lines),
            customer=order.customer,
            destination=order.destination,
            ship_option=order.ship_option,
            deliver_by=order.deliver_by,
        )
    )


def recalls(told, events):
    return {one.shipment_id: told.units(one.lines) for one in told.every(events, UnitsRecalled)}


def test_who_was_promised_the_latest_delivery_loses_first(pool, told):
    pool.receives({"cup": 9})
    for order_id, days in (("o1", 4), ("o2", 0), ("o3", 2)):
        places(pool, order_id, {"cup": 3}, days=days)
    events = counts(pool, cup=5)
    assert told.one(events, CountShort).missing == 4
    assert recalls(told, events) == {"o1-1": {"1": 3}, "o3-1": {"1": 1}}
    assert {one.failing for one in told.every(events, UnitsRecalled)} == {Failing.MISSING}


def test_the_lowest_priority_of_the_policy_loses_before_anybody_urgent(told):
    pool = told.pool(policy=SourcingPolicy(name="any", currency="EUR", rules=RULES))
    pool.receives({"cup": 4})
    urgent = pool.order("o1", {"cup": 2})
    terms = OrderTerms(currency="EUR", channel="shop")
    pool.do(urgent.model_copy(update={"terms": terms, "deliver_by": urgent.deliver_by + timedelta(days=9)}))
    places(pool, "o2", {"cup": 2})
    assert recalls(told, counts(pool, cup=3)) == {"o2-1": {"1": 1}}


def test_what_comes_back_is_nowhere_and_its_order_is_sent_from_elsewhere(pool, told):
    pool.receives({"cup": 3})
    pool.receives({"cup": 3}, "lyon")
    places(pool, "o1", {"cup": 3})
    (recall,) = told.every(counts(pool, cup=1), UnitsRecalled)
    pool.receives({"cup": 7})  # what comes in meanwhile is no part of what is missing
    promise = told.one(comes_back(pool, recall), Allocated)
    assert told.shipments(promise) == {"lyon": {"1": 2}}
    assert promise.explanation.candidates[0].excluded == "it failed this line: missing"
    assert (pool.at("cup").on_hand, pool.at("cup").free, pool.at("cup").reserved) == (8, 7, 1)
    assert pool.replayed().table() == pool.table()
    assert "missing" not in pool.table()


def test_a_cancellation_on_its_way_gives_back_nothing_that_is_missing(pool, told):
    pool.receives({"cup": 3})
    places(pool, "o1", {"cup": 3})
    (recall,) = told.every(counts(pool, cup=1), UnitsRecalled)
    assert told.moves(pool.cancels("o1", {"1": 3})) == [("released", 3), ("adjusted", 2)]
    comes_back(pool, recall)
    assert (pool.at("cup").on_hand, pool.at("cup").free) == (1, 1)
    assert pool.replayed().table() == pool.table()


def test_counting_again_meanwhile_calls_nothing_back_twice(pool, told):
    pool.receives({"cup": 5})
    places(pool, "o1", {"cup": 5})
    counts(pool, cup=3)
    assert recalls(told, counts(pool, "C-2", cup=3)) == {}
    assert recalls(told, counts(pool, "C-3", cup=2)) == {"o1-1": {"1": 1}}


def test_units_that_were_picked_meanwhile_were_found_after_all(pool):
    pool.receives({"cup": 3})
    places(pool, "o1", {"cup": 3})
    counts(pool, cup=1)
    pool.reaches("o1-1", Stage.PICKED, {"1": 3})
    assert counts(pool, "C-2", cup=0)[1:] == ()
    assert pool.at("cup").picked == 3


@settings(max_examples=25)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.integers(0, 12), st.lists(st.booleans(), min_size=4))
def test_whatever_comes_first_the_book_comes_to_the_shelf_and_no_unit_is_forgotten(told, orders, counted, canceled):
    pool = told.pool()
    pool.receives({"cup": 12})
    for number, units in enumerate(orders):
        places(pool, f"o{number}", {"cup": units}, days=number % 2)
    calls = told.every(counts(pool, cup=counted), UnitsRecalled)
    for recall, is_canceled in zip(calls, canceled, strict=False):
        if is_canceled:
            pool.cancels(recall.order_id, {"1": orders[int(recall.order_id[1:])]})
        comes_back(pool, recall)
    at = pool.at("cup")
    gone = {recall.order_id for recall, is_canceled in zip(calls, canceled, strict=False) if is_canceled}
    waits = sum(
        sum(told.units(found.lines).values())
        for number in range(len(orders))
        if (found := pool.stock.waiting(f"o{number}"))
    )
    wanted = sum(units for number, units in enumerate(orders) if f"o{number}" not in gone)
    assert (at.on_hand, at.reserved + waits) == (min(counted, 12), wanted)
    assert pool.replayed().table() == pool.table()
