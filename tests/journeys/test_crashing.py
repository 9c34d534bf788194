"""Workers killed at every stage of an order: still one of every fact, one refund, and every repeated mail counted."""

import asyncio
from collections import Counter

import pytest
from world.company import NEAREST, PRICE
from world.travel import delivered, picked

from schemas.buying import DemandCounted
from schemas.effects import EffectAnswered
from schemas.notices import CustomerNotified, NoticeSuperseded, SendMail, TellCustomer
from schemas.orders import OrderPlaced, PlaceOrder
from schemas.payments import PaymentCaptured, PaymentRefunded, RefundOwed, RefundPayment
from schemas.reservations import ShipmentAdvanced
from schemas.returns import (
    DeliveryNoted,
    DispatchNoted,
    GoodsReturned,
    Grade,
    PurchaseNoted,
    ReceiveReturn,
    RefundNoted,
    RefundRequested,
    RequestReturn,
    ReturnAuthorized,
)
from schemas.shipments import (
    ParcelDelivered,
    ParcelPacked,
    ParcelShipped,
    RecordCarrierEvent,
    RecordScan,
    WarehouseWork,
    WorkPicked,
)
from schemas.stock import AdvanceShipment, Allocated, ReserveStock, RestockReturn, StockMoved
from services import NAMES

pytestmark = pytest.mark.asyncio(loop_scope="session")

MOMENTS = {
    "each as something comes to it": {
        "channel-orders": ["intake"],
        "order-placed": ["allocation"],
        "allocated": ["fulfillment"],
        "packed": ["notify"],
        "delivered": ["returns"],
        "refund-requested": ["payments"],
    },
    "each between its own lanes": {
        "intake-commands": ["intake"],
        "stock-commands": ["allocation"],
        "fulfillment-commands": ["fulfillment"],
        "notify-effects": ["notify"],
        "returns-commands": ["returns"],
        "payments-effects": ["payments"],
    },
    "each as it has spoken": {
        "order-placed": ["intake"],
        "allocated": ["allocation"],
        "shipped": ["fulfillment"],
        "notified": ["notify"],
        "return-authorized": ["returns"],
        "refunded": ["payments"],
    },
    "all at once": {"shipped": [*NAMES, "clock", "sandbox"]},
}
EXPECTED = {
    PlaceOrder: 1,
    OrderPlaced: 1,
    PaymentCaptured: 1,
    ReserveStock: 1,
    Allocated: 1,
    DemandCounted: 1,
    WarehouseWork: 1,
    RecordScan: 3,
    WorkPicked: 1,
    ParcelPacked: 1,
    ParcelShipped: 1,
    AdvanceShipment: 3,
    ShipmentAdvanced: 3,
    RecordCarrierEvent: 1,
    ParcelDelivered: 1,
    PurchaseNoted: 1,
    DispatchNoted: 1,
    DeliveryNoted: 1,
    RequestReturn: 1,
    ReturnAuthorized: 1,
    ReceiveReturn: 1,
    GoodsReturned: 1,
    RestockReturn: 1,
    StockMoved: 5,  # reserved, picked, packed, shipped, restocked
    RefundRequested: 1,
    RefundOwed: 1,
    RefundPayment: 1,
    PaymentRefunded: 1,
    RefundNoted: 1,
    TellCustomer: 8,
}


@pytest.mark.parametrize("moments", MOMENTS.values(), ids=MOMENTS)
async def test_services_killed_at_every_stage_of_an_order_leave_one_of_every_fact(world, moments):
    rex = world.customer()
    before = world.killed["notify"]
    await world.outside.receive(f"kettles-{rex.number}", KETTLE={NEAREST: 2})
    await world.settled()
    with world.killing(moments):
        order = await world.outside.buy(rex, KETTLE=2)
        parcel = await delivered(world, order)
        await world.outside.ask_return(order.order, f"kettle-{order.order}", line1=1)
        authorized = await world.facts.one(ReturnAuthorized, order_id=parcel.order_id)
        await world.outside.take_in(authorized, "kettle-in", Grade.NEW)
        await world.facts.one(PaymentRefunded, order_id=parcel.order_id)
        await world.settled()

    facts = [seen.message for seen in world.facts.about(parcel.order_id)]
    counted = Counter(type(fact) for fact in facts)
    superseded = counted.pop(NoticeSuperseded, 0)
    assert counted.pop(SendMail) == counted.pop(CustomerNotified) == EXPECTED[TellCustomer] - superseded
    assert counted == EXPECTED
    assert [refund["amount"] for refund in await world.outside.refunds(parcel.order_id)] == [PRICE]
    assert_every_repeat_is_counted(world, rex, parcel.order_id, most=world.killed["notify"] - before)


def assert_every_repeat_is_counted(world, customer, order_id, *, most):
    came = Counter(mail["Message-ID"] for mail in world.mailbox.of(customer))
    notified = world.facts.messages(CustomerNotified, order_id=order_id)
    told = {one.message_id: one.repeats for one in notified}
    assert came.keys() == told.keys()
    assert all(came[mail] - 1 <= told[mail] <= most for mail in told)


async def test_a_mail_whose_sender_died_before_the_server_s_yes_comes_once_more_and_is_counted(world):
    sue = world.customer()
    lost = []

    async def kill(mail):
        if mail["To"] == sue.email and not lost:
            lost.append(mail["Message-ID"])
            world.kill("notify")

    world.mailbox.before_answering = kill
    order = world.outside.order(sue, GHOST=1)
    await world.outside.send(order)
    first, second = await world.mails(sue, 2)
    world.mailbox.before_answering = None
    notified = await world.facts.one(CustomerNotified, message_id=lost[0])
    assert first.as_bytes() == second.as_bytes()
    assert notified.repeats == 1
    await world.settled()
    assert len(world.mailbox.of(sue)) == 2


async def test_a_refund_that_the_provider_made_for_a_worker_that_died_is_made_once(world):
    tom = world.customer()
    await world.outside.receive("opening-baskets", BASKET={NEAREST: 1})
    order = await world.outside.buy(tom, BASKET=1)
    work = await picked(world, order)
    await world.outside.script(kind="late", seconds=30, charge=order.payments[0].reference)
    await world.outside.cancel(order)
    async with asyncio.timeout(60):
        while not await world.outside.refunds(work.order_id):
            world.facts.check()
            await asyncio.sleep(0.05)
    world.kill("payments")
    refunded = await world.facts.one(PaymentRefunded, order_id=work.order_id)
    (answer,) = world.facts.messages(EffectAnswered, subject=work.order_id)
    assert (answer.attempts, answer.repeats) == (2, 1)
    assert [refund["id"] for refund in await world.outside.refunds(work.order_id)] == [refunded.provider_reference]
