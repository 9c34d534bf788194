"""What carriers say of our labels."""

import pytest

from schemas.shipments import ParcelDelivered, ParcelPacked, ParcelShipped, ShipmentException, Trouble, WorkPicked


def kinds(events):
    return [type(event) for event in events]


@pytest.fixture
def packed(warehouse, story):
    story.tell(warehouse.allocate({1: {"1": 2}}), warehouse.scan("packed"))
    return story


def test_a_parcel_in_transit_has_shipped(warehouse, packed):
    assert kinds(packed.tell(warehouse.carrier("in_transit"))) == [ParcelShipped]
    assert packed.tell(warehouse.scan("handed_over")) == ()
    assert packed.tell(warehouse.carrier("in_transit", event_id="at the next depot")) == ()


def test_a_delivered_parcel_has_shipped_whatever_came_first(warehouse, packed):
    events = packed.tell(warehouse.carrier("delivered"))
    assert kinds(events) == [ParcelShipped, ParcelDelivered]
    assert events[1].delivered_at == warehouse.carrier("delivered").event.happened_at
    for late in (warehouse.scan("handed_over"), warehouse.carrier("in_transit"), warehouse.carrier("delivered")):
        assert packed.tell(late) == ()


def test_a_handed_over_parcel_is_delivered_without_shipping_again(warehouse, packed):
    packed.tell(warehouse.scan("handed_over"))
    assert kinds(packed.tell(warehouse.carrier("delivered"))) == [ParcelDelivered]


def test_a_parcel_delivered_before_it_was_packed_catches_up_once_it_is(warehouse, story):
    (early,) = story.tell(warehouse.allocate({1: {"1": 2}}), warehouse.carrier("delivered"))
    assert early.trouble is Trouble.OUT_OF_ORDER
    assert story.tell(warehouse.carrier("in_transit")) == ()
    assert kinds(story.tell(warehouse.scan("packed"))) == [WorkPicked, ParcelPacked, ParcelShipped, ParcelDelivered]


@pytest.mark.parametrize(("status", "trouble"), [("lost", Trouble.LOST), ("returned_to_sender", "returned_to_sender")])
def test_a_mishap_is_an_exception_and_proves_that_the_parcel_shipped(warehouse, packed, status, trouble):
    events = packed.tell(warehouse.carrier(status))
    assert kinds(events) == [ParcelShipped, ShipmentException]
    assert events[1].trouble == trouble
    assert packed.tell(warehouse.carrier(status)) == ()


def test_a_lost_parcel_may_still_arrive(warehouse, packed):
    assert kinds(packed.tell(warehouse.carrier("lost"), warehouse.carrier("delivered"))) == [ParcelDelivered]


def test_a_label_that_was_never_printed_is_an_exception(warehouse, packed):
    (exception,) = packed.tell(warehouse.carrier("delivered", 9))
    assert exception.trouble is Trouble.UNKNOWN_SHIPMENT
    assert packed.tell(warehouse.carrier("delivered", 9)) == ()


def test_a_carrier_that_reports_on_stopped_work_is_an_exception(warehouse, story):
    story.tell(warehouse.allocate({1: {"1": 2}}), warehouse.cancel({"1": 2}))
    (exception,) = story.tell(warehouse.carrier("in_transit"))
    assert exception.trouble is Trouble.STOPPED
