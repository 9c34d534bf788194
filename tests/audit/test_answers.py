"""Law 8 for commands: one without an answer is named, unless it is a repeat or the facts show it changed nothing."""

import pytest

from schemas.effects import EffectAnswered
from schemas.notices import SendMail
from schemas.orders import OrderPlaced
from schemas.payments import PaymentRefunded
from schemas.reservations import ShipmentAdvanced
from schemas.shipments import (
    CarrierSign,
    CarrierStatus,
    ParcelDelivered,
    ParcelPacked,
    ParcelShipped,
    Scan,
    ShipmentException,
    Trouble,
    WorkPicked,
)
from schemas.stock import AdjustStock, AdvanceShipment, ReleaseStock, ReserveStock, Stage

FRONT = "/cauce/allocation/front/0"
SHIPMENTS = "/cauce/fulfillment/shipments/0"


def unanswered(log, **options):
    return [detail.partition(" ")[0] for law, detail in log.audit(**options) if law == 8]


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ((OrderPlaced,), "order.place.v1"),
        ((WorkPicked, ParcelPacked), "shipment.scan.v1"),
        ((ParcelShipped,), "shipment.scan.v1"),
        ((ParcelDelivered,), "shipment.carrier-event.v1"),
        ((SendMail,), "customer.tell.v1"),
        ((PaymentRefunded,), "effect.answered.v1"),
    ],
)
def test_a_command_without_an_answer_is_named(log, answers, asked):
    for answer in answers:
        log.drop(answer)

    assert set(unanswered(log)) == {asked}


def test_a_release_without_an_answer_is_named(empty):
    empty.order().ask_to_cancel().agree_to_cancel().change()

    assert unanswered(empty) == ["stock.release.v1"]


def test_an_advance_without_an_answer_is_named(log):
    log.drop(ShipmentAdvanced, stage=Stage.SHIPPED)
    log.entries = [entry for entry in log.entries if not _of_last_advance(log, entry)]

    assert unanswered(log) == ["stock.advance.v1"]


def _of_last_advance(log, entry):
    last = [one.envelope.id for one in log.entries if isinstance(one.message, AdvanceShipment)][-1]
    return entry.envelope.cause_id == last


def test_a_command_that_was_set_aside_needs_no_answer(empty):
    empty.order().ask_to_cancel().agree_to_cancel().change()

    assert unanswered(empty, parked=empty.places(ReleaseStock)) == []


@pytest.mark.parametrize("scan", list(Scan))
def test_a_scan_of_what_is_known_needs_no_answer(log, scan):
    log.scan(scan, 9)

    assert log.audit() == []


@pytest.mark.parametrize("status", [CarrierStatus.IN_TRANSIT, CarrierStatus.DELIVERED])
def test_a_carrier_event_of_what_is_known_needs_no_answer(log, status):
    log.carrier_event(status, 9)

    assert log.audit() == []


def test_a_mishap_that_nobody_was_told_of_is_named(log):
    log.carrier_event(CarrierStatus.LOST, 9)

    assert unanswered(log) == ["shipment.carrier-event.v1"]


def test_a_scan_of_a_shipment_that_nobody_knows_is_named(empty):
    empty.scan(Scan.PICKED, 1)

    assert unanswered(empty) == ["shipment.scan.v1"]


def test_a_sign_that_was_noticed_early_and_comes_again_needs_no_answer(empty):
    early = {"trouble": Trouble.OUT_OF_ORDER, "reference": "scan/s1", "detail": "x", "early": CarrierSign()}
    seen = ShipmentException(order_id="o1", shipment_id="o1-1", **early)
    empty.add(SHIPMENTS, empty.scan(Scan.HANDED_OVER, 1), seen)
    empty.scan(Scan.HANDED_OVER, 2)
    empty.carrier_event(CarrierStatus.IN_TRANSIT, 3)

    assert empty.audit() == []
    empty.carrier_event(CarrierStatus.DELIVERED, 4)
    assert unanswered(empty) == ["shipment.carrier-event.v1"]


def test_commands_to_the_keeper_that_come_again_need_no_answer(log):
    for kind in (ReserveStock, AdvanceShipment):
        first = next(entry for entry in log.entries if isinstance(entry.message, kind))
        log.add(FRONT, "again", first.message, id=f"again-{kind.type}")
    log.add(FRONT, "late", _advance_of(log, Stage.PICKED), id="late")

    assert log.audit() == []


def _advance_of(log, stage):
    first = next(entry.message for entry in log.entries if isinstance(entry.message, AdvanceShipment))
    return first.model_copy(update={"stage": stage})


def test_a_result_that_comes_again_needs_no_answer(log):
    first = next(entry for entry in log.entries if isinstance(entry.message, EffectAnswered))
    log.add("/cauce/payments/runner/0", first.envelope.cause_id, first.message, id="again")

    assert log.audit() == []


def test_an_adjustment_of_nothing_needs_no_answer(log):
    adjustment = AdjustStock(pool=0, adjustment_id="a", site="A", sku="mug", change=0, reason="count")
    log.asked("allocation/door/stock-reports", "adjust-1", adjustment)

    assert log.audit() == []
