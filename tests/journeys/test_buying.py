"""An order on its way from the channel to the customer, and what else a channel may send."""

import pytest
from world.company import NEAREST
from world.outside import encoded, line

from schemas.notices import CustomerNotified, SendMail, TellCustomer
from schemas.orders import OrderConflicted, OrderPlaced, OrderRefused, PlaceOrder
from schemas.payments import PaymentCaptured
from schemas.raw import RawTopic
from schemas.shipments import (
    ParcelDelivered,
    ParcelPacked,
    ParcelShipped,
    RecordCarrierEvent,
    RecordScan,
    WarehouseWork,
    WorkPicked,
)
from schemas.stock import Allocated, Move, ReserveStock, StockMoved

pytestmark = pytest.mark.asyncio(loop_scope="session")

CAUSES = {
    OrderPlaced: PlaceOrder,
    PaymentCaptured: OrderPlaced,
    ReserveStock: OrderPlaced,
    Allocated: ReserveStock,
    WarehouseWork: Allocated,
    WorkPicked: RecordScan,
    ParcelPacked: RecordScan,
    ParcelShipped: RecordScan,
    ParcelDelivered: RecordCarrierEvent,
}
TOLD = (OrderPlaced, Allocated, ParcelPacked, ParcelShipped, ParcelDelivered)
SPANISH = [
    "Hemos recibido tu pedido WEB-{}",
    "Tu pedido WEB-{} está confirmado",
    "Un paquete de tu pedido WEB-{} está preparado",
    "Un paquete de tu pedido WEB-{} está en camino",
    "Un paquete de tu pedido WEB-{} ha llegado",
]


async def test_an_order_travels_to_its_customer_each_fact_naming_its_cause_with_one_mail_a_step(world):
    ana = world.customer(language="es", country="ES")
    await world.outside.receive("opening-lanterns", LANTERN={NEAREST: 10}, TEAPOT={NEAREST: 10})
    await world.facts.some(StockMoved, 2, move=Move.RECEIVED, reference="opening-lanterns")
    order = await world.outside.buy(ana, LANTERN=2, TEAPOT=1)
    placed = await world.facts.one(OrderPlaced, channel_order=order.order)
    await world.mails(ana, 2)
    work = await world.facts.one(WarehouseWork, order_id=placed.order_id)
    await world.outside.pick(work)
    await world.outside.pack(work)
    parcel = await world.facts.one(ParcelPacked, order_id=placed.order_id)
    await world.mails(ana, 3)
    await world.outside.hand_over(parcel)
    shipped = await world.facts.one(ParcelShipped, order_id=placed.order_id)
    await world.mails(ana, 4)
    await world.outside.deliver(shipped)
    mails = await world.mails(ana, 5)
    await world.settled()

    assert_each_fact_names_its_cause(world.facts, placed.order_id)
    assert sorted(mail["Subject"] for mail in mails) == sorted(one.format(order.order) for one in SPANISH)
    assert [mail["Subject"] for mail in mails[2:]] == [one.format(order.order) for one in SPANISH[2:]]
    assert {mail["Content-Language"] for mail in mails} == {"es"}
    assert all(mail.get_content().startswith(f"Hola, {ana.name}:") for mail in mails)
    assert len({mail["Message-ID"] for mail in mails}) == 5
    assert_units_left(world.facts, placed.order_id, {"LANTERN": 2, "TEAPOT": 1})


def assert_each_fact_names_its_cause(facts, order_id):
    for kind, cause in CAUSES.items():
        (seen,) = facts.of(kind, order_id=order_id)
        assert type(facts.by_id(seen.cause).message) is cause, kind.type
    assert {type(facts.by_id(tell.cause).message) for tell in facts.of(TellCustomer, order_id=order_id)} == {*TOLD}
    for mail in facts.of(SendMail, order_id=order_id):
        assert isinstance(facts.by_id(mail.cause).message, TellCustomer)
    for moved in facts.of(StockMoved, order_id=order_id):
        assert facts.by_id(moved.cause).message.order_id == order_id
    for seen in facts.about(order_id):
        decided_inside = not isinstance(seen.message, PlaceOrder | RecordScan | RecordCarrierEvent)
        assert bool(facts.by_id(seen.cause)) == decided_inside, seen.envelope


def assert_units_left(facts, order_id, units):
    for move in (Move.RESERVED, Move.PICKED, Move.PACKED, Move.SHIPPED):
        moved = facts.messages(StockMoved, order_id=order_id, move=move)
        assert {one.sku: one.quantity for one in moved} == units


async def test_the_same_order_sent_five_times_is_one_order_and_another_body_under_its_number_is_set_aside(world):
    ben = world.customer()
    await world.outside.receive("opening-mugs", MUG={NEAREST: 10})
    order = await world.outside.buy(ben, MUG=2)
    for _ in range(4):
        await world.outside.send(order)
    placed = await world.facts.one(OrderPlaced, channel_order=order.order)
    await world.outside.send(order.model_copy(update={"lines": order.lines * 2, "payments": ()}))
    conflict = await world.facts.one(OrderConflicted, channel_order=order.order)
    await world.settled()

    assert len(world.facts.of(PlaceOrder, order_id=placed.order_id)) == 6
    assert len(world.facts.of(OrderPlaced, order_id=placed.order_id)) == 1
    (captured,) = world.facts.messages(PaymentCaptured, order_id=placed.order_id)
    assert captured.amount.amount == 900
    assert len(world.facts.of(Allocated, order_id=placed.order_id)) == 1
    assert (conflict.first_digest, conflict.order_id) == (placed.digest, placed.order_id)
    assert len(world.facts.of(CustomerNotified, order_id=placed.order_id, kind="received")) == 1
    assert sorted(world.mailbox.subjects(ben)) == [
        f"We have your order WEB-{order.order}",
        f"Your order WEB-{order.order} is confirmed",
    ]


async def test_a_bad_order_is_refused_with_a_reason_for_each_field(world):
    cleo = world.customer()
    form = world.outside.order(cleo, LANTERN=1, TEAPOT=1).model_dump(mode="json", exclude_none=True)
    form["currency"] = "EUR"
    form["ship_to"] |= {"street": " ", "country": "XX"}
    form["lines"] = [{**line("LANTERN", 1), "quantity": 0}, line("GHOST", 1), {**line("TEAPOT", 1), "amount": 10_000}]
    form["payments"] = [{"payment_id": "p", "provider": "sandbox", "reference": "none", "amount": 1}]
    await world.outside.write(RawTopic.CHANNEL_ORDERS, form["order"], encoded(form))
    refused = await world.facts.one(OrderRefused, channel_order=form["order"])
    (mail,) = await world.mails(cleo, 1)
    await world.settled()

    assert {(reason.field, reason.code) for reason in refused.reasons} == {
        ("currency", "not-accepted"),
        ("ship_to.country", "unknown"),
        ("ship_to.street", "required"),
        ("lines.0.quantity", "not-positive"),
        ("lines.1.sku", "unknown"),
        ("lines.2.amount", "exceeds-price"),
        ("payments", "sum"),
    }
    assert all(reason.detail in mail.get_content().replace("\n", " ") for reason in refused.reasons)
    facts = {type(seen.message) for seen in world.facts.about(refused.order_id)}
    assert facts == {PlaceOrder, OrderRefused, TellCustomer, SendMail, CustomerNotified}
