"""The life of an order of two mugs, as records with the envelopes that their writers would give."""

from datetime import UTC, datetime

import pytest

from cauce.audit.auditor import Auditor
from cauce.audit.ledgers import LedgerLine
from cauce.audit.record import Entry, Place
from cauce.ids import event_id
from cauce.money import Money
from cauce.places import Coordinates
from schemas.base import Sealed
from schemas.effects import EffectAnswered, EffectOutcome
from schemas.envelope import Envelope
from schemas.notices import CustomerNotified, NoticeKind, SendMail, TellCustomer
from schemas.orders import (
    CanceledUnits,
    CancelOrder,
    ChangeAnswered,
    ChangeRequested,
    Customer,
    Destination,
    LineQuantity,
    OrderChanged,
    OrderLine,
    OrderPlaced,
    Outcome,
    Payment,
    PlaceOrder,
    ShipOption,
)
from schemas.payments import PaymentCaptured, PaymentFailed, PaymentRefunded, RefundOwed, RefundPayment
from schemas.reservations import ShipmentAdvanced, StockReleased
from schemas.returns import (
    DisposedUnits,
    GoodsReturned,
    Grade,
    RefundLine,
    RefundRequested,
    ReturnAuthorized,
    ReturnLine,
    ReturnPending,
    ReturnTerms,
)
from schemas.shipments import (
    CarrierStatus,
    ParcelDelivered,
    ParcelPacked,
    ParcelShipped,
    Quote,
    RecordCarrierEvent,
    RecordScan,
    Scan,
    WarehouseWork,
    Work,
    WorkPicked,
)
from schemas.stock import (
    AdvanceShipment,
    Allocated,
    Backordered,
    Bucket,
    Candidate,
    DemandLine,
    Disposition,
    Explanation,
    Move,
    ReleaseStock,
    ReserveStock,
    Shipment,
    ShipmentLine,
    Stage,
    StockMoved,
)
from schemas.topics import HOME

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CUSTOMER = Customer(person_id="p1", country="GB", personal=Sealed(person_id="p1", content=b"x"))
DESTINATION = Destination(country="GB", postal_area="SW1A", coordinates=Coordinates(latitude=51.5, longitude=-0.1))
SHARED = {"customer": CUSTOMER, "destination": DESTINATION, "ship_option": ShipOption.STANDARD, "deliver_by": AT}
LINES = (ShipmentLine(line_id="1", sku="mug", quantity=2, weight_grams=600),)
SHIPMENT = Shipment(shipment_id="o1-1", site="A", country="GB", distance_meters=10, lines=LINES)
ORDER = {"order_id": "o1", "order_number": "WEB-1"}
PARCEL = {**ORDER, "shipment_id": "o1-1", "site": "A", "lines": LINES, "tracking_number": "CA1", "customer": CUSTOMER}
QUOTE = Quote(rate_id="r", carrier="c", service="s", price=Money(amount=300, currency="GBP"), arrives_on=AT.date())
EXPLANATION = Explanation(
    rule="nearest", sites_version="v", products_version="v", trigger="order",
    candidates=(Candidate(site="A", distance_meters=10, lines_served=1, units_served=2, chosen=True),),
)  # fmt: skip
INTAKE, FRONT, KEEPER = "/cauce/intake/orders/0", "/cauce/allocation/front/0", "/cauce/allocation/keeper/0"
SHIPMENTS, RETURNS, PAYMENTS = (
    "/cauce/fulfillment/shipments/0",
    "/cauce/returns/returns/0",
    "/cauce/payments/payments/0",
)
ROUTER, NOTICES = "/cauce/notify/router/0", "/cauce/notify/notices/0"
MOVES = {
    Move.RESERVED: (Bucket.FREE, Bucket.RESERVED),
    Move.RELEASED: (Bucket.RESERVED, Bucket.FREE),
    Move.PICKED: (Bucket.RESERVED, Bucket.PICKED),
    Move.PACKED: (Bucket.PICKED, Bucket.PACKED),
    Move.SHIPPED: (Bucket.PACKED, Bucket.OUTSIDE),
}


def money(amount):
    return Money(amount=amount, currency="GBP")


def placed(kind, **more):
    line = OrderLine(line_id="1", sku="mug", quantity=2, unit_price=money(500), amount=money(1000), tax=money(160))
    payment = Payment(payment_id="pay", provider="sandbox", reference="ch_1", amount=money(1000))
    return kind(
        order_id="o1", channel="web", channel_order="1", placed_at=AT, currency="GBP", customer=CUSTOMER,
        destination=DESTINATION, ship_option=ShipOption.STANDARD, lines=(line,), payments=(payment,), **more,
    )  # fmt: skip


class Log:
    """What is on the topics, step by step; every step returns the log."""

    def __init__(self):
        self.entries, self.sequences, self.on_hand, self.free = [], {}, 0, 0

    def add(self, source, cause, message, **envelope):
        service, lane = source.split("/")[2:4]
        subject = {"keeper": "", "front": "o1", "router": "o1"}.get(lane, message.key_value())
        self.sequences[source, subject] = self.sequences.get((source, subject), 0) + 1
        given = {
            "id": event_id(cause, service, message.type, message.natural_key()),
            "type": message.type,
            "source": source,
            "subject": message.key_value(),
            "sequence": self.sequences[source, subject],
            "at": AT,
            "release": "1",
            "cause_id": cause,
            **envelope,
        }
        topic = "payments-results" if isinstance(message, EffectAnswered) else HOME[type(message)]
        offset = sum(entry.topic == topic for entry in self.entries)
        self.entries.append(Entry(topic, 0, offset, Envelope(**given), message))
        return given["id"]

    def asked(self, door, identity, message):
        return self.add(f"/cauce/{door}/0", "", message, id=identity, sequence=0, cause_id="")

    def move(self, cause, move, quantity):
        source, target = MOVES[move]
        self.free += quantity * ((target is Bucket.FREE) - (source is Bucket.FREE))
        self.on_hand -= quantity * (target is Bucket.OUTSIDE)
        self._moved(cause, move, quantity, source=source, target=target, reference="o1-1", order_id="o1", line_id="1")

    def _moved(self, cause, move, quantity, **where):
        fact = StockMoved(
            pool=0, sku="mug", site="A", move=move, quantity=quantity, on_hand=self.on_hand, free=self.free, entry="1",
            **where,
        )  # fmt: skip
        self.add(KEEPER, cause, fact)

    def order(self):
        self.asked("intake/door/channel-orders", "web-1", placed(PlaceOrder))
        order = self.add(INTAKE, "web-1", placed(OrderPlaced, order_number="WEB-1", deliver_by=AT))
        capture = {"payment_id": "pay", "provider": "sandbox", "provider_reference": "ch_1", "amount": money(1000)}
        self.add(PAYMENTS, order, PaymentCaptured(**ORDER, **capture, captured_by="channel"))
        return self

    def ask_for_stock(self):
        lines = (DemandLine(line_id="1", sku="mug", quantity=2),)
        self.add(FRONT, "placed", ReserveStock(pool=0, **ORDER, **SHARED, lines=lines), id="reserve")
        return self

    def receive(self):
        self.on_hand = self.free = 5
        self._moved("r1", Move.RECEIVED, 5, source=Bucket.OUTSIDE, target=Bucket.FREE, reference="receipt-1")
        return self

    def promise(self, cause="reserve"):
        promise = {"decision": 1, "pool": 0, "shipments": (SHIPMENT,), "explanation": EXPLANATION}
        self.add(KEEPER, cause, Allocated(**ORDER, **SHARED, **promise))
        self.move(cause, Move.RESERVED, 2)
        return self

    def queue(self):
        lines = (DemandLine(line_id="1", sku="mug", quantity=2),)
        wait = {"pool": 0, "lines": lines, "queue_number": 1, "explanation": EXPLANATION}
        self.add(KEEPER, "reserve", Backordered(**ORDER, **SHARED, **wait))
        return self

    def work(self, work=Work.PICK, revision=1, lines=LINES, stopped=()):
        site = {"shipment_id": "o1-1", "site": "A", "site_country": "GB"}
        fact = WarehouseWork(
            **ORDER, **SHARED, **site, revision=revision, work=work, lines=lines, stopped=stopped
        )  # fmt: skip
        self.add(SHIPMENTS, f"a{revision}", fact)
        return self

    def scan(self, scan, number):
        scanned = {"order_id": "o1", "shipment_id": "o1-1", "scan_id": f"s{number}", "site": "A", "operator": "d"}
        self.asked("fulfillment/door/warehouse-scans", f"scan-{number}", RecordScan(**scanned, scan=scan))
        return f"scan-{number}"

    def carrier_event(self, status, number):
        seen = {"order_id": "o1", "tracking_number": "CA1", "carrier_event_id": f"e{number}", "happened_at": AT}
        self.asked("fulfillment/door/carrier-events", f"event-{number}", RecordCarrierEvent(**seen, status=status))
        return f"event-{number}"

    def advance(self, stage, moves):
        lines = (LineQuantity(line_id="1", quantity=2),)
        about = {"order_id": "o1", "shipment_id": "o1-1", "stage": stage, "pool": 0, "lines": lines}
        cause = self.add(FRONT, f"to-{stage}", AdvanceShipment(**about))
        self.add(KEEPER, cause, ShipmentAdvanced(**about))
        for move in moves:
            self.move(cause, move, 2)

    def pack(self):
        picked = WorkPicked(order_id="o1", shipment_id="o1-1", site="A", lines=LINES, operator="d")
        self.add(SHIPMENTS, self.scan(Scan.PICKED, 1), picked)
        packed = ParcelPacked(
            **PARCEL, weight_grams=1200, quote=QUOTE, keeps_promise=True, rates_version="v", operator="d",
            destination=DESTINATION,
        )  # fmt: skip
        self.add(SHIPMENTS, self.scan(Scan.PACKED, 2), packed)
        self.advance(Stage.PACKED, (Move.PICKED, Move.PACKED))
        return self

    def ship(self):
        shipped = ParcelShipped(carrier="c", service="s", arrives_on=AT.date(), **PARCEL)
        self.add(SHIPMENTS, self.scan(Scan.HANDED_OVER, 3), shipped)
        self.advance(Stage.SHIPPED, (Move.SHIPPED,))
        return self

    def deliver(self):
        delivered = ParcelDelivered(delivered_at=AT, **PARCEL)
        self.add(SHIPMENTS, self.carrier_event(CarrierStatus.DELIVERED, 1), delivered)
        return self

    def authorize(self):
        lines = (ReturnLine(line_id="1", sku="mug", quantity=1),)
        about = {"request_id": "q", "digest": "d", "return_id": "R1", "site": "A", "reason": "x", "expires_at": AT}
        self.add(RETURNS, "q", ReturnAuthorized(**ORDER, **about, lines=lines, customer=CUSTOMER))
        return self

    def take_back(self):
        units = DisposedUnits(line_id="1", sku="mug", quantity=1, grade=Grade.NEW, disposition=Disposition.RESTOCK)
        about = {"return_id": "R1", "customer": CUSTOMER}
        goods = {"receipt_id": "x", "site": "A", "units": (units,), "operator": "d", "digest": "d"}
        self.add(RETURNS, "rr", GoodsReturned(**ORDER, **about, **goods))
        lines = (RefundLine(line_id="1", quantity=1, amount=money(500), tax=money(80)),)
        self.add(RETURNS, "rr", RefundRequested(**ORDER, **about, refund_id="R1:1", amount=money(500), lines=lines))
        return self

    def owe(self, short=0):
        owed = {"refund_id": "R1:1", "because": "returned", "amount": money(500), "short": money(short)}
        self.add(PAYMENTS, "p2", RefundOwed(**ORDER, **owed, customer=CUSTOMER))
        return self

    def ask_provider(self):
        share = {"refund_id": "R1:1", "payment_id": "pay", "provider": "sandbox", "provider_reference": "ch_1"}
        self.add(PAYMENTS, "p2", RefundPayment(order_id="o1", **share, amount=money(500)))
        return self

    def answered(self):
        effect = self.entries[-1].envelope.id
        result = {"effect": RefundPayment.type, "reference": "R1:1/pay/1", "outcome": EffectOutcome.DONE}
        return self.add("/cauce/payments/runner/0", effect, EffectAnswered(
            subject="o1", effect_id=effect, provider_reference="re_1", attempts=1, **result,
        ))  # fmt: skip

    def refund(self):
        paid = {"refund_id": "R1:1", "payment_id": "pay", "provider": "sandbox", "provider_reference": "re_1"}
        about = {"amount": money(500), "because": "returned", "customer": CUSTOMER}
        self.add(PAYMENTS, self.answered(), PaymentRefunded(**ORDER, **paid, **about))
        return self

    def decline(self):
        refused = {"order_id": "o1", "refund_id": "R1:1", "payment_id": "pay", "detail": "closed account"}
        self.add(PAYMENTS, self.answered(), PaymentFailed(**refused, amount=money(500)))
        return self

    def ask_for_return(self):
        about = {"order_id": "o1", "request_id": "q", "digest": "d", "reason": "x", "asked_by": "customer"}
        terms = ReturnTerms(window_days=30, site="A")
        self.add(RETURNS, "q", ReturnPending(**about, asked_at=AT, decide_by=AT, terms=terms))
        return self

    def tell(self):
        about = {"person_id": "p1", "kind": NoticeKind.RECEIVED, "reference": "o1", "order_id": "o1", "language": "en"}
        told = self.add(ROUTER, "placed", TellCustomer(**about, personal=CUSTOMER.personal))
        mail = {"message_id": "<1@x.invalid>", "written_at": AT, "subject": "s", "body": "b"}
        self.add(NOTICES, told, SendMail(**about, **mail, personal=CUSTOMER.personal))
        return self

    def notified(self):
        about = {"person_id": "p1", "kind": NoticeKind.RECEIVED, "reference": "o1", "order_id": "o1"}
        self.add(NOTICES, "sent", CustomerNotified(**about, message_id="<1@x.invalid>"))
        return self

    def ask_to_cancel(self):
        asked = {"order_id": "o1", "request_id": "c1", "reason": "x", "asked_by": "channel"}
        self.asked("intake/door/channel-orders", "cancel-1", CancelOrder(**asked))
        lines = (LineQuantity(line_id="1", quantity=2),)
        self.add(INTAKE, "cancel-1", ChangeRequested(**asked, lines=lines))
        return self

    def agree_to_cancel(self, shipment_id=""):
        units = (CanceledUnits(line_id="1", quantity=2, shipment_id=shipment_id),)
        answer = {"order_id": "o1", "request_id": "c1", "outcome": Outcome.ACCEPTED, "canceled": units}
        self.add(SHIPMENTS, "asked", ChangeAnswered(**answer))
        return self

    def change(self):
        units = (CanceledUnits(line_id="1", quantity=2),)
        changed = {"version": 2, "request_id": "c1", "canceled": units, "whole": True, "reason": "x"}
        sums = {"taken_off": money(1000), "amount": money(0)}
        self.add(INTAKE, "answered", OrderChanged(**ORDER, **changed, **sums, customer=CUSTOMER))
        about = {"order_id": "o1", "pool": 0, "version": 2}
        self.add(FRONT, "changed", ReleaseStock(**about, canceled=units), id="release")
        owed = {"refund_id": "o1:v2", "because": "canceled", "amount": money(1000), "short": money(1000)}
        self.add(PAYMENTS, "p2", RefundOwed(**ORDER, **owed, customer=CUSTOMER))
        return self

    def leave_out(self):
        units = (CanceledUnits(line_id="1", quantity=2),)
        self.add(KEEPER, "release", StockReleased(order_id="o1", pool=0, version=2, units=units))
        return self

    def verdict(self, **options):
        auditor = Auditor(**options)
        for entry in self.entries:
            auditor.see(entry, entry.message.to_bytes())
        return auditor.verdict()

    def audit(self, **options):
        return [(violation.law, violation.detail) for violation in self.verdict(**options).violations]

    def waiting(self, **options):
        verdict = self.verdict(**options)
        assert not verdict.violations
        return verdict.waiting

    def replace(self, kind, **changes):
        for number, entry in enumerate(self.entries):
            if isinstance(entry.message, kind):
                self.entries[number] = entry._replace(message=entry.message.model_copy(update=changes))
                return

    def drop(self, kind, **fields):
        self.entries = [
            entry for entry in self.entries
            if not isinstance(entry.message, kind)
            or any(getattr(entry.message, name) != value for name, value in fields.items())
        ]  # fmt: skip
        return self

    def places(self, kind):
        return [entry.at for entry in self.entries if isinstance(entry.message, kind)]


@pytest.fixture
def empty():
    """Nothing yet: each test writes the log it is about."""
    return Log()


@pytest.fixture
def log(empty):
    """An order of two mugs, delivered, one of them sent back and paid for."""
    empty.order().ask_for_stock().receive().promise().work().pack().ship().deliver()
    return empty.authorize().take_back().owe().ask_provider().refund().tell().notified()


@pytest.fixture
def ledger():
    """The provider's own."""
    return {
        "ch_1": LedgerLine("charge", "ch_1", "", 1000, "GBP"),
        "re_1": LedgerLine("refund", "re_1", "k", 500, "GBP"),
    }


@pytest.fixture
def raw():
    """Where the channel wrote the order, the crew its scans and the carrier its event."""
    return [Place("channel-orders", 0, 0)]
