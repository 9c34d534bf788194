"""Another way, and fewer units, at every stage: what is not packed goes as asked, what is packed as it was."""

import pytest

from schemas.changing import Outcome, RedirectAnswered, Ship
from schemas.holds import HeldStage, Hold, HoldKind
from schemas.orders import LineQuantity, ShipOption
from schemas.shipments import ParcelPacked, ShipmentException, Trouble, WarehouseWork, Work
from services.fulfillment.domain.commands import Redirect, StopUnits, TakeHold


def quantities(units):
    return tuple(LineQuantity(line_id=line_id, quantity=quantity) for line_id, quantity in units.items())


@pytest.fixture
def redirect(warehouse):
    def asked(left, request_id="redirect-1"):
        promise = warehouse.promise
        there = promise.destination.model_copy(update={"postal_area": "08"})
        ship = Ship(
            customer=promise.customer,
            destination=there,
            ship_option=ShipOption.EXPRESS,
            deliver_by=promise.deliver_by,
        )
        return Redirect(at=warehouse.now, request_id=request_id, left=quantities(left), ship=ship)

    return asked


@pytest.fixture
def fewer(warehouse):
    def asked(lines, ordered, request_id="change-1"):
        return StopUnits(at=warehouse.now, request_id=request_id, lines=quantities(lines), ordered=quantities(ordered))

    return asked


def test_work_goes_the_new_way(warehouse, story, redirect):
    story.tell(warehouse.allocate({1: {"1": 2}}))
    work, answer = story.tell(redirect({"1": 2}))
    assert (work.revision, work.ship_option, work.destination.postal_area) == (2, ShipOption.EXPRESS, "08")
    assert (answer.outcome, answer.redirected, answer.passed) == (Outcome.ACCEPTED, (warehouse.shipment_id(1),), ())
    packed = story.tell(warehouse.scan("packed", revision=2))[-1]
    assert packed.destination.postal_area == "08"


def test_a_parcel_made_for_the_old_address_is_made_anew(warehouse, story, redirect):
    story.tell(warehouse.allocate({1: {"1": 2}}), redirect({"1": 2}))
    (refused,) = story.tell(warehouse.scan("packed", revision=1))
    assert refused.trouble is Trouble.STOPPED


def test_what_is_packed_stays_and_the_rest_goes_the_new_way(warehouse, story, redirect):
    story.tell(warehouse.allocate({1: {"1": 2}, 2: {"2": 1}}), warehouse.scan("packed"))
    work, answer = story.tell(redirect({"1": 2, "2": 1}))
    assert work.shipment_id == warehouse.shipment_id(2)
    assert (answer.outcome, answer.passed) == (Outcome.PARTIAL, (warehouse.shipment_id(1),))


@pytest.mark.parametrize("stage", ["packed", "handed_over", "delivered"])
def test_when_all_is_packed_nothing_goes_another_way(warehouse, story, redirect, stage):
    story.tell(warehouse.allocate({1: {"1": 2}}), warehouse.scan("packed"))
    if stage != "packed":
        story.tell(warehouse.scan("handed_over") if stage == "handed_over" else warehouse.carrier("delivered"))
    (answer,) = story.tell(redirect({"1": 2}))
    assert (answer.outcome, answer.ship) == (Outcome.REFUSED, None)


def test_what_is_allocated_later_goes_the_new_way_too(warehouse, story, redirect):
    (answer,) = story.tell(redirect({"1": 2}))
    assert answer.outcome is Outcome.ACCEPTED
    (work,) = story.tell(warehouse.allocate({1: {"1": 2}}))
    assert (work.revision, work.destination.postal_area) == (1, "08")


def test_a_redirect_that_comes_again_changes_nothing(warehouse, story, redirect):
    story.tell(warehouse.allocate({1: {"1": 2}}), redirect({"1": 2}))
    assert story.tell(redirect({"1": 2})) == ()


def test_held_work_goes_the_new_way_and_stays_held(warehouse, story, redirect):
    hold = Hold(hold_id="h", kind=HoldKind.ADDRESS, stops=HeldStage.PACK, release_by=("lead",))
    story.tell(warehouse.allocate({1: {"1": 2}}), TakeHold(at=warehouse.now, hold=hold))
    work, _ = story.tell(redirect({"1": 2}))
    assert (work.work, work.destination.postal_area) == (Work.HOLD, "08")


def test_an_early_sign_outlives_a_revision(warehouse, story):
    hold = Hold(hold_id="h", kind=HoldKind.MANUAL, stops=HeldStage.PACK, release_by=("lead",))
    story.tell(warehouse.allocate({1: {"1": 2}}), warehouse.carrier("in_transit"))
    assert isinstance(story.events[-1], ShipmentException)
    story.tell(TakeHold(at=warehouse.now, hold=hold))
    assert story.order.shipments[warehouse.shipment_id(1)].early is not None


def test_fewer_units_are_taken_from_what_no_work_was_begun_for_first(warehouse, story, fewer):
    story.tell(warehouse.allocate({1: {"1": 2}}))
    (answer,) = story.tell(fewer({"1": 3}, {"1": 5}))
    assert [(one.quantity, one.shipment_id) for one in answer.canceled] == [(3, "")]
    work, again = story.tell(fewer({"1": 1}, {"1": 5}, request_id="change-2"))
    assert (work.lines[0].quantity, again.canceled[0].shipment_id) == (1, warehouse.shipment_id(1))


def test_fewer_units_come_from_work_while_the_others_are_packed(warehouse, story, fewer):
    story.tell(warehouse.allocate({1: {"1": 3}, 2: {"1": 2}}), warehouse.scan("packed", 1))
    work, answer = story.tell(fewer({"1": 2}, {"1": 5}))
    assert (work.work, work.shipment_id) == (Work.STOP, warehouse.shipment_id(2))
    assert answer.outcome is Outcome.ACCEPTED
    (none,) = story.tell(fewer({"1": 1}, {"1": 5}, request_id="change-2"))
    assert (none.outcome, none.reason) == (Outcome.REFUSED, "already packed: 1 of line 1")


def test_a_change_before_any_allocation_is_remembered_once(warehouse, story, fewer):
    for number in range(3):
        (answer,) = story.tell(fewer({"1": 1}, {"1": 5}, request_id=f"change-{number}"))
        assert answer.outcome is Outcome.ACCEPTED
    (work,) = story.tell(warehouse.allocate({1: {"1": 5}}))
    assert (work.lines[0].quantity, work.stopped[0].quantity) == (2, 3)


def test_every_unit_ordered_is_packed_or_canceled_once(warehouse, story, fewer):
    story.tell(fewer({"1": 1}, {"1": 6}), warehouse.allocate({1: {"1": 3}}), fewer({"1": 2}, {"1": 6}, "change-2"))
    story.tell(warehouse.allocate({2: {"1": 3}}))
    for shipment_id, work in list(story.order.shipments.items()):
        if work.stage == "in_work":
            story.tell(warehouse.scan("packed", int(shipment_id[-1]), revision=work.revision))
    packed = sum(line.quantity for parcel in story.said(ParcelPacked) for line in parcel.lines)
    stopped = sum(line.quantity for work in story.said(WarehouseWork) for line in work.stopped)
    assert (packed, stopped) == (3, 3)
    assert not story.said(RedirectAnswered)
