"""What scanners and carriers send is read back to the order its label carries."""

from datetime import UTC, datetime

import pytest

from cauce.runtime.service import DoorTools, Unreadable
from schemas.raw import CarrierReport, WarehouseScan
from services.fulfillment.domain.labels import tracked_shipment, tracking_number
from services.fulfillment.door import from_carrier, from_scan


@pytest.fixture
def tools():
    return DoorTools(now=datetime(2026, 3, 2, tzinfo=UTC), secret=b"secret", seal=print, locate=print)


def scan(**changed):
    form = {"scan": "packed", "scan_id": "77", "shipment": "mfrggzdfmztwq2lknnwg23tp-2", "site": "MAD"}
    return WarehouseScan(operator="ana", weight_grams=900, **(form | changed))


def report(**changed):
    form = {"event_id": "e1", "tracking_number": "CAMFRGGZDFMZTWQ2LKNNWG23TP002", "status": "delivered"}
    return CarrierReport(happened_at=datetime(2026, 3, 4, tzinfo=UTC), **(form | changed))


def test_a_scan_names_its_order(warehouse, tools):
    ((_, message),) = from_scan(scan(revision=3), tools)
    assert (message.order_id, message.shipment_id) == (warehouse.order_id, warehouse.shipment_id(2))
    assert (message.scan, message.revision, message.weight_grams) == ("packed", 3, 900)


def test_a_label_read_in_capitals_is_the_same_label(tools):
    assert from_scan(scan(shipment="MFRGGZDFMZTWQ2LKNNWG23TP-2"), tools) == from_scan(scan(), tools)


def test_a_scan_number_counts_for_its_site(tools):
    causes = {from_scan(scan(**changed), tools)[0].cause_id for changed in ({}, {}, {"site": "BCN"}, {"scan_id": "78"})}
    assert len(causes) == 3


@pytest.mark.parametrize("label", ["", "2", "mfrggzdfmztwq2lknnwg23tp", "mfrggzdfmztwq2lknnwg23tp-0", "8400000000017"])
def test_a_label_that_is_not_ours_is_unreadable(tools, label):
    with pytest.raises(Unreadable, match="shipment: "):
        from_scan(scan().model_copy(update={"shipment": label}), tools)


def test_a_carrier_names_the_order_by_our_tracking_number(warehouse, tools):
    ((_, message),) = from_carrier(report(), tools)
    assert (message.order_id, message.carrier_event_id) == (warehouse.order_id, "e1")
    assert tracked_shipment(message.tracking_number) == warehouse.shipment_id(2)


def test_two_carriers_may_use_one_event_number(tools):
    other = report(tracking_number="CAMFRGGZDFMZTWQ2LKNNWG23TP003")
    assert from_carrier(report(), tools)[0].cause_id != from_carrier(other, tools)[0].cause_id


def test_a_tracking_number_that_is_not_ours_is_unreadable(tools):
    with pytest.raises(Unreadable, match="tracking_number: "):
        from_carrier(report(tracking_number="1Z999AA10123456784"), tools)


@pytest.mark.parametrize("number", [1, 42, 1_000])
def test_a_tracking_number_leads_back_to_its_shipment(warehouse, number):
    shipment_id = warehouse.shipment_id(number)
    assert tracked_shipment(tracking_number(warehouse.order_id, shipment_id)) == shipment_id
