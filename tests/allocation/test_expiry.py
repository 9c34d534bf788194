"""Lots that expire, and lots that are recalled: aside, called back, and promised anew from others."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from schemas.base import Message
from schemas.closures import UnitsRecalled
from schemas.counts import CountedUnits, OpenCount, ReportCount
from schemas.failures import Failing, ResourceUnits
from schemas.levels import StockLevel
from schemas.lots import LotRecalled, LotsTurned, RecallLot
from schemas.movements import Movement, MoveStock
from schemas.reference import LotKept
from schemas.stock import Allocated, DemandLine, Disposition, Stage, StockMoved

KEPT = (LotKept(id="cup", least_days=5),)
SOON, LATER = "2026-03-10", "2026-04-20"


@pytest.fixture
def pool(told: Any) -> Any:
    found = told.pool(lots=KEPT)
    found.receives_lot(2, "A", SOON)
    found.receives_lot(4, "B", LATER)
    return found


def entries(events: Iterable[Message]) -> list[tuple[Any, ...]]:
    moved = (event for event in events if isinstance(event, StockMoved))
    return [(event.move.value, {one.lot: one.quantity for one in event.lots or ()}) for event in moved]


def recalled(pool: Any, lot: str = "A") -> tuple[Message, ...]:
    found: tuple[Message, ...] = pool.do(RecallLot(pool=0, recall_id="RC-1", sku="cup", lot=lot, reason="glass"))
    return found


def failed(pool: Any, call: UnitsRecalled) -> tuple[Message, ...]:
    """The crew has stopped the work on what was called back."""
    order = pool.order(call.order_id, {"cup": 1})
    found: tuple[Message, ...] = pool.do(
        ResourceUnits(
            pool=0,
            order_id=call.order_id,
            order_number=order.order_number,
            shipment_id=call.shipment_id,
            failure_id=call.recall_id,
            failing=call.failing,
            site=call.site,
            lines=tuple(DemandLine(line_id=line.line_id, sku="cup", quantity=line.quantity) for line in call.lines),
            customer=order.customer,
            destination=order.destination,
            ship_option=order.ship_option,
            deliver_by=order.deliver_by,
        )
    )
    return found


def test_a_promise_names_the_lots_of_its_lines(pool: Any, told: Any) -> None:
    shipment = told.one(pool.orders("o1", {"cup": 3}), Allocated).shipments[0]
    assert [(one.lot, one.quantity, one.expires_on) for one in shipment.lines[0].lots] == [
        ("A", 2, SOON),
        ("B", 1, LATER),
    ]


def test_two_lines_of_a_sku_have_lots_of_their_own(pool: Any, told: Any) -> None:
    shipment = told.one(pool.orders("o1", [("cup", 1), ("cup", 2)]), Allocated).shipments[0]
    assert [[(one.lot, one.quantity) for one in line.lots] for line in shipment.lines] == [
        [("A", 1)],
        [("A", 1), ("B", 1)],
    ]


def test_what_has_expired_goes_aside_with_the_first_tick_of_a_day(pool: Any, told: Any) -> None:
    pool.now += timedelta(days=9)  # the 11th
    events = pool.ticks()
    assert entries(events) == [("quarantined", {"A": 2})]
    assert told.one(events, StockMoved).reference == "expired/2026-03-11"
    assert pool.ticks() == ()


def test_the_level_falls_on_the_day_from_which_a_lot_does_not_last(pool: Any, told: Any) -> None:
    assert told.every(pool.events, StockLevel)[-1].channels[0].available == 6
    pool.now += timedelta(days=4)  # the 6th: the lot lasts four days more, five are asked for
    events = pool.ticks()
    assert (told.one(events, LotsTurned).skus, entries(events)) == (("cup",), [])
    assert told.one(events, StockLevel).channels[0].available == 4


def test_promised_units_that_expire_are_called_back_and_promised_anew_from_another_lot(pool: Any, told: Any) -> None:
    pool.orders("o1", {"cup": 3})
    pool.now += timedelta(days=9)
    call = told.one(pool.ticks(), UnitsRecalled)
    assert (call.failing, call.lines[0].quantity, call.lots) == (Failing.EXPIRED, 2, ("A",))
    events = failed(pool, call)
    assert entries(events) == [("released", {"A": 2}), ("quarantined", {"A": 2}), ("reserved", {"B": 2})]
    assert told.one(events, Allocated).shipments[0].site == "madrid"


def test_units_that_were_packed_before_they_expired_are_not_called_back(pool: Any, told: Any) -> None:
    pool.orders("o1", {"cup": 2})
    pool.reaches("o1-1", Stage.PACKED, {"1": 2})
    pool.now += timedelta(days=9)
    assert told.every(pool.ticks(), UnitsRecalled) == []


def test_an_expired_unit_that_is_canceled_goes_aside(pool: Any) -> None:
    pool.orders("o1", {"cup": 1})
    pool.now += timedelta(days=9)
    assert entries(pool.cancels("o1", {"1": 1})) == [("released", {"A": 1}), ("quarantined", {"A": 1})]


def test_a_recall_empties_the_shelves_and_calls_back_what_is_promised(pool: Any, told: Any) -> None:
    pool.receives_lot(3, "A", SOON, site="lyon")
    pool.orders("o1", {"cup": 1})
    events = recalled(pool)
    assert told.one(events, LotRecalled).reason == "glass"
    assert entries(events) == [("quarantined", {"A": 3}), ("quarantined", {"A": 1})]
    assert entries(failed(pool, told.one(events, UnitsRecalled)))[-1] == ("reserved", {"B": 1})
    assert recalled(pool) == ()


def test_a_recalled_lot_is_sold_no_more_whatever_comes_of_it(pool: Any) -> None:
    pool.orders("o1", {"cup": 2})
    pool.reaches("o1-1", Stage.SHIPPED, {"1": 2})
    recalled(pool)
    assert entries(pool.receives_lot(1, "A", LATER)) == [("received", {"A": 1}), ("quarantined", {"A": 1})]
    assert entries(pool.takes_back({"cup": 1}, Disposition.RESTOCK)) == [
        ("restocked", {"A": 1}),
        ("quarantined", {"A": 1}),
    ]
    back = {"pool": 0, "site": "madrid", "sku": "cup", "reason": "", "movement": Movement.RELEASE, "quantity": 2}
    assert entries(pool.do(MoveStock(**back, movement_id="M-1"))) == []
    assert entries(pool.do(MoveStock(**back, movement_id="M-2", lot="A"))) == []


def test_a_pool_told_again_by_its_events_is_the_same(pool: Any) -> None:
    pool.orders("o1", {"cup": 3})
    pool.now += timedelta(days=9)
    pool.ticks()
    recalled(pool, "B")
    assert pool.replayed().table() == pool.table()


def test_units_that_a_count_missed_are_nowhere_even_if_their_lot_has_expired(pool: Any, told: Any) -> None:
    pool.orders("o1", {"cup": 6})
    pool.do(OpenCount(pool=0, count_id="C-1", site="madrid", skus=("cup",)))
    counted = (CountedUnits(sku="cup", counted=3),)
    pool.do(ReportCount(pool=0, report_id="R-1", count_id="C-1", site="madrid", lines=counted))
    pool.now += timedelta(days=9)
    assert entries(pool.cancels("o1", {"1": 6})) == [
        ("released", {"A": 2, "B": 4}),
        ("quarantined", {"A": 2}),
        ("written_off", {"A": 2}),
        ("adjusted", {"B": 1}),
    ]
    assert told.one(pool.events[-1:], StockLevel).channels[0].available == 3
