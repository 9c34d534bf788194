"""What safety stock keeps from a channel no order of it gets: new or waiting, with a policy or without."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.backorders import Backordered
from schemas.levels import StockLevel
from schemas.policies import By, Criterion, Rule, SourcingPolicy
from schemas.reference import Safety
from schemas.sourcing import KeptBack, OrderTerms
from schemas.stock import Allocated

POLICY = SourcingPolicy(name="plain", currency="EUR", rules=(Rule(name="all", criteria=(Criterion(by=By.DISTANCE),)),))
ROWS = (
    Safety(id="1", sku="cup", site="madrid", units=4),
    Safety(id="2", channel="market", units=6),
)


@pytest.fixture(params=[None, POLICY], ids=["without a policy", "under a policy"])
def shop(pool_of, request):
    return pool_of(safety=ROWS, policy=request.param)


@pytest.fixture
def pool_of(told):
    return told.pool


def orders(shop, order_id, units, channel):
    command = shop.order(order_id, units)
    return shop.do(command.model_copy(update={"terms": OrderTerms(channel=channel, currency="EUR")}))


def got(events):
    """Units by site, and those that wait."""
    sites = {
        shipment.site: sum(line.quantity for line in shipment.lines)
        for event in events
        if isinstance(event, Allocated)
        for shipment in event.shipments
    }
    return sites, sum(line.quantity for event in events if isinstance(event, Backordered) for line in event.lines)


def test_an_order_gets_what_its_channel_may_have_site_by_site(shop):
    shop.receives({"cup": 10})
    shop.receives({"cup": 7}, site="lyon")
    events = orders(shop, "o1", {"cup": 5}, "market")
    assert got(events) == ({"madrid": 4, "lyon": 1}, 0)


def test_what_is_kept_back_is_said_with_its_figures(shop):
    shop.receives({"cup": 10})
    events = orders(shop, "o1", {"cup": 7}, "web")
    explained = next(event.explanation for event in events if hasattr(event, "explanation"))
    assert [(one.sku, one.site, one.free, one.kept) for one in explained.kept_back] == [("cup", "madrid", 10, 4)]
    assert explained.safety_version
    assert got(events)[1] in {1, 7}
    assert set(KeptBack.model_fields) == {"sku", "site", "free", "kept"}


def test_an_order_of_which_nothing_is_kept_back_says_only_the_version(shop):
    shop.receives({"pot": 3})
    (allocated,) = [one for one in orders(shop, "o1", {"pot": 3}, "web") if isinstance(one, Allocated)]
    assert (allocated.explanation.kept_back, bool(allocated.explanation.safety_version)) == (None, True)


def test_who_waits_is_served_from_what_its_channel_may_have(shop):
    orders(shop, "o1", {"cup": 2}, "market")
    assert got(shop.receives({"cup": 7})) == ({}, 0)
    assert got(shop.receives({"cup": 1})) == ({"madrid": 2}, 0)


def test_who_is_kept_back_by_the_safety_stock_of_a_channel_holds_up_no_other_channel(shop):
    orders(shop, "o1", {"cup": 5}, "market")
    orders(shop, "o2", {"cup": 3}, "web")
    shop.receives({"cup": 8})  # the market may have two of them, the web four
    assert shop.stock.waiting("o2") is None
    assert shop.stock.waiting("o1") is not None
    shop.receives({"cup": 6})
    assert shop.stock.waiting("o1") is None
    assert shop.replayed().table() == shop.table()


def test_who_waits_for_more_than_there_is_holds_up_those_behind_whatever_their_channel(shop):
    orders(shop, "o1", {"cup": 9}, "market")
    orders(shop, "o2", {"cup": 3}, "web")
    shop.receives({"cup": 8})
    assert shop.stock.waiting("o2") is not None


@given(
    free=st.dictionaries(st.sampled_from(["madrid", "lyon", "berlin"]), st.integers(1, 12), min_size=1),
    channel=st.sampled_from(["web", "market"]),
)
def test_a_level_is_what_one_order_of_the_channel_could_get(told, free, channel):
    shop = told.pool(safety=ROWS)
    events = [event for site, units in free.items() for event in shop.receives({"cup": units}, site=site)]
    levels = {
        one.channel: one.available for one in next(e for e in reversed(events) if isinstance(e, StockLevel)).channels
    }
    promised, _ = got(orders(shop, "all", {"cup": 99}, channel))
    assert sum(promised.values()) == levels.get(channel, levels[""])
