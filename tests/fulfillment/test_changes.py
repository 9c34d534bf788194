"""A proposed cancellation meets the carton at every stage; one answer each, and both orders of every race."""

import dataclasses

import pytest

from schemas.changing import ChangeAnswered, Outcome
from schemas.orders import CanceledUnits
from schemas.shipments import ParcelPacked, ShipmentException, WarehouseWork, Work


def units_of(lines):
    return {line.line_id: line.quantity for line in lines}


def canceled(line_id, quantity, shipment_id="", after=None):
    return CanceledUnits(line_id=line_id, quantity=quantity, shipment_id=shipment_id, after=after)


def test_units_at_work_are_stopped_and_named_with_their_shipment(warehouse, story):
    work, answer = story.tell(warehouse.allocate({1: {"1": 2, "2": 1}}), warehouse.cancel({"1": 2}))
    assert (work.revision, work.work) == (2, Work.PICK)
    assert (units_of(work.lines), units_of(work.stopped)) == ({"2": 1}, {"1": 2})
    assert (answer.outcome, answer.reason) == (Outcome.ACCEPTED, "")
    assert answer.canceled == (canceled("1", 2, warehouse.shipment_id(1)),)


def test_a_shipment_that_loses_everything_is_stopped(warehouse, story):
    work, _ = story.tell(warehouse.allocate({1: {"1": 2}}), warehouse.cancel({"1": 2}))
    assert (work.work, work.lines) == (Work.STOP, ())


def test_picked_goods_are_put_back(warehouse, story):
    story.tell(warehouse.allocate({1: {"1": 2}}), warehouse.scan("picked"))
    work, answer = story.tell(warehouse.cancel({"1": 2}))
    assert (work.work, units_of(work.stopped)) == (Work.STOP, {"1": 2})
    assert answer.outcome is Outcome.ACCEPTED


def test_one_revision_a_shipment_however_many_lines_are_canceled(warehouse, story):
    story.tell(warehouse.allocate({1: {"1": 2, "2": 1, "3": 1}}))
    assert len(story.tell(warehouse.cancel({"1": 2, "2": 1}))) == 2


@pytest.mark.parametrize("stage", ["packed", "handed_over", "delivered"])
def test_what_is_in_a_parcel_cannot_be_stopped(warehouse, story, stage):
    story.tell(warehouse.allocate({1: {"1": 2}}), warehouse.scan("packed"))
    if stage != "packed":
        story.tell(warehouse.scan("handed_over") if stage == "handed_over" else warehouse.carrier("delivered"))
    (answer,) = story.tell(warehouse.cancel({"1": 2}))
    assert (answer.outcome, answer.canceled) == (Outcome.REFUSED, ())
    assert answer.reason == "already packed: 2 of line 1"


def test_a_refusal_names_every_line(warehouse, story):
    story.tell(warehouse.allocate({1: {"1": 2, "2": 1}}), warehouse.scan("packed"))
    (answer,) = story.tell(warehouse.cancel({"1": 2, "2": 1}))
    assert answer.reason == "already packed: 2 of line 1, 1 of line 2"


def test_what_was_handed_over_unpacked_cannot_be_stopped_either(warehouse, story):
    story.tell(warehouse.allocate({1: {"1": 2}}), warehouse.scan("handed_over"))
    (answer,) = story.tell(warehouse.cancel({"1": 2}))
    assert answer.outcome is Outcome.REFUSED


def test_a_line_spread_over_parcels_work_and_the_future_is_canceled_in_part(warehouse, story):
    story.tell(warehouse.allocate({1: {"1": 3}, 2: {"1": 2}}), warehouse.scan("packed", 1))
    _, answer = story.tell(warehouse.cancel({"1": 9}))
    assert answer.outcome is Outcome.PARTIAL
    assert answer.canceled == (canceled("1", 2, warehouse.shipment_id(2)), canceled("1", 4, after=2))
    assert answer.reason == "already packed: 3 of line 1"
    (work,) = story.tell(warehouse.allocate({3: {"1": 4}}))
    assert work.work is Work.STOP


def test_the_race_of_a_cancellation_and_a_packer_is_won_by_who_comes_first(warehouse, begin):
    cancel_first, pack_first = begin(), begin()
    cancel_first.tell(warehouse.allocate({1: {"1": 2}}), warehouse.cancel({"1": 2}), warehouse.scan("packed"))
    pack_first.tell(warehouse.allocate({1: {"1": 2}}), warehouse.scan("packed"), warehouse.cancel({"1": 2}))
    assert cancel_first.said(ChangeAnswered)[0].outcome is Outcome.ACCEPTED
    assert (len(cancel_first.said(ParcelPacked)), len(cancel_first.said(ShipmentException))) == (0, 1)
    assert pack_first.said(ChangeAnswered)[0].outcome is Outcome.REFUSED
    assert (len(pack_first.said(ParcelPacked)), len(pack_first.said(ShipmentException))) == (1, 0)


def test_a_cancellation_stops_the_same_units_before_and_after_the_allocation(warehouse, begin):
    before, after = begin(), begin()
    before.tell(warehouse.cancel({"1": 2}), warehouse.allocate({1: {"1": 2, "2": 1}}))
    after.tell(warehouse.allocate({1: {"1": 2, "2": 1}}), warehouse.cancel({"1": 2}))
    for told in (before, after):
        assert told.said(ChangeAnswered)[0].outcome is Outcome.ACCEPTED
        assert units_of(told.said(WarehouseWork)[-1].lines) == {"2": 1}
        assert told.order.canceled == {"1": 2}


def test_a_request_is_answered_once(warehouse, story):
    request = warehouse.cancel({"1": 2})
    assert len(story.tell(request)) == 1
    assert story.tell(request, warehouse.allocate({1: {"1": 2}}), request) == ()


def test_a_second_request_cancels_nothing_twice_before_the_allocation(warehouse, story):
    story.tell(warehouse.cancel({"1": 2}))
    (answer,) = story.tell(warehouse.cancel({"1": 2, "2": 1}, request_id="request-2"))
    assert (answer.outcome, answer.canceled) == (Outcome.PARTIAL, (canceled("2", 1, after=0),))
    assert answer.reason == "already canceled: 2 of line 1"


def test_a_second_request_cancels_nothing_twice_after_the_allocation(warehouse, story):
    story.tell(warehouse.allocate({1: {"1": 2}}), warehouse.cancel({"1": 2}))
    (answer,) = story.tell(warehouse.cancel({"1": 2}, request_id="request-2"))
    assert answer.outcome is Outcome.REFUSED


def test_a_second_request_for_what_intake_still_counts_is_refused_as_packed(warehouse, story):
    story.tell(warehouse.allocate({1: {"1": 3}, 2: {"1": 2}}), warehouse.scan("packed", 1), warehouse.cancel({"1": 5}))
    (answer,) = story.tell(warehouse.cancel({"1": 3}, request_id="request-2"))
    assert (answer.outcome, answer.reason) == (Outcome.REFUSED, "already packed: 3 of line 1")


def test_what_waited_too_long_is_agreed_to_and_stops_no_carton(warehouse, story):
    lapsed = dataclasses.replace(warehouse.cancel({"1": 2}), waiting=True)
    (answer,) = story.tell(warehouse.allocate({1: {"1": 3}}), lapsed)
    assert (answer.waiting, answer.canceled) == (True, (canceled("1", 2),))
    (work,) = story.tell(warehouse.allocate({2: {"1": 1}}))
    assert work.stopped == (), "no later allocation brings what was in no queue"
