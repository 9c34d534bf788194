"""Other people's messages as our commands."""

from datetime import UTC, datetime

from cauce.decider import MemoryReference
from cauce.runtime.service import Received
from schemas.changing import ChangeRefused, ChangeRequested
from schemas.envelope import Envelope
from schemas.orders import LineQuantity, Reason
from schemas.sourcing import Explanation
from schemas.stock import Allocated
from services.fulfillment import translate

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOTHING = MemoryReference()


def received(message):
    envelope = Envelope(id="cause", type=message.type, source="/test", subject="s", sequence=1, at=AT, release="test")
    return Received("topic", envelope, message)


def test_an_allocation_brings_its_shipments_and_the_promise(warehouse):
    promise = dict(warehouse.promise)
    shipments = (warehouse.shipment(1, {"1": 2}),)
    explanation = Explanation(rule="nearest", sites_version="s", products_version="p", trigger="t", candidates=())
    allocated = Allocated(
        order_id=warehouse.order_id, decision=1, pool=0, shipments=shipments, explanation=explanation, **promise
    )
    command = translate.from_allocated(received(allocated), NOTHING)
    assert (command.at, command.promise, command.shipments) == (AT, warehouse.promise, shipments)


def test_a_proposed_change_is_to_be_answered(warehouse):
    lines = (LineQuantity(line_id="1", quantity=2),)
    request = ChangeRequested(
        order_id=warehouse.order_id, request_id="r1", lines=lines, reason="too slow", asked_by="customer"
    )
    command = translate.from_change_requested(received(request), NOTHING)
    assert (command.request_id, command.lines) == ("r1", lines)


def test_a_change_that_intake_refused_asks_nothing_of_us(warehouse):
    reason = Reason(field="lines", code="nothing_left", detail="nothing is left to cancel")
    refused = ChangeRefused(order_id=warehouse.order_id, request_id="r1", reason=reason)
    assert translate.from_change_requested(received(refused), NOTHING) is None


def test_only_a_packed_scan_takes_the_rates_along(warehouse):
    reference = MemoryReference(rates=warehouse.rates)
    packed = translate.from_command(received(warehouse.scan("packed").scan), reference)
    assert ({rate.id for rate in packed.rates}, packed.rates_version) == ({r.id for r in warehouse.rates}, "memory")
    assert translate.from_command(received(warehouse.scan("picked").scan), reference).rates == ()


def test_a_carrier_event_is_taken_as_it_is(warehouse):
    event = warehouse.carrier("lost").event
    assert translate.from_command(received(event), NOTHING).event == event
