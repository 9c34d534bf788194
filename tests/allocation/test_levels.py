"""What channels may still sell: free units less what sites keep, told where it changes."""

import pytest

from schemas.levels import StockLevel
from schemas.reference import Safety


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
