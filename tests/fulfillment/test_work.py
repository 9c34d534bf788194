"""Work begins with the keeper's promise, and never for units that were canceled."""

from dataclasses import replace

import pytest

from schemas.failures import RecordFailure
from schemas.shipments import WarehouseWork, Work
from services.fulfillment.domain.commands import TakeFailure
from services.fulfillment.domain.state import InWork, Stopped


def units_of(lines):
    return {line.line_id: line.quantity for line in lines}


def test_an_allocation_starts_work_for_each_of_its_shipments(warehouse, story):
    first, second = story.tell(warehouse.allocate({1: {"1": 2}, 2: {"1": 1, "2": 4}}))
    assert (first.shipment_id, first.work, first.revision) == (warehouse.shipment_id(1), Work.PICK, 1)
    assert units_of(second.lines) == {"1": 1, "2": 4}
    assert second.stopped == ()
    assert (second.order_number, second.site, second.site_country) == ("W-1001", "MAD", "ES")


def test_an_allocation_that_comes_again_starts_nothing(warehouse, story):
    allocation = warehouse.allocate({1: {"1": 2}})
    assert story.tell(allocation, allocation) == ()


def test_a_later_allocation_adds_work_beside_the_first(warehouse, story):
    (later,) = story.tell(warehouse.allocate({1: {"1": 2}}), warehouse.allocate({2: {"1": 3}}))
    assert later.shipment_id == warehouse.shipment_id(2)
    assert len(story.order.shipments) == 2


def test_units_canceled_before_their_allocation_are_never_worked_on(warehouse, story):
    (work,) = story.tell(warehouse.cancel({"1": 2}), warehouse.allocate({1: {"1": 2, "2": 1}}))
    assert (work.work, units_of(work.lines), units_of(work.stopped)) == (Work.PICK, {"2": 1}, {"1": 2})
    assert story.order.unclaimed == {}


def test_a_shipment_of_which_nothing_is_left_is_stopped_before_it_begins(warehouse, story):
    (work,) = story.tell(warehouse.cancel({"1": 2}), warehouse.allocate({1: {"1": 2}}))
    assert (work.work, work.revision, work.lines) == (Work.STOP, 1, ())
    assert isinstance(story.order.shipments[work.shipment_id], Stopped)
    assert story.tell(warehouse.allocate({1: {"1": 2}})) == ()


def test_canceled_units_are_taken_from_shipments_as_they_are_numbered_as_the_keeper_releases_them(warehouse, story):
    story.tell(warehouse.cancel({"1": 3}), warehouse.allocate({1: {"1": 2}, 2: {"1": 2}}))
    assert [units_of(work.lines) for work in story.said(WarehouseWork)] == [{}, {"1": 1}]
    assert story.said(WarehouseWork)[1].lines[0].weight_grams == 400


def test_canceled_units_are_taken_once_over_several_allocations(warehouse, story):
    story.tell(warehouse.cancel({"1": 3}), warehouse.allocate({1: {"1": 2}}), warehouse.allocate({2: {"1": 2}}))
    assert [units_of(work.lines) for work in story.said(WarehouseWork)] == [{}, {"1": 1}]
    assert isinstance(story.order.shipments[warehouse.shipment_id(2)], InWork)


def test_a_line_that_stands_twice_in_a_shipment_loses_its_canceled_units_once(warehouse, story):
    allocation = warehouse.allocate({1: {"1": 2}})
    twice = allocation.shipments[0].model_copy(update={"lines": warehouse.lines({"1": 2}) * 2})
    (work,) = story.tell(warehouse.cancel({"1": 3}), replace(allocation, shipments=(twice,)))
    assert sum(line.quantity for line in work.lines) == 1


def test_canceled_units_that_no_shipment_will_bring_are_taken_from_none(warehouse, story):
    story.tell(warehouse.allocate({1: {"1": 1}}))
    (answer,) = story.tell(warehouse.cancel({"1": 1}, ordered={"1": 3}))
    assert [(one.quantity, one.shipment_id, one.after) for one in answer.canceled] == [(1, "", 1)]
    rest = replace(warehouse.allocate({2: {"1": 1}}), withdrawn=warehouse.quantities({"1": 1}))
    assert [units_of(work.lines) for work in story.tell(rest)] == [{"1": 1}]


def failure(warehouse, units, failing="short", name="F1"):
    said = RecordFailure(
        order_id=warehouse.shipment_id(1).rpartition("-")[0],
        shipment_id=warehouse.shipment_id(1),
        failure_id=name,
        failing=failing,
        site=warehouse.allocate({1: {"1": 1}}).shipments[0].site,
        operator="D7",
        lines=warehouse.quantities(units),
    )
    return TakeFailure(at=warehouse.allocate({1: {"1": 1}}).at, failure=said)


def test_what_a_site_does_not_send_leaves_its_work_once(warehouse, story):
    work, failed = story.tell(warehouse.allocate({1: {"1": 3}}), failure(warehouse, {"1": 2}))
    assert (work.revision, [line.quantity for line in work.lines]) == (2, [1])
    assert [line.quantity for line in failed.lines] == [2]
    assert story.tell(failure(warehouse, {"1": 2})) == ()


def test_a_shipment_that_is_rejected_is_stopped(warehouse, story):
    work, failed = story.tell(warehouse.allocate({1: {"1": 3}}), failure(warehouse, {}, "rejected"))
    assert (work.lines, [line.quantity for line in failed.lines]) == ((), [3])


def of_tea_set(warehouse, units):
    """Work of kits with one of line 1 and two of line 2 each, and of what is beside them."""
    allocation = warehouse.allocate({1: units})
    kit = {"1": {"kit": "1", "in_kit": 1}, "2": {"kit": "1", "in_kit": 2}}
    lines = tuple(line.model_copy(update=kit.get(line.line_id, {})) for line in allocation.shipments[0].lines)
    shipment = allocation.shipments[0].model_copy(update={"lines": lines})
    return replace(allocation, shipments=(shipment,))


@pytest.mark.parametrize(
    ("failing", "along"),
    [({"1": 1}, {"2": 2}), ({"2": 1}, {"1": 1, "2": 1}), ({"2": 3}, {"1": 2, "2": 1}), ({"3": 1}, {})],
)
def test_no_kit_is_sent_in_halves_where_a_site_fails_a_part_of_it(warehouse, story, failing, along):
    work, failed = story.tell(of_tea_set(warehouse, {"1": 3, "2": 6, "3": 4}), failure(warehouse, failing))
    assert (units_of(failed.lines), units_of(failed.along or ())) == (failing, along)
    gone = {line: failing.get(line, 0) + along.get(line, 0) for line in "123"}
    assert units_of(work.lines) == {line: units - gone[line] for line, units in {"1": 3, "2": 6, "3": 4}.items()}
    (answer,) = story.tell(warehouse.cancel({"1": 3}))[1:]
    assert sum(one.quantity for one in answer.canceled) == 3


def test_a_cancellation_of_failed_units_names_the_shipment_that_failed_them(warehouse, story):
    story.tell(warehouse.allocate({1: {"1": 3}}), failure(warehouse, {"1": 2}))
    work, answer = story.tell(warehouse.cancel({"1": 3}))
    assert work.work is Work.STOP
    assert [(one.quantity, one.shipment_id, one.failed) for one in answer.canceled] == [
        (1, warehouse.shipment_id(1), None),
        (2, warehouse.shipment_id(1), 2),
    ]


def test_failed_units_that_were_canceled_are_not_worked_on_when_they_are_promised_anew(warehouse, story):
    story.tell(warehouse.allocate({1: {"1": 3}}), failure(warehouse, {"1": 3}), warehouse.cancel({"1": 3}))
    (work,) = story.tell(warehouse.allocate({2: {"1": 3}}))
    assert (work.work, work.lines) == (Work.STOP, ())


def test_what_the_stock_calls_back_leaves_its_work_and_what_it_calls_back_too_late_is_sent(warehouse, story):
    recall = replace(failure(warehouse, {"1": 3}, "closed", "closure/MAD/C1"), recalled=True)
    work, failed = story.tell(warehouse.allocate({1: {"1": 3}}), recall)
    assert (work.lines, failed.failing) == ((), "closed")
    assert story.tell(replace(failure(warehouse, {"1": 3}, "closed", "closure/MAD/C2"), recalled=True)) == ()
