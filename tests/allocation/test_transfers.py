"""Transfers: whole or not at all, on hand at neither site on the way, received once, with their difference."""

import pytest

from schemas.desk import RequestRefused
from schemas.movements import ReceiveTransfer, SendTransfer, TransferReceived, TransferredUnits, TransferSent
from schemas.stock import Allocated, SkuQuantity


class Van:
    """Between Madrid and Lyon."""

    def __init__(self, pool):
        self.pool = pool

    def leaves(self, name="T-1", to="lyon", **units):
        lines = tuple(SkuQuantity(sku=sku, quantity=quantity) for sku, quantity in units.items())
        return self.pool.do(SendTransfer(pool=0, transfer_id=name, site="madrid", to_site=to, lines=lines))

    def arrives(self, receipt="I-1", name="T-1", at="lyon", **units):
        lines = tuple(TransferredUnits(sku=sku, quantity=quantity) for sku, quantity in units.items())
        command = ReceiveTransfer(
            pool=0, receipt_id=receipt, transfer_id=name, from_site="madrid", site=at, lines=lines
        )
        return self.pool.do(command)


@pytest.fixture
def van(pool):
    pool.receives({"cup": 10, "pot": 2})
    return Van(pool)


def test_units_on_their_way_are_on_hand_at_neither_site(van, pool, told):
    events = van.leaves(cup=4, pot=1)
    assert told.one(events, TransferSent).to_site == "lyon"
    assert told.moves(events) == [("transferred", 4), ("transferred", 1)]
    assert (pool.all_of("cup"), pool.all_of("pot")) == (6, 1)
    assert van.leaves(cup=4, pot=1) == ()


def test_what_comes_is_free_at_its_new_site_and_what_does_not_is_told(van, pool, told):
    van.leaves(cup=4, pot=1)
    received = told.one(van.arrives(cup=3), TransferReceived)
    assert [(line.sku, line.sent, line.received) for line in received.lines] == [("cup", 4, 3), ("pot", 1, 0)]
    assert pool.at("cup", "lyon").free == 3
    assert van.arrives(cup=3) == ()


def test_what_was_not_sent_may_come_too(van, told):
    van.leaves(cup=1)
    received = told.one(van.arrives(cup=1, lid=2), TransferReceived)
    assert [(line.sku, line.sent, line.received) for line in received.lines] == [("cup", 1, 1), ("lid", 0, 2)]


def test_units_that_arrive_go_to_those_who_wait(van, pool, told):
    van.leaves(cup=8)
    pool.orders("o1", {"cup": 5})
    assert told.one(van.arrives(cup=8), Allocated).order_id == "o1"


@pytest.mark.parametrize(("asked", "code"), [({"cup": 11}, "too_few_units"), ({"cup": 1, "to": "madrid"}, "same_site")])
def test_a_transfer_leaves_whole_or_not_at_all(van, pool, told, asked, code):
    assert told.one(van.leaves(**asked), RequestRefused).code == code
    assert van.leaves(**asked) == ()
    assert pool.at("cup").free == 10


def test_a_transfer_arrives_once_and_where_it_was_sent(van, told):
    van.leaves(cup=4)
    assert told.one(van.arrives(at="berlin", cup=4), RequestRefused).code == "unknown_transfer"
    assert told.one(van.arrives("I-2", cup=4), TransferReceived)
    assert told.one(van.arrives("I-3", cup=4), RequestRefused).code == "unknown_transfer"
