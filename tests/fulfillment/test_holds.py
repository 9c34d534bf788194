"""Holds at fulfillment: nothing held is packed or handed over, whatever came first."""

from dataclasses import replace
from itertools import permutations

import pytest

from schemas.holding import HoldLifted, HoldTaken
from schemas.holds import HeldStage, Hold, HoldKind
from schemas.shipments import ParcelPacked, ParcelShipped, ShipmentException, Trouble, WarehouseWork, Work
from services.fulfillment.domain.commands import LiftHold, TakeHold


def hold(name="hold-1", *, stops=HeldStage.PACK, **scope):
    return Hold(hold_id=name, kind=HoldKind.MANUAL, stops=stops, release_by=("lead",), **scope)


@pytest.fixture
def held(warehouse):
    return lambda *args, **fields: TakeHold(at=warehouse.now, hold=hold(*args, **fields))


@pytest.fixture
def lift(warehouse):
    return lambda name="hold-1": LiftHold(at=warehouse.now, hold_id=name)


def test_work_that_is_held_is_told_to_wait_and_then_to_go_on(story, warehouse, held, lift):
    story.tell(warehouse.allocate({1: {"1": 2}}))
    taken, waits = story.tell(held())
    assert (taken.held, taken.passed) == ((warehouse.shipment_id(1),), ())
    assert (waits.work, waits.revision, waits.held) == (Work.HOLD, 2, (HoldKind.MANUAL,))
    lifted, again = story.tell(lift())
    assert lifted.resumed == (warehouse.shipment_id(1),)
    assert (again.work, again.revision, again.held) == (Work.PICK, 3, None)


def test_what_is_held_is_not_packed_before_it_is_released(story, warehouse, held, lift):
    story.tell(warehouse.allocate({1: {"1": 2}}), held())
    (refused,) = story.tell(warehouse.scan("packed", revision=2))
    assert refused.trouble is Trouble.HELD
    story.tell(lift())
    assert story.tell(warehouse.scan("packed", revision=3))[-1].type == ParcelPacked.type


def test_what_the_crew_has_picked_under_a_hold_it_has(story, warehouse, held):
    story.tell(warehouse.allocate({1: {"1": 2}}), held())
    assert story.tell(warehouse.scan("picked", revision=2))
    assert story.order.shipments[warehouse.shipment_id(1)].picked


def test_a_parcel_that_is_held_is_not_handed_over(story, warehouse, held, lift):
    story.tell(warehouse.allocate({1: {"1": 2}}), warehouse.scan("packed"), held())
    (refused,) = story.tell(warehouse.scan("handed_over", scan_id="a"))
    assert refused.trouble is Trouble.HELD
    (lifted,) = story.tell(lift())
    assert [(one.shipment_id, one.site) for one in lifted.parcels] == [(warehouse.shipment_id(1), "MAD")]
    assert story.tell(warehouse.scan("handed_over", scan_id="b"))[0].type == ParcelShipped.type


def test_a_hold_on_shipping_lets_a_parcel_be_packed(story, warehouse, held):
    story.tell(warehouse.allocate({1: {"1": 2}}))
    (taken,) = story.tell(held(stops=HeldStage.SHIP))
    assert taken.held
    assert story.tell(warehouse.scan("packed"))[-1].type == ParcelPacked.type
    assert story.tell(warehouse.scan("handed_over"))[0].trouble is Trouble.HELD


def test_a_carrier_that_has_what_was_held_is_believed_and_somebody_told(story, warehouse, held):
    story.tell(warehouse.allocate({1: {"1": 2}}), warehouse.scan("packed"), held())
    shipped, trouble = story.tell(warehouse.carrier("in_transit"))
    assert shipped.type == ParcelShipped.type
    assert trouble.trouble is Trouble.HELD


def test_a_hold_is_too_late_for_a_parcel_that_is_gone(story, warehouse, held):
    story.tell(warehouse.allocate({1: {"1": 2}, 2: {"2": 1}}), warehouse.scan("packed"), warehouse.scan("handed_over"))
    taken, *_ = story.tell(held())
    assert (taken.held, taken.passed) == ((warehouse.shipment_id(2),), (warehouse.shipment_id(1),))


@pytest.mark.parametrize("scope", [{"line_ids": ("2",)}, {"shipment_ids": ("2",)}])
def test_a_hold_on_a_part_holds_the_shipments_with_it(story, warehouse, held, scope):
    if "shipment_ids" in scope:
        scope = {"shipment_ids": (warehouse.shipment_id(2),)}
    story.tell(warehouse.allocate({1: {"1": 2}, 2: {"2": 1}}), held(**scope))
    assert story.tell(warehouse.scan("packed", 1))[-1].type == ParcelPacked.type
    assert story.tell(warehouse.scan("packed", 2, revision=2))[0].trouble is Trouble.HELD


def test_two_holds_end_one_by_one(story, warehouse, held, lift):
    story.tell(warehouse.allocate({1: {"1": 2}}), held("a"), held("b"))
    (lifted,) = story.tell(lift("a"))
    assert isinstance(lifted, HoldLifted)
    assert story.tell(warehouse.scan("packed", revision=2))[0].trouble is Trouble.HELD
    assert story.tell(lift("b"))[-1].work is Work.PICK


def test_an_order_promised_under_a_hold_starts_held(story, warehouse, lift):
    taken, work = story.tell(replace(warehouse.allocate({1: {"1": 2}}), holds=(hold(),)))
    assert isinstance(taken, HoldTaken)
    assert (work.work, work.revision) == (Work.HOLD, 1)
    assert story.tell(lift())[-1].work is Work.PICK


def test_a_hold_that_ended_before_it_came_holds_nothing(story, warehouse, held, lift):
    story.tell(lift())
    assert story.tell(held()) == ()
    (work,) = story.tell(replace(warehouse.allocate({1: {"1": 2}}), holds=(hold(),)))
    assert work.work is Work.PICK


def test_canceling_what_is_held_leaves_the_rest_held(story, warehouse, held):
    story.tell(warehouse.allocate({1: {"1": 2, "2": 1}}), held())
    work, _ = story.tell(warehouse.cancel({"1": 2}))
    assert (work.work, [line.line_id for line in work.lines]) == (Work.HOLD, ["2"])
    stop, _ = story.tell(warehouse.cancel({"2": 1}, request_id="request-2"))
    assert stop.work is Work.STOP


def test_in_whatever_order_words_arrive_nothing_is_packed_between_hold_and_release(begin, warehouse, held, lift):
    words = (warehouse.allocate({1: {"1": 2}}), held(), lift(), warehouse.scan("packed", revision=9))
    for told in permutations(words):
        story = begin()
        story.tell(*told)
        standing = False
        for event in story.events:
            standing = (standing or isinstance(event, HoldTaken)) and not isinstance(event, HoldLifted)
            assert not (standing and isinstance(event, ParcelPacked))
        works = [event.work for event in story.events if isinstance(event, WarehouseWork)]
        assert works[-1] is Work.PICK or isinstance(story.events[-1], ShipmentException)
