"""Scans prove stages; whatever cannot be true of a shipment is an exception for a person."""

import pytest

from schemas.shipments import (
    ParcelPacked,
    ParcelShipped,
    ShipmentException,
    Trouble,
    WorkPicked,
)
from services.fulfillment.domain.state import InParcel, InWork


def kinds(events):
    return [type(event) for event in events]


@pytest.fixture
def at_work(warehouse, story):
    story.tell(warehouse.allocate({1: {"1": 2, "2": 1}}))
    return story


def test_each_scan_is_told_once(warehouse, at_work):
    assert kinds(at_work.tell(warehouse.scan("picked"))) == [WorkPicked]
    assert kinds(at_work.tell(warehouse.scan("packed"))) == [ParcelPacked]
    assert kinds(at_work.tell(warehouse.scan("handed_over"))) == [ParcelShipped]
    for scan in ("picked", "packed", "handed_over"):
        assert at_work.tell(warehouse.scan(scan), warehouse.scan(scan, scan_id="by another scanner")) == ()


def test_a_packed_scan_proves_that_the_goods_were_picked(warehouse, at_work):
    assert kinds(at_work.tell(warehouse.scan("packed"))) == [WorkPicked, ParcelPacked]
    assert at_work.tell(warehouse.scan("picked")) == ()


def test_a_parcel_carries_our_tracking_number_its_weight_and_the_rates_it_was_rated_by(warehouse, at_work):
    (_, packed) = at_work.tell(warehouse.scan("packed"))
    assert packed.tracking_number == "CAMFRGGZDFMZTWQ2LKNNWG23TP001"
    assert packed.weight_grams == 3 * 400
    assert packed.rates_version == "rates-1"
    assert (packed.quote.rate_id, packed.keeps_promise) == ("correos-standard", True)


def test_units_that_were_stopped_do_not_weigh(warehouse, at_work):
    at_work.tell(warehouse.cancel({"1": 2}))
    (_, packed) = at_work.tell(warehouse.scan("packed", revision=2))
    assert packed.weight_grams == 400


def test_the_scale_is_believed_before_the_catalog(warehouse, at_work):
    (_, packed) = at_work.tell(warehouse.scan("packed", weight_grams=2_150))
    assert packed.weight_grams == 2_150


def test_a_parcel_handed_over_before_it_was_packed_ships_once_it_is(warehouse, at_work):
    (early,) = at_work.tell(warehouse.scan("handed_over"))
    assert (early.trouble, early.reference) == (Trouble.OUT_OF_ORDER, "scan/handed_over-1-1-MAD")
    assert at_work.tell(warehouse.scan("handed_over")) == ()
    assert kinds(at_work.tell(warehouse.scan("packed"))) == [WorkPicked, ParcelPacked, ParcelShipped]


def test_a_scan_at_another_site_changes_nothing(warehouse, at_work):
    (exception,) = at_work.tell(warehouse.scan("packed", site="BCN"))
    assert exception.trouble is Trouble.WRONG_SITE
    assert at_work.order.shipments[warehouse.shipment_id(1)].picked is False
    assert at_work.tell(warehouse.scan("packed", site="BCN")) == ()


def test_a_scan_of_a_shipment_that_never_was_is_an_exception(warehouse, story):
    (exception,) = story.tell(warehouse.scan("picked", 7))
    assert (exception.trouble, exception.shipment_id) == (Trouble.UNKNOWN_SHIPMENT, warehouse.shipment_id(7))
    assert story.tell(warehouse.scan("picked", 7)) == ()


def test_without_a_carrier_service_the_goods_stay_picked_until_a_later_scan_finds_one(warehouse, at_work):
    events = at_work.tell(warehouse.scan("packed", rates=()))
    assert kinds(events) == [WorkPicked, ShipmentException]
    assert events[1].trouble is Trouble.NO_SERVICE
    assert at_work.order.shipments[warehouse.shipment_id(1)].picked is True
    assert at_work.tell(warehouse.scan("packed")) == (), "the same scan again is not a new attempt"
    assert kinds(at_work.tell(warehouse.scan("packed", scan_id="second attempt"))) == [ParcelPacked]


def test_picking_work_that_was_stopped_is_an_exception(warehouse, at_work):
    at_work.tell(warehouse.cancel({"1": 2, "2": 1}))
    (exception,) = at_work.tell(warehouse.scan("picked"))
    assert exception.trouble is Trouble.STOPPED
    assert at_work.tell(warehouse.scan("picked")) == ()


def test_a_scan_that_picked_the_goods_before_they_were_stopped_says_nothing_when_it_comes_again(warehouse, at_work):
    at_work.tell(warehouse.scan("picked"), warehouse.cancel({"1": 2, "2": 1}))
    assert at_work.tell(warehouse.scan("picked")) == ()


def test_a_carton_made_by_an_older_revision_is_not_closed(warehouse, at_work):
    at_work.tell(warehouse.scan("picked"), warehouse.cancel({"1": 2}))
    (exception,) = at_work.tell(warehouse.scan("packed", revision=1))
    assert exception.trouble is Trouble.STOPPED
    (packed,) = at_work.tell(warehouse.scan("packed", revision=2))
    assert [line.line_id for line in packed.lines] == ["2"]


def test_goods_picked_by_an_older_revision_are_picked_all_the_same(warehouse, at_work):
    at_work.tell(warehouse.cancel({"1": 2}))
    (picked,) = at_work.tell(warehouse.scan("picked", revision=1))
    assert [line.line_id for line in picked.lines] == ["2"]


def test_a_packed_parcel_may_be_handed_over_from_a_screen_with_an_older_revision(warehouse, at_work):
    at_work.tell(warehouse.cancel({"1": 2}), warehouse.scan("packed", revision=2))
    assert kinds(at_work.tell(warehouse.scan("handed_over", revision=1))) == [ParcelShipped]


def test_what_is_remembered_has_the_promise_only_while_it_is_needed(warehouse, at_work):
    assert isinstance(at_work.order.shipments[warehouse.shipment_id(1)], InWork)
    at_work.tell(warehouse.scan("packed"))
    assert isinstance(at_work.order.shipments[warehouse.shipment_id(1)], InParcel)
    at_work.tell(warehouse.carrier("delivered"))
    assert len(at_work.order.model_dump_json(exclude_defaults=True)) < 200
