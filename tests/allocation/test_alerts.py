"""Alerts: once on the way down, once when all is well again, and a purchase where one is wanted."""

from datetime import date

import pytest

from cauce.money import Money
from schemas.alerts import Alert, PurchaseRequested, StockAlert
from schemas.inbound import ExpectedUnits, ExpectStock
from schemas.reference import Stocking


@pytest.fixture
def shop(told):
    """Cups are low below five, and bought up to twelve."""
    worth = Money(amount=200, currency="EUR")
    shop = told.pool(stocking=(Stocking(id="cup", unit_value=worth, low_below=5, order_up_to=12),))
    shop.receives({"cup": 10, "pot": 1})
    return shop


def alerts(events):
    return [(event.alert, event.free) for event in events if isinstance(event, StockAlert)]


def test_a_sku_is_low_once_and_out_once_until_it_has_recovered(shop):
    told = [alerts(shop.orders(f"o{number}", {"cup": units})) for number, units in enumerate((5, 1, 1, 3, 1))]
    assert told == [[], [(Alert.LOW, 4)], [], [(Alert.OUT, 0)], []]
    assert alerts(shop.receives({"cup": 3})) == []
    assert alerts(shop.receives({"cup": 3})) == [(Alert.RECOVERED, 5)]
    assert alerts(shop.orders("o9", {"cup": 1})) == [(Alert.LOW, 4)]


def test_units_at_all_sites_count(shop):
    shop.receives({"cup": 5}, site="lyon")
    assert alerts(shop.orders("o1", {"cup": 10})) == []


def test_a_sku_of_which_nothing_is_said_is_not_watched(shop):
    assert alerts(shop.orders("o1", {"pot": 1})) == []


def test_a_low_sku_asks_once_for_what_is_missing(shop, told):
    asked = told.one(shop.orders("o1", {"cup": 7}), PurchaseRequested)
    assert (asked.quantity, asked.free, asked.to_come) == (9, 3, 0)
    assert told.every(shop.orders("o2", {"cup": 3}), PurchaseRequested) == []


def test_units_on_their_way_and_those_who_wait_are_counted(shop, told):
    lines = (ExpectedUnits(sku="cup", quantity=4, due_on=date(2026, 3, 9)),)
    shop.do(ExpectStock(pool=0, purchase_id="PO-1", site="madrid", lines=lines))
    asked = told.one(shop.orders("o1", {"cup": 13}), PurchaseRequested)
    assert (asked.quantity, asked.free, asked.to_come, asked.waiting) == (11, 0, 4, 3)


def test_what_is_told_is_told_again_by_a_replay(shop):
    for number, units in enumerate((6, 4)):
        shop.orders(f"o{number}", {"cup": units})
    assert shop.replayed().table() == shop.table()
