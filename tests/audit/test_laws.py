"""A healthy log breaks no law; each kind of violation, planted in it, is named with the first record that shows it."""

from datetime import UTC, datetime

import pytest

from cauce.audit.auditor import Auditor
from cauce.audit.inputs import Place
from cauce.audit.money import LedgerLine
from cauce.audit.record import Entry
from cauce.ids import event_id
from cauce.money import Money
from cauce.places import Coordinates
from schemas.base import Sealed
from schemas.envelope import Envelope
from schemas.orders import Customer, Destination, OrderLine, OrderPlaced, PlaceOrder, ShipOption
from schemas.payments import PaymentCaptured, PaymentRefunded, RefundOwed
from schemas.returns import DisposedUnits, GoodsReturned, Grade, RefundLine, RefundRequested
from schemas.shipments import ParcelDelivered, ParcelShipped
from schemas.stock import (
    Allocated,
    Bucket,
    Candidate,
    Disposition,
    Explanation,
    Move,
    Shipment,
    ShipmentLine,
    StockMoved,
)
from schemas.topics import HOME

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CUSTOMER = Customer(person_id="p1", country="GB", personal=Sealed(person_id="p1", content=b"x"))
DESTINATION = Destination(country="GB", postal_area="SW1A", coordinates=Coordinates(latitude=51.5, longitude=-0.1))
LINES = (ShipmentLine(line_id="1", sku="mug", quantity=2, weight_grams=600),)
SHIPMENT = Shipment(shipment_id="o1-1", site="A", country="GB", distance_meters=10, lines=LINES)
KEEPER, SHIPMENTS, PAYMENTS = (
    "/cauce/allocation/keeper/0",
    "/cauce/fulfillment/shipments/0",
    "/cauce/payments/payments/0",
)


def money(amount):
    return Money(amount=amount, currency="GBP")


def order_line():
    return OrderLine(line_id="1", sku="mug", quantity=2, unit_price=money(500), amount=money(1000), tax=money(160))


class Log:
    """A deployment's records, appended with the envelopes that their writers would give."""

    def __init__(self):
        self.entries = []
        self.sequences = {}

    def add(self, source, cause, message, **envelope):
        service, lane = source.split("/")[2:4]
        numbered = source if lane == "keeper" else (source, message.key_value())
        self.sequences[numbered] = self.sequences.get(numbered, 0) + 1
        given = {
            "id": event_id(cause, service, message.type, message.natural_key()),
            "type": message.type,
            "source": source,
            "subject": message.key_value(),
            "sequence": self.sequences[numbered],
            "at": AT,
            "release": "1",
            "cause_id": cause,
            **envelope,
        }
        topic = HOME[type(message)]
        offset = sum(entry.topic == topic for entry in self.entries)
        self.entries.append(Entry(topic, 0, offset, Envelope(**given), message))

    def move(self, cause, move, source, target, quantity, on_hand, free, reference="o1-1"):  # noqa: PLR0917  # a row of a table
        line = "1" if reference == "o1-1" else ""
        self.add(KEEPER, cause, StockMoved(
            pool=0, sku="mug", site="A", move=move, quantity=quantity, source=source, target=target, on_hand=on_hand,
            free=free, order_id="o1" if line else "", reference=reference, line_id=line, entry="1",
        ))  # fmt: skip

    def audit(self, **options):
        auditor = Auditor(**options)
        for entry in self.entries:
            auditor.see(entry, entry.message.to_bytes())
        return [(violation.law, violation.detail) for violation in auditor.verdict().violations]

    def replace(self, kind, **changes):
        for number, entry in enumerate(self.entries):
            if isinstance(entry.message, kind):
                self.entries[number] = entry._replace(message=entry.message.model_copy(update=changes))
                return

    def drop(self, kind):
        self.entries = [entry for entry in self.entries if not isinstance(entry.message, kind)]


def placed(kind, **more):
    return kind(
        order_id="o1", channel="web", channel_order="1", placed_at=AT, currency="GBP", customer=CUSTOMER,
        destination=DESTINATION, ship_option=ShipOption.STANDARD, lines=(order_line(),), **more,
    )  # fmt: skip


@pytest.fixture
def log():
    """An order of two mugs, delivered, one of them sent back and paid for."""
    log = Log()
    log.add("/cauce/intake/door/channel-orders/0", "", placed(PlaceOrder), id="web-1", cause_id="", sequence=0)
    log.add("/cauce/intake/orders/0", "web-1", placed(OrderPlaced, order_number="WEB-1", deliver_by=AT))
    log.move("r1", Move.RECEIVED, Bucket.OUTSIDE, Bucket.FREE, 5, 5, 5, reference="receipt-1")
    explanation = Explanation(
        rule="nearest", sites_version="v", products_version="v", trigger="order",
        candidates=(Candidate(site="A", distance_meters=10, lines_served=1, units_served=2, chosen=True),),
    )  # fmt: skip
    log.add(KEEPER, "c1", Allocated(
        order_id="o1", order_number="WEB-1", decision=1, pool=0, customer=CUSTOMER, destination=DESTINATION,
        ship_option=ShipOption.STANDARD, deliver_by=AT, shipments=(SHIPMENT,), explanation=explanation,
    ))  # fmt: skip
    log.move("c1", Move.RESERVED, Bucket.FREE, Bucket.RESERVED, 2, 5, 3)
    log.move("c2", Move.PICKED, Bucket.RESERVED, Bucket.PICKED, 2, 5, 3)
    log.move("c2", Move.PACKED, Bucket.PICKED, Bucket.PACKED, 2, 5, 3)
    log.move("c2", Move.SHIPPED, Bucket.PACKED, Bucket.OUTSIDE, 2, 3, 3)
    parcel = {
        "order_id": "o1", "order_number": "WEB-1", "shipment_id": "o1-1", "site": "A", "lines": LINES,
        "tracking_number": "CA1", "customer": CUSTOMER,
    }  # fmt: skip
    log.add(SHIPMENTS, "s1", ParcelShipped(carrier="c", service="s", arrives_on=AT.date(), **parcel))
    log.add(SHIPMENTS, "s2", ParcelDelivered(delivered_at=AT, **parcel))
    units = DisposedUnits(line_id="1", sku="mug", quantity=1, grade=Grade.NEW, disposition=Disposition.RESTOCK)
    log.add("/cauce/returns/returns/0", "rr", GoodsReturned(
        order_id="o1", order_number="WEB-1", return_id="R1", receipt_id="x", site="A", units=(units,), operator="d",
        customer=CUSTOMER, digest="d",
    ))  # fmt: skip
    log.add("/cauce/returns/returns/0", "rr", RefundRequested(
        order_id="o1", order_number="WEB-1", refund_id="R1:1", return_id="R1", amount=money(500), customer=CUSTOMER,
        lines=(RefundLine(line_id="1", quantity=1, amount=money(500), tax=money(80)),),
    ))  # fmt: skip
    log.add(PAYMENTS, "p1", PaymentCaptured(
        order_id="o1", order_number="WEB-1", payment_id="pay", provider="sandbox", provider_reference="ch_1",
        amount=money(1000), captured_by="channel",
    ))  # fmt: skip
    log.add(PAYMENTS, "p2", RefundOwed(
        order_id="o1", order_number="WEB-1", refund_id="R1:1", because="returned", amount=money(500), short=money(0),
        customer=CUSTOMER,
    ))  # fmt: skip
    log.add(PAYMENTS, "p3", PaymentRefunded(
        order_id="o1", order_number="WEB-1", refund_id="R1:1", payment_id="pay", provider="sandbox",
        provider_reference="re_1", amount=money(500), because="returned", customer=CUSTOMER,
    ))  # fmt: skip
    return log


LEDGER = {
    "ch_1": LedgerLine("charge", "ch_1", "", 1000, "GBP"),
    "re_1": LedgerLine("refund", "re_1", "k", 500, "GBP"),
}
RAW = [Place("channel-orders", 0, 0)]


def laws(found):
    return {law for law, _ in found}


def test_a_healthy_log_breaks_no_law(log):
    assert log.audit(raw=RAW, provider=LEDGER) == []


def test_law_4_an_id_that_its_cause_does_not_give_is_named(log):
    log.entries[1] = log.entries[1]._replace(envelope=log.entries[1].envelope._replace(id="invented"))

    assert any(detail.startswith("its id is invented, its cause gives") for law, detail in log.audit() if law == 4)


def test_law_4_a_fact_that_stands_twice_is_named(log):
    log.entries.append(log.entries[-1]._replace(offset=9))

    assert any("stands twice" in detail for law, detail in log.audit() if law == 4)


def test_law_4_a_number_that_a_writer_lost_is_named(log):
    log.entries = [entry for entry in log.entries if getattr(entry.message, "move", None) is not Move.PACKED]

    assert any("lost number 5" in detail for law, detail in log.audit() if law == 4)


def test_law_5_units_below_zero_are_named(log):
    log.replace(StockMoved, quantity=1, on_hand=1, free=1)

    assert any("would be -1" in detail for law, detail in log.audit() if law == 5)


def test_law_5_a_stated_total_that_the_ledger_does_not_give_is_named(log):
    log.replace(StockMoved, free=4)

    assert any("the ledger gives 5 and 5" in detail for law, detail in log.audit() if law == 5)


def test_law_5_a_move_that_no_ledger_knows_is_named(log):
    log.replace(StockMoved, target=Bucket.PACKED, free=0)

    assert any("cannot move units" in detail for law, detail in log.audit() if law == 5)


def test_law_5_a_promise_without_reserved_units_is_named(log):
    lines = (LINES[0].model_copy(update={"quantity": 3}),)
    log.replace(Allocated, shipments=(SHIPMENT.model_copy(update={"lines": lines}),))

    assert any("3 promised, 2 reserved" in detail for law, detail in log.audit() if law == 5)


def test_law_6_more_paid_back_than_captured_is_named(log):
    log.replace(PaymentCaptured, amount=money(400))

    assert any("500 paid back of 400 captured" in detail for law, detail in log.audit() if law == 6)


def test_law_6_a_refund_that_nobody_owes_is_named(log):
    log.drop(RefundRequested)

    assert any("0 due, 500 taken on" in detail for law, detail in log.audit() if law == 6)


def test_law_6_a_refund_that_was_due_and_forgotten_is_named(log):
    log.drop(RefundOwed)

    assert any("500 due, 0 taken on" in detail for law, detail in log.audit() if law == 6)


def test_law_6_a_provider_that_paid_twice_is_named(log):
    ledger = {**LEDGER, "re_2": LedgerLine("refund", "re_2", "k2", 500, "GBP")}

    assert log.audit(raw=RAW, provider=ledger) == [(6, "refund of 500 is in no fact of ours")]


def test_law_6_two_ledgers_that_disagree_are_named(log):
    ledger = {**LEDGER, "re_1": LedgerLine("refund", "re_1", "k", 400, "GBP")}

    assert log.audit(raw=RAW, provider=ledger) == [(6, "re_1: 500 by us, 400 by the provider")]


def test_law_7_units_that_are_nowhere_are_named(log):
    log.drop(Allocated)

    assert any("neither promised nor put in the queue" in detail for law, detail in log.audit() if law == 7)


def test_law_7_more_returned_than_delivered_is_named(log):
    log.drop(ParcelDelivered)

    assert any("1 returned of 0 delivered" in detail for law, detail in log.audit() if law == 7)


def test_law_8_a_raw_record_that_no_door_read_is_named(log):
    found = log.audit(raw=[*RAW, Place("channel-orders", 0, 1)])

    assert found == [(8, "no door read it or set it aside")]
    assert log.audit(raw=[*RAW, Place("channel-orders", 0, 1)], parked=[Place("channel-orders", 0, 1)]) == []


def test_law_8_a_command_without_an_answer_is_named(log):
    log.drop(OrderPlaced)

    assert any("order.place.v1 was never answered" in detail for law, detail in log.audit() if law == 8)


def test_law_8_a_record_that_is_no_message_and_that_no_lane_set_aside_is_named():
    place = Place("intake-commands", 0, 3)

    def found(**options):
        auditor = Auditor(**options)
        auditor.see_unreadable(place, b"for ana@example.org")
        return [(violation.law, violation.place) for violation in auditor.verdict().violations]

    assert found() == [(8, "intake-commands/0@3"), (10, "intake-commands/0@3")]
    assert found(parked=[place]) == [(10, "intake-commands/0@3")]


def test_law_10_a_mail_address_in_the_clear_is_named(log):
    log.replace(OrderPlaced, order_number="ana@example.org")

    assert any("mail address" in detail for law, detail in log.audit() if law == 10)


def test_law_10_a_planted_detail_in_the_clear_is_named(log):
    log.replace(OrderPlaced, order_number="Ana Canary")

    assert laws(log.audit(canaries=[b"Ana Canary"])) == {10}
