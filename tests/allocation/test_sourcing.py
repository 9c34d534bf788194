"""Which sites serve which lines."""

from cauce.places import Coordinates
from schemas.backorders import Backordered
from schemas.reference import Site
from schemas.stock import Allocated, StockMoved


def test_the_nearest_site_that_has_everything_sends_everything(pool, told):
    pool.receives({"cup": 5}, "madrid")
    pool.receives({"cup": 5, "pot": 5}, "lyon")
    pool.receives({"cup": 5, "pot": 5}, "berlin")
    allocated = told.one(pool.orders("o1", {"cup": 2, "pot": 1}), Allocated)
    assert told.shipments(allocated) == {"lyon": {"1": 2, "2": 1}}
    assert (pool.at("cup", "lyon").free, pool.at("cup", "lyon").reserved) == (3, 2)


def test_without_such_a_site_each_line_comes_from_the_nearest_that_has_it_whole(pool, told):
    pool.receives({"cup": 1, "pot": 5}, "madrid")
    pool.receives({"cup": 5}, "berlin")
    allocated = told.one(pool.orders("o1", {"cup": 2, "pot": 1}), Allocated)
    assert told.shipments(allocated) == {"madrid": {"2": 1}, "berlin": {"1": 2}}


def test_a_line_that_no_site_has_whole_is_split_nearest_first(pool, told):
    pool.receives({"cup": 2}, "berlin")
    pool.receives({"cup": 3}, "lyon")
    pool.receives({"cup": 1}, "madrid")
    allocated = told.one(pool.orders("o1", {"cup": 5}), Allocated)
    assert told.shipments(allocated) == {"madrid": {"1": 1}, "lyon": {"1": 3}, "berlin": {"1": 1}}


def test_shipments_are_numbered_by_distance_and_carry_the_orders_id(pool, told):
    pool.receives({"pot": 1}, "madrid")
    pool.receives({"cup": 1}, "lyon")
    first, second = told.one(pool.orders("o1", {"cup": 1, "pot": 1}), Allocated).shipments
    assert (first.shipment_id, first.site, second.shipment_id, second.site) == ("o1-1", "madrid", "o1-2", "lyon")
    assert first.distance_meters < second.distance_meters


def test_what_no_site_has_is_backordered_to_the_unit(pool, told):
    pool.receives({"cup": 1}, "madrid")
    pool.receives({"cup": 1}, "lyon")
    events = pool.orders("o1", {"cup": 5, "pot": 1})
    assert told.shipments(told.one(events, Allocated)) == {"madrid": {"1": 1}, "lyon": {"1": 1}}
    assert told.units(told.one(events, Backordered).lines) == {"1": 3, "2": 1}


def test_an_order_short_of_everything_is_backordered_not_dropped(pool, told):
    (event,) = pool.orders("o1", {"cup": 5})
    assert isinstance(event, Backordered)
    assert told.units(event.lines) == {"1": 5}


def test_lines_of_one_sku_share_its_free_units(pool, told):
    pool.receives({"cup": 4}, "madrid")
    events = pool.orders("o1", [("cup", 3), ("cup", 3)])
    assert told.shipments(told.one(events, Allocated)) == {"madrid": {"1": 3, "2": 1}}
    assert told.units(told.one(events, Backordered).lines) == {"2": 2}
    assert pool.at("cup").free == 0


def test_a_site_serves_an_order_alone_only_if_it_has_the_sum_of_its_lines(pool, told):
    pool.receives({"cup": 4}, "madrid")
    pool.receives({"cup": 6}, "lyon")
    allocated = told.one(pool.orders("o1", [("cup", 3), ("cup", 3)]), Allocated)
    assert told.shipments(allocated) == {"lyon": {"1": 3, "2": 3}}


def test_sites_at_one_distance_are_tried_by_their_ids(told):
    spot = Coordinates(latitude=40.42, longitude=-3.7)
    sites = [Site(id=name, name=name, country="ES", coordinates=spot) for name in ("south", "north")]
    pool = told.pool(sites=sites)
    for site in ("south", "north"):
        pool.receives({"cup": 1}, site)
    assert told.shipments(told.one(pool.orders("o1", {"cup": 1}), Allocated)) == {"north": {"1": 1}}


def test_lines_weigh_what_their_products_do_and_half_a_kilogram_where_nobody_knows(pool, told):
    pool.receives({"cup": 3, "vase": 3})
    (shipment,) = told.one(pool.orders("o1", {"cup": 3, "vase": 2}), Allocated).shipments
    assert [line.weight_grams for line in shipment.lines] == [750, 1000]


def test_the_explanation_names_every_site_and_what_it_alone_could_have_served(pool, told):
    pool.receives({"cup": 1, "pot": 9}, "madrid")
    pool.receives({"cup": 9}, "berlin")
    explanation = told.one(pool.orders("o1", {"cup": 2, "pot": 1}), Allocated).explanation
    assert [(one.site, one.lines_served, one.units_served, one.chosen) for one in explanation.candidates] == [
        ("madrid", 1, 2, True),
        ("lyon", 0, 0, False),
        ("berlin", 1, 2, True),
    ]
    assert (explanation.sites_version, explanation.products_version) == ("memory", "memory")
    assert explanation.trigger == "stock.reserve.v1/o1"


def test_the_explanation_counts_lines_of_one_sku_against_one_stock(pool, told):
    pool.receives({"cup": 4})
    explanation = told.one(pool.orders("o1", [("cup", 3), ("cup", 2)]), Backordered).explanation
    assert [(one.lines_served, one.units_served) for one in explanation.candidates] == [(1, 4), (0, 0), (0, 0)]


def test_every_promised_unit_has_its_entry(pool, told):
    pool.receives({"cup": 3, "pot": 3})
    entries = told.every(pool.orders("o1", {"cup": 2, "pot": 1}), StockMoved)
    assert [(one.move, one.quantity, one.reference, one.line_id, one.entry) for one in entries] == [
        ("reserved", 2, "o1-1", "1", "1"),
        ("reserved", 1, "o1-1", "2", "2"),
    ]
    assert [(one.source, one.target, one.on_hand, one.free) for one in entries] == [
        ("free", "reserved", 3, 1),
        ("free", "reserved", 3, 2),
    ]


def test_an_order_is_decided_on_once(pool):
    pool.receives({"cup": 9})
    pool.orders("o1", {"cup": 2, "pot": 1})
    assert pool.orders("o1", {"cup": 2, "pot": 1}) == ()
    assert pool.at("cup").reserved == 2


def test_without_sites_everything_waits(told):
    pool = told.pool(sites=())
    assert told.units(told.one(pool.orders("o1", {"cup": 1}), Backordered).lines) == {"1": 1}
