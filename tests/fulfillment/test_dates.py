"""Promise dates of shipments: told once when they are at risk, moved or broken, and not where they are kept."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from schemas.breaches import PromiseAtRisk, PromiseBroken, PromiseMoved
from schemas.promises import OrderPromise
from schemas.shipments import ParcelPacked
from services.fulfillment.domain import decide, due, evolve
from services.fulfillment.domain.commands import TimePassed
from services.fulfillment.domain.dates import moved
from services.fulfillment.domain.state import Arrived, InParcel, InWork, OrderShipments

SHIP_BY = datetime(2026, 3, 3, 17, tzinfo=UTC)
DAY_OVER = datetime(2026, 3, 5, tzinfo=UTC)
DATES = OrderPromise(ship_by=SHIP_BY, deliver_on=date(2026, 3, 4))
MOMENT = timedelta(seconds=1)
PACKED = Path(__file__).parents[2] / "schemas" / "examples" / "parcel.packed.v1" / "cheapest-in-time.json"


def passed(order, at):
    events = decide(order, TimePassed(at=at))
    for event in events:
        order = evolve(order, event)
    return order, [type(event) for event in events]


@pytest.fixture
def work_of(warehouse):
    """A shipment at work."""

    def work_of(dates=None):
        return InWork(
            stage="in_work",
            promise=warehouse.promise,
            site="madrid",
            site_country="ES",
            revision=1,
            lines=warehouse.lines({"1": 1}),
            dates=dates,
        )

    return work_of


@pytest.fixture
def packed_example():
    """A parcel as it was packed."""
    return ParcelPacked.read(PACKED.read_bytes())


@pytest.fixture
def at_work(work_of):
    """An order with one shipment at work, with dates."""
    work = work_of(dates=DATES)
    return OrderShipments(order_id="o1", shipments={"o1-1": work})


def test_a_shipment_that_is_not_packed_when_carriers_came_is_at_risk_once(at_work):
    assert due(at_work) == SHIP_BY
    assert passed(at_work, SHIP_BY - MOMENT)[1] == []
    told, events = passed(at_work, SHIP_BY)
    assert events == [PromiseAtRisk]
    assert passed(told, SHIP_BY + MOMENT)[1] == []
    assert due(told) == DAY_OVER


def test_a_promise_is_broken_once_when_its_day_is_over(at_work):
    told, events = passed(at_work, DAY_OVER)
    assert events == [PromiseAtRisk, PromiseBroken], "a clock that jumped tells both"
    assert (due(told), passed(told, DAY_OVER + MOMENT)[1]) == (None, [])


def test_a_packed_parcel_is_watched_until_it_arrives():
    parcel = InParcel.model_construct(
        stage="in_parcel", site="madrid", order_number="n", deliver_on=DATES.deliver_on, broken=False
    )
    packed = OrderShipments.model_construct(order_id="o1", shipments={"o1-1": parcel})
    assert due(packed) == DAY_OVER
    assert passed(packed, DAY_OVER)[1] == [PromiseBroken]
    arrived = OrderShipments(order_id="o1", shipments={"o1-1": Arrived(stage="arrived", site="madrid", lines=())})
    assert (due(arrived), passed(arrived, DAY_OVER)[1]) == (None, [])


def test_an_order_without_dates_waits_for_no_tick(work_of):
    order = OrderShipments(order_id="o1", shipments={"o1-1": work_of()})
    assert (due(order), passed(order, DAY_OVER)[1]) == (None, [])


def test_a_parcel_that_no_carrier_brings_in_time_moves_its_date(work_of, packed_example):
    work = work_of(dates=DATES)
    late = packed_example.quote.model_copy(update={"arrives_on": date(2026, 3, 9)})
    (told,) = moved(work, packed_example.model_copy(update={"quote": late}))
    assert isinstance(told, PromiseMoved)
    assert (told.deliver_on, told.expected_on) == (DATES.deliver_on, date(2026, 3, 9))
    prompt = packed_example.quote.model_copy(update={"arrives_on": DATES.deliver_on})
    assert moved(work, packed_example.model_copy(update={"quote": prompt})) == ()
    assert isinstance(work, InWork)
