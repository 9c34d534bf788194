"""How far a shipment's units are."""

import pytest

from schemas.reservations import ShipmentAdvanced
from schemas.stock import Stage, StockMoved
from services.allocation.domain.progress import UnknownShipment
from services.allocation.domain.stock import Overdrawn


@pytest.fixture
def promised(pool):
    """An order of five cups and two pots, promised from Madrid."""
    pool.receives({"cup": 5, "pot": 2})
    pool.orders("o1", {"cup": 5, "pot": 2})
    return pool


WHOLE = {"1": 5, "2": 2}


def test_each_stage_moves_every_line_and_the_last_takes_it_from_the_site(promised, told):
    for stage in (Stage.PICKED, Stage.PACKED, Stage.SHIPPED):
        events = promised.reaches("o1-1", stage, WHOLE)
        assert told.moves(events) == [(stage, 5), (stage, 2)]
    assert promised.at("cup").on_hand == 0


def test_a_jumped_stage_has_its_entries_too(promised, told):
    events = promised.reaches("o1-1", Stage.SHIPPED, WHOLE)
    expected = [("picked", 5), ("picked", 2), ("packed", 5), ("packed", 2), ("shipped", 5), ("shipped", 2)]
    assert told.moves(events) == expected
    assert [one.on_hand for one in told.every(events, StockMoved)] == [5, 2, 5, 2, 0, 0]


def test_a_stage_is_reached_once_and_lower_ones_change_nothing(promised):
    promised.reaches("o1-1", Stage.PACKED, WHOLE)
    for stage in (Stage.PACKED, Stage.PICKED, Stage.RESERVED):
        assert promised.reaches("o1-1", stage, WHOLE) == ()
    assert promised.at("cup").packed == 5


def test_a_shipment_that_left_is_heard_of_no_more(promised):
    promised.reaches("o1-1", Stage.SHIPPED, WHOLE)
    assert promised.reaches("o1-1", Stage.SHIPPED, WHOLE) == ()
    assert promised.reaches("o1-1", Stage.PICKED, WHOLE) == ()
    assert promised.stock.order("o1").open == ()


def test_units_that_a_parcel_leaves_out_wait_for_their_release(promised, told):
    promised.reaches("o1-1", Stage.PICKED, WHOLE)
    promised.reaches("o1-1", Stage.SHIPPED, {"1": 3, "2": 2})
    assert promised.at("cup")[:4] == (2, 0, 0, 2)
    events = promised.cancels("o1", {"1": 2}, shipment="o1-1")
    assert told.moves(events) == [("released", 2)]
    assert promised.at("cup").free == 2


def test_the_advance_is_a_fact_of_the_order(promised, told):
    fact = told.one(promised.reaches("o1-1", Stage.PICKED, WHOLE), ShipmentAdvanced)
    assert (fact.order_id, fact.shipment_id, fact.stage, told.units(fact.lines)) == ("o1", "o1-1", "picked", WHOLE)


@pytest.mark.parametrize("shipment", ["o1-2", "o1-0", "o1-", "o1-x", "o2-1", "o1-01", "1"])
def test_a_shipment_nobody_promised_is_refused_aloud(promised, shipment):
    command = promised.advance("o1-1", Stage.PICKED, {"1": 1}).model_copy(update={"shipment_id": shipment})
    with pytest.raises(UnknownShipment, match=shipment):
        promised.do(command)


def test_more_units_than_were_promised_cannot_be_packed(promised):
    with pytest.raises(Overdrawn, match="6 units of line 1 are packed, it has 5"):
        promised.reaches("o1-1", Stage.PACKED, {"1": 6})


def test_an_order_of_many_lines_takes_time_in_proportion(told):
    """Row changes are counted, since a clock would measure the machine: a few for each line, whatever their number."""

    def puts(lines: int) -> int:
        pool, counted = told.pool(), 0
        put = pool.rows.put

        def counting(kind, key, row):
            nonlocal counted
            counted += 1 + (len(row.open[0].lines) if kind == "orders" and row.open else 0)
            put(kind, key, row)

        pool.receives({f"sku{number}": 1 for number in range(lines)})
        pool.rows.put = counting
        pool.orders("o1", {f"sku{number}": 1 for number in range(lines)})
        units = {str(number): 1 for number in range(1, lines + 1)}
        pool.reaches("o1-1", Stage.SHIPPED, units)
        return counted

    assert puts(675) == pytest.approx(15 * puts(45), rel=0.01)
