"""What channels may still sell: free units less what sites keep, told where it changes."""

from datetime import UTC, datetime

import pytest

from schemas.closures import CloseSite, OpenSite
from schemas.kits import KitComponent
from schemas.levels import StockLevel
from schemas.reference import Safety, TimeReached


def keeping(pool, *rows):
    """A pool with safety stock."""
    return pool(safety=tuple(Safety(id=str(number), **row) for number, row in enumerate(rows)))


def levels(events):
    found = [event for event in events if isinstance(event, StockLevel)]
    return {event.sku: {one.channel: one.available for one in event.channels} for event in found}


@pytest.fixture
def shop(told):
    """Two of every sku are kept at Madrid, four of cups; the market gets two fewer of what each site has."""
    return keeping(
        told.pool,
        {"site": "madrid", "units": 2},
        {"site": "madrid", "sku": "cup", "units": 4},
        {"channel": "market", "units": 6},
    )


def test_a_pool_without_safety_stock_tells_no_levels(pool):
    assert levels(pool.receives({"cup": 10})) == {}


def test_a_channel_may_sell_what_is_free_less_what_its_sites_keep(shop):
    assert levels(shop.receives({"cup": 10})) == {"cup": {"": 6, "market": 4}}
    assert levels(shop.receives({"cup": 5}, site="lyon")) == {"cup": {"": 11, "market": 4}}
    assert levels(shop.receives({"pot": 5})) == {"pot": {"": 3, "market": 0}}


def test_a_level_is_told_where_it_changes_and_not_again(shop):
    shop.receives({"cup": 3})
    assert levels(shop.receives({"cup": 1})) == {}
    assert levels(shop.orders("o1", {"cup": 2})) == {}
    assert levels(shop.receives({"cup": 9})) == {"cup": {"": 7, "market": 5}}
    assert levels(shop.orders("o2", {"cup": 2})) == {"cup": {"": 5, "market": 3}}


def test_what_a_decision_receives_and_promises_at_once_is_one_level(shop):
    shop.orders("o1", {"cup": 4})
    assert levels(shop.receives({"cup": 9})) == {"cup": {"": 1, "market": 0}}


def test_levels_are_numbered_through(shop):
    events = [*shop.receives({"cup": 10, "pot": 10}), *shop.receives({"cup": 1})]
    assert [event.number for event in events if isinstance(event, StockLevel)] == [1, 2, 3]
    assert shop.replayed().table() == shop.table()


def closes(shop, **days):
    return shop.do(CloseSite(pool=0, closure_id="C-1", site="madrid", reason="flood", **days))


def reaches(shop, day):
    return shop.do(TimeReached(reached_at=datetime(2026, 3, day, 6, tzinfo=UTC)))


def test_nobody_may_sell_what_a_closed_site_has_until_it_opens(shop):
    shop.receives({"cup": 10, "pot": 5})
    shop.receives({"cup": 5}, site="lyon")
    assert levels(closes(shop)) == {"cup": {"": 5, "market": 0}, "pot": {"": 0, "market": 0}}
    assert levels(shop.receives({"cup": 1}, site="lyon")) == {"cup": {"": 6, "market": 0}}
    assert levels(shop.receives({"cup": 1})) == {}
    opened = shop.do(OpenSite(pool=0, opening_id="O-1", site="madrid"))
    assert levels(opened) == {"cup": {"": 13, "market": 5}, "pot": {"": 3, "market": 0}}
    assert shop.replayed().table() == shop.table()


def test_levels_change_with_the_days_of_a_closure(shop):
    shop.receives({"cup": 10})
    assert levels(closes(shop, begins_on="2026-03-05", ends_on="2026-03-06")) == {}
    assert levels(reaches(shop, 5)) == {"cup": {"": 0, "market": 0}}
    assert levels(reaches(shop, 6)) == {}
    assert levels(reaches(shop, 7)) == {"cup": {"": 6, "market": 4}}


def test_a_kit_may_be_sold_no_more_where_its_components_are_closed_in(told):
    kits = tuple(KitComponent(id=sku, kit="set", component=sku, quantity=1, share=1) for sku in ("cup", "pot"))
    shop = told.pool(kits=kits)
    shop.receives({"cup": 2, "pot": 3})
    assert levels(closes(shop)) == {"cup": {"": 0}, "pot": {"": 0}, "set": {"": 0}}
