"""Who waits for stock, and who is served when it comes."""

from schemas.backorders import Backordered
from schemas.stock import Allocated, Disposition, StockMoved


def test_a_receipt_is_promised_to_who_waits_in_the_same_decision(pool, told):
    pool.orders("o1", {"cup": 2})
    events = pool.receives({"cup": 5}, "lyon", receipt="GR-7")
    allocated = told.one(events, Allocated)
    assert told.shipments(allocated) == {"lyon": {"1": 2}}
    assert allocated.explanation.trigger == "stock.receive.v1/lyon/GR-7"
    assert told.moves(events) == [("received", 5), ("reserved", 2)]
    assert pool.at("cup", "lyon").free == 3


def test_the_promise_carries_what_the_order_said(pool, told):
    waits = told.one(pool.orders("o1", {"cup": 2}), Backordered)
    allocated = told.one(pool.receives({"cup": 2}), Allocated)
    for name in ("order_number", "customer", "destination", "ship_option", "deliver_by"):
        assert getattr(allocated, name) == getattr(waits, name)


def test_the_queue_is_first_come_first_served(pool, told):
    for name in ("o1", "o2", "o3"):
        pool.orders(name, {"cup": 2})
    served = told.every(pool.receives({"cup": 4}), Allocated)
    assert [one.order_id for one in served] == ["o1", "o2"]
    assert told.one(pool.receives({"cup": 2}), Allocated).order_id == "o3"


def test_a_line_is_served_whole_and_holds_up_those_behind_it_until_then(pool, told):
    pool.orders("o1", {"cup": 3})
    pool.orders("o2", {"cup": 1})
    assert told.moves(pool.receives({"cup": 2})) == [("received", 2)]
    served = told.every(pool.receives({"cup": 2}), Allocated)
    assert [one.order_id for one in served] == ["o1", "o2"]


def test_a_waiting_line_may_come_from_several_sites(pool, told):
    pool.orders("o1", {"cup": 3})
    pool.receives({"cup": 2}, "berlin")
    allocated = told.one(pool.receives({"cup": 1}, "lyon"), Allocated)
    assert told.shipments(allocated) == {"lyon": {"1": 1}, "berlin": {"1": 2}}


def test_a_queue_holds_up_nobody_who_waits_for_something_else(pool, told):
    pool.orders("o1", {"cup": 3})
    pool.orders("o2", {"pot": 1})
    assert told.one(pool.receives({"pot": 1}), Allocated).order_id == "o2"


def test_lines_of_an_order_served_by_one_command_ride_in_one_promise(pool, told):
    pool.orders("o1", {"cup": 1, "pot": 1})
    pool.orders("o2", {"pot": 1})
    served = told.every(pool.receives({"pot": 2, "cup": 1}), Allocated)
    assert [(one.order_id, told.shipments(one)) for one in served] == [
        ("o1", {"madrid": {"2": 1, "1": 1}}),
        ("o2", {"madrid": {"1": 1}}),
    ]


def test_promises_and_shipments_are_numbered_through_the_orders_life(pool, told):
    pool.receives({"cup": 1}, "lyon")
    pool.orders("o1", {"cup": 2, "pot": 1})
    second = told.one(pool.receives({"cup": 1}), Allocated)
    third = told.one(pool.receives({"pot": 1}), Allocated)
    assert [(one.decision, one.shipments[0].shipment_id) for one in (second, third)] == [(2, "o1-2"), (3, "o1-3")]


def test_each_order_that_waits_has_the_next_number(pool, told):
    numbers = [told.one(pool.orders(name, {"cup": 1}), Backordered).queue_number for name in ("o1", "o2")]
    pool.receives({"cup": 2})
    numbers.append(told.one(pool.orders("o3", {"cup": 1}), Backordered).queue_number)
    assert numbers == [1, 2, 3]


def test_two_waiting_lines_of_one_sku_are_served_one_after_the_other(pool, told):
    pool.orders("o1", [("cup", 2), ("cup", 3)])
    assert told.shipments(told.one(pool.receives({"cup": 4}), Allocated)) == {"madrid": {"1": 2}}
    assert told.shipments(told.one(pool.receives({"cup": 1}), Allocated)) == {"madrid": {"2": 3}}


def test_found_and_restocked_units_go_to_who_waits(pool, told):
    pool.orders("o1", {"cup": 1})
    pool.orders("o2", {"cup": 1})
    assert told.one(pool.adjusts("cup", 1), Allocated).order_id == "o1"
    assert told.one(pool.takes_back({"cup": 1}, Disposition.RESTOCK), Allocated).order_id == "o2"


def test_nobody_is_served_from_quarantine(pool, told):
    pool.orders("o1", {"cup": 1})
    events = pool.takes_back({"cup": 1}, Disposition.QUARANTINE)
    assert told.every(events, Allocated) == []


def test_the_explanation_counts_what_was_free_before_the_order_took_any(pool, told):
    pool.orders("o1", {"cup": 3})
    pool.receives({"cup": 2}, "berlin")
    allocated = told.one(pool.receives({"cup": 2}, "madrid"), Allocated)
    assert [(one.site, one.units_served, one.chosen) for one in allocated.explanation.candidates] == [
        ("madrid", 2, True),
        ("lyon", 0, False),
        ("berlin", 2, True),
    ]


def test_nothing_is_left_of_a_queue_that_was_served(pool):
    pool.orders("o1", {"cup": 2, "pot": 1})
    pool.receives({"cup": 2, "pot": 1})
    table = pool.table()
    assert "queue" not in table
    assert "waiting" not in table


def test_goods_at_a_site_that_nobody_knows_are_kept_but_not_promised(pool, told):
    pool.orders("o1", {"cup": 1})
    events = pool.receives({"cup": 1}, "atlantis")
    assert told.one(events, StockMoved).free == 1
    assert told.every(events, Allocated) == []
