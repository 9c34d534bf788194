"""Units that go aside: quarantined, released, written off, each once and never more than there are."""

import pytest

from schemas.desk import RequestRefused
from schemas.movements import Movement, MoveStock
from schemas.stock import Allocated, Disposition


@pytest.fixture
def move(pool):
    pool.receives({"cup": 10})

    def moved(movement, quantity, name="M-1"):
        command = MoveStock(
            pool=0, movement_id=name, site="madrid", sku="cup", movement=movement, quantity=quantity, reason="damaged"
        )
        return pool.do(command)

    return moved


def test_damaged_units_are_promised_to_nobody(move, pool, told):
    assert told.moves(move(Movement.QUARANTINE, 4)) == [("quarantined", 4)]
    assert (pool.at("cup").on_hand, pool.at("cup").free, pool.at("cup").quarantined) == (10, 6, 4)
    assert move(Movement.QUARANTINE, 4) == ()


def test_a_name_is_one_request_whatever_it_asks(move):
    move(Movement.QUARANTINE, 4)
    assert move(Movement.RELEASE, 4) == ()


def test_released_units_go_to_those_who_wait(move, pool, told):
    move(Movement.QUARANTINE, 4)
    pool.orders("o1", {"cup": 9})
    events = move(Movement.RELEASE, 4, "M-2")
    assert told.moves(events)[0] == ("cleared", 4)
    assert told.one(events, Allocated).order_id == "o1"


def test_written_off_units_are_gone(move, pool, told):
    move(Movement.QUARANTINE, 4)
    assert told.moves(move(Movement.WRITE_OFF, 3, "M-2")) == [("written_off", 3)]
    assert (pool.at("cup").on_hand, pool.at("cup").quarantined) == (7, 1)


def test_more_than_there_are_go_as_far_as_they_are_and_a_person_is_told(move, pool, told):
    pool.orders("o1", {"cup": 8})
    events = move(Movement.QUARANTINE, 5)
    assert told.moves(events) == [("quarantined", 2)]
    assert told.one(events, RequestRefused).code == "too_few_units"
    assert move(Movement.QUARANTINE, 5) == ()
    assert told.moves(move(Movement.WRITE_OFF, 9, "M-2")) == [("written_off", 2)]


def test_a_scrapped_return_takes_no_name_of_the_desks(move, pool):
    pool.takes_back({"cup": 1}, Disposition.SCRAP)
    move(Movement.QUARANTINE, 1, "M-0")
    assert move(Movement.WRITE_OFF, 1, "Ro1-1/RR-1")
