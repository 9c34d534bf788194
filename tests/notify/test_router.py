"""Which facts a customer hears of, and what the word says."""

from datetime import UTC, date, datetime

import pytest

from cauce.decider import MemoryReference
from cauce.money import Money
from cauce.places import Coordinates
from cauce.runtime.service import RunnerLane
from schemas.backorders import Backordered, BackorderReleased
from schemas.base import Sealed
from schemas.notices import NoticeKind, NoticeLine, TellCustomer
from schemas.orders import (
    CanceledUnits,
    Customer,
    Destination,
    LineQuantity,
    OrderChanged,
    OrderConflicted,
    OrderLine,
    OrderPlaced,
    OrderRefused,
    Reason,
    ShipOption,
)
from schemas.payments import PaymentRefunded
from schemas.reference import Product
from schemas.returns import DisposedUnits, GoodsReturned, Grade, ReturnAuthorized, ReturnLine, ReturnRefused
from schemas.shipments import ParcelDelivered, ParcelPacked, ParcelShipped, Quote
from schemas.sourcing import Explanation
from schemas.stock import Allocated, DemandLine, Disposition, Shipment, ShipmentLine
from schemas.topics import TOPICS
from services.notify.domain import router
from services.notify.translate import to_route
from services.notify.worker import SERVICE

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ANA = Customer(person_id="ana", country="ES", language="es", personal=Sealed(person_id="ana", content=b"sealed"))
THERE = Destination(country="ES", coordinates=Coordinates(latitude=40.4, longitude=-3.7))
POUNDS = Money(amount=1530, currency="GBP")
NONE = Money(amount=0, currency="GBP")
NAMES = {"order_id": "ord1", "order_number": "SHOP-1001", "customer": ANA}
PROMISE = {"destination": THERE, "ship_option": ShipOption.STANDARD, "deliver_by": AT}
LINES = (ShipmentLine(line_id="1", sku="22423", quantity=2, weight_grams=400),)
PARCEL = {**NAMES, "shipment_id": "ord1-1", "site": "MAD", "lines": LINES, "tracking_number": "CAORD1001"}
WHY = Explanation(rule="nearest", sites_version="s", products_version="p", trigger="order", candidates=())
REASONS = (Reason(field="lines.0.sku", code="unknown", detail="no such article"),)


def line(line_id, sku, description=""):
    return OrderLine(
        line_id=line_id, sku=sku, quantity=2, unit_price=NONE, amount=POUNDS, tax=NONE, description=description
    )


PLACED = OrderPlaced(
    **NAMES,
    **PROMISE,
    channel="web",
    channel_order="1001",
    placed_at=AT,
    currency="GBP",
    lines=(line("1", "22423", "Cake stand"), line("2", "85123A")),
)
SHIPMENT = Shipment(shipment_id="ord1-1", site="MAD", country="ES", distance_meters=9000, lines=LINES)
QUOTE = Quote(rate_id="r", carrier="Parcelwide", service="Road", price=POUNDS, arrives_on=date(2026, 3, 5))
SHIPPED = ParcelShipped(**PARCEL, carrier="Parcelwide", service="Road", arrives_on=date(2026, 3, 5))
RETURNED_UNITS = {"line_id": "1", "sku": "22423", "quantity": 1, "disposition": Disposition.RESTOCK}

FACTS = [
    (PLACED, NoticeKind.RECEIVED, "ord1"),
    (
        OrderRefused(**NAMES, channel="web", channel_order="1001", reasons=REASONS, digest="d1"),
        NoticeKind.REFUSED,
        "ord1/d1",
    ),
    (
        OrderChanged(
            **NAMES,
            version=2,
            request_id="q",
            canceled=(CanceledUnits(line_id="1", quantity=1), CanceledUnits(line_id="1", quantity=1, shipment_id="s")),
            whole=False,
            taken_off=POUNDS,
            amount=POUNDS,
            reason="asked",
        ),
        NoticeKind.CHANGED,
        "ord1/2",
    ),
    (
        OrderChanged(
            **NAMES,
            version=3,
            request_id="r",
            canceled=(CanceledUnits(line_id="1", quantity=1),),
            whole=True,
            taken_off=POUNDS,
            amount=NONE,
            reason="asked",
        ),
        NoticeKind.CANCELED,
        "ord1",
    ),
    (
        Allocated(**NAMES, **PROMISE, decision=1, pool=0, shipments=(SHIPMENT,), explanation=WHY),
        NoticeKind.CONFIRMED,
        "ord1/1",
    ),
    (
        Backordered(
            **NAMES,
            **PROMISE,
            pool=0,
            lines=(DemandLine(line_id="1", sku="22423", quantity=2),),
            queue_number=1,
            explanation=WHY,
        ),
        NoticeKind.BACKORDERED,
        "ord1",
    ),
    (
        ParcelPacked(
            **PARCEL,
            weight_grams=400,
            quote=QUOTE,
            keeps_promise=True,
            rates_version="r",
            operator="o",
            destination=THERE,
        ),
        NoticeKind.PACKED,
        "ord1-1",
    ),
    (SHIPPED, NoticeKind.SHIPPED, "ord1-1"),
    (ParcelDelivered(**PARCEL, delivered_at=AT), NoticeKind.DELIVERED, "ord1-1"),
    (
        ReturnAuthorized(
            **NAMES,
            request_id="q",
            digest="d",
            return_id="Rord1-1",
            site="MAD",
            lines=(ReturnLine(line_id="1", sku="22423", quantity=1),),
            reason="too small",
            expires_at=AT,
        ),
        NoticeKind.RETURN_AUTHORIZED,
        "Rord1-1",
    ),
    (
        ReturnRefused(order_id="ord1", request_id="q", digest="d", reasons=REASONS, customer=ANA),
        NoticeKind.RETURN_REFUSED,
        "ord1/q/d",
    ),
    (
        GoodsReturned(
            **NAMES,
            return_id="Rord1-1",
            receipt_id="c",
            digest="d",
            site="MAD",
            units=(
                DisposedUnits(**RETURNED_UNITS, grade=Grade.NEW),
                DisposedUnits(**RETURNED_UNITS, grade=Grade.OPENED),
            ),
            operator="o",
        ),
        NoticeKind.RETURNED,
        "Rord1-1/c",
    ),
    (
        PaymentRefunded(
            **NAMES,
            refund_id="f",
            payment_id="p",
            provider="card",
            provider_reference="x",
            amount=POUNDS,
            because="returned",
        ),
        NoticeKind.REFUNDED,
        "ord1/f/p",
    ),
]


@pytest.fixture(name="route")
def _route(received):
    def route(fact):
        command = to_route(received(fact), MemoryReference())
        return None if command is None else TellCustomer.read(command.notices[0].to_bytes())

    return route


@pytest.mark.parametrize(("fact", "kind", "reference"), FACTS, ids=[kind for _, kind, _ in FACTS])
def test_a_fact_is_told_to_its_customer_in_their_language(route, fact, kind, reference):
    word = route(fact)
    assert (word.kind, word.reference) == (kind, reference)
    assert (word.person_id, word.language, word.order_id) == ("ana", "es", "ord1")
    assert word.personal == ANA.personal


@pytest.mark.parametrize(
    "fact",
    [
        OrderConflicted(order_id="ord1", channel="web", channel_order="1", digest="a", first_digest="b"),
        BackorderReleased(order_id="ord1", pool=0, version=2, lines=(LineQuantity(line_id="1", quantity=1),)),
        ReturnRefused(order_id="ord9", request_id="q", digest="d", reasons=REASONS),
    ],
)
def test_a_fact_that_concerns_no_customer_is_told_to_nobody(route, fact):
    assert route(fact) is None


def test_a_receipt_names_goods_amount_and_date(route):
    word = route(PLACED)
    assert word.lines == (NoticeLine(text="Cake stand (22423)", quantity=2), NoticeLine(text="85123A", quantity=2))
    assert word.amount == Money(amount=3060, currency="GBP")
    assert word.expected_on == date(2026, 3, 2)


def test_a_shipment_names_carrier_number_and_day(route):
    word = route(SHIPPED)
    assert (word.carrier, word.tracking_number, word.expected_on) == ("Parcelwide", "CAORD1001", date(2026, 3, 5))


def test_units_of_one_line_are_one_line_to_the_customer(route):
    changed, returned = (next(fact for fact, kind, _ in FACTS if kind == wanted) for wanted in ("changed", "returned"))
    assert route(changed).lines == (NoticeLine(text="1", quantity=2),)
    assert route(returned).lines == (NoticeLine(text="22423", quantity=2),)


def test_the_router_passes_every_word_on_and_remembers_nothing(received):
    command = to_route(received(PLACED), MemoryReference())
    empty = router.DECIDER.initial("ord1")
    (word,) = router.DECIDER.decide(empty, command)
    assert word == command.notices[0]
    assert router.DECIDER.evolve(empty, word) == empty


def test_the_lanes_read_what_the_table_of_topics_says():
    for lane in SERVICE.lanes:
        name = f"{lane.service}-{lane.name}"
        reads = {lane.effects} if isinstance(lane, RunnerLane) else set(lane.inputs)
        assert reads == {
            topic.name
            for topic in TOPICS
            if name in topic.readers or (lane.name == "router" and "notify" in topic.readers)
        }


def test_products_are_named_beside_their_skus_where_they_are_known(received):
    known = MemoryReference(products=(Product(id="22423", name="Cake stand", weight_grams=200),))
    named, unnamed = (to_route(received(SHIPPED), reference).notices[0] for reference in (known, MemoryReference()))

    assert [line.text for line in named.lines] == ["Cake stand (22423)"]
    assert [line.text for line in unnamed.lines] == ["22423"]


def test_a_confirmation_names_what_comes_in_place_of_what(received):
    instead = SHIPMENT.lines[0].model_copy(update={"instead_of": "85123A"})
    shipment = SHIPMENT.model_copy(update={"lines": (instead, *LINES)})
    fact = Allocated(**NAMES, **PROMISE, decision=1, pool=0, shipments=(shipment,), explanation=WHY)
    known = MemoryReference(products=(Product(id="85123A", name="Holder", weight_grams=1),))
    lines = to_route(received(fact), known).notices[0].lines
    assert [(each.text, each.instead_of) for each in lines] == [("22423", "Holder (85123A)"), ("22423", None)]
