"""Goods on their way back, and those that were never bought here."""

from collections import Counter
from datetime import timedelta

import pytest
from world.company import NEAREST, PRICE
from world.travel import delivered, delivered_and_told, packed_and_told, taken

from schemas.orders import OrderChanged
from schemas.payments import PaymentRefunded, RefundCause
from schemas.raw import ChannelCharge
from schemas.returns import (
    GoodsReturned,
    Grade,
    ReceiptRefused,
    RefundRequested,
    ReturnAuthorized,
    ReturnExpired,
    ReturnPending,
    ReturnRefused,
)
from schemas.stock import Bucket, Disposition, Move, StockMoved

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_damaged_item_that_comes_back_is_quarantined_and_its_share_refunded_once(world):
    lea = world.customer()
    await world.outside.receive("opening-hooks", COAT_HOOK={NEAREST: 5})
    order = world.outside.order(lea, COAT_HOOK=3)
    order = order.model_copy(update={"lines": (order.lines[0].model_copy(update={"amount": 1000, "tax": 0}),)})
    order = await world.outside.send(await world.outside.paid(order))
    parcel = await packed_and_told(world, order, lea)
    await delivered_and_told(world, parcel, lea)
    await world.outside.ask_return(order.order, "hooks", line1=1)
    authorized = await world.facts.one(ReturnAuthorized, order_id=parcel.order_id)
    await world.mails(lea, 6)
    await world.outside.take_in(authorized, "hooks-in", Grade.DAMAGED)
    refunded = await world.facts.one(PaymentRefunded, order_id=parcel.order_id)
    await world.mails(lea, 8)

    (goods,) = world.facts.messages(GoodsReturned, order_id=parcel.order_id)
    assert [unit.disposition for unit in goods.units] == [Disposition.QUARANTINE]
    (back,) = world.facts.messages(StockMoved, order_id=parcel.order_id, move=Move.RESTOCKED)
    assert (back.target, back.quantity, back.on_hand, back.free) == (Bucket.QUARANTINED, 1, 3, 2)
    assert (refunded.amount.amount, refunded.because) == (334, RefundCause.RETURNED)
    assert refunded.amount == world.facts.messages(RefundRequested, order_id=parcel.order_id)[0].amount

    await world.outside.take_in(authorized, "hooks-in", Grade.DAMAGED)
    await world.outside.take_in(authorized, "hooks-again", Grade.NEW)
    refused = await world.facts.one(ReceiptRefused, order_id=parcel.order_id)
    await world.settled()
    assert refused.reason.code == "too-many"
    for kind in (GoodsReturned, RefundRequested, PaymentRefunded):
        assert len(world.facts.of(kind, order_id=parcel.order_id)) == 1
    assert [paid["amount"] for paid in await world.outside.refunds(parcel.order_id)] == [334]
    assert [mail["Subject"] for mail in world.mailbox.of(lea)][5:] == [
        f"You can send back goods of order WEB-{order.order}",
        f"Your return for order WEB-{order.order} has arrived",
        f"Your money for order WEB-{order.order} is on its way",
    ]


async def test_a_return_of_a_purchase_that_nobody_knows_is_refused(world):
    await world.outside.ask_return(None, "no-order", line1=1)
    refused = await world.facts.one(ReturnRefused, request_id="no-order")
    assert [reason.code for reason in refused.reasons] == ["purchase-unknown"]

    await world.outside.ask_return("no-such-number", "unknown-order", line1=1)
    await world.facts.one(ReturnPending, request_id="unknown-order")
    world.clock.pass_by(timedelta(minutes=16))
    refused = await world.facts.one(ReturnRefused, request_id="unknown-order")
    assert [reason.code for reason in refused.reasons] == ["order-unknown"]


async def test_goods_that_never_left_cannot_come_back(world):
    mia = world.customer()
    order = await world.outside.buy(mia, EGG_CUP=1)
    placed = await taken(world, order)
    await world.outside.ask_return(order.order, "egg-cups", line1=1)
    await world.facts.one(ReturnPending, request_id="egg-cups")  # it may be on its way
    world.clock.pass_by(timedelta(minutes=16))
    refused = await world.facts.one(ReturnRefused, request_id="egg-cups")
    assert [reason.code for reason in refused.reasons] == ["not-shipped"]
    await world.outside.cancel(order)
    await world.facts.one(PaymentRefunded, order_id=placed.order_id)


async def test_what_is_canceled_and_what_comes_back_is_paid_for_once_over_two_payments(world):
    nia = world.customer()
    await world.outside.receive("opening-vases", VASE={NEAREST: 5}, LADLE={NEAREST: 5})
    order = world.outside.order(nia, VASE=2, LADLE=1)
    order = order.model_copy(update={"charges": (ChannelCharge(code="POST", amount=300),)})
    await world.outside.send(await world.outside.paid(order, 500))
    placed = await taken(world, order)
    await world.outside.cancel(order, 2)
    await world.facts.one(OrderChanged, order_id=placed.order_id)
    await world.settled()
    parcel = await delivered(world, order)
    await world.outside.ask_return(order.order, "vases", line1=2)
    authorized = await world.facts.one(ReturnAuthorized, order_id=parcel.order_id)
    for receipt in ("vase-1", "vase-2"):
        await world.outside.take_in(authorized, receipt, Grade.NEW)
    await world.facts.some(RefundRequested, 2, order_id=parcel.order_id)
    await world.settled()

    refunds = await world.outside.refunds(parcel.order_id)
    back = Counter()
    for refund in refunds:
        back[refund["charge"]] += refund["amount"]
    first, second = [payment.reference for payment in placed.payments]
    assert sum(back.values()) == 3 * PRICE  # all but the postage
    assert back[first] <= 500
    assert back[second] <= 3 * PRICE + 300 - 500
    assert world.facts.messages(StockMoved, sku="VASE")[-1].free == 5
    assert world.facts.messages(StockMoved, sku="LADLE")[-1].free == 5


async def test_a_return_whose_goods_never_come_runs_out_and_may_be_asked_for_again(world):
    olaf = world.customer()
    await world.outside.receive("opening-stools", STOOL={NEAREST: 1})
    order = await world.outside.buy(olaf, STOOL=1)
    parcel = await delivered(world, order)
    await world.outside.ask_return(order.order, "stool", line1=1)
    late = await world.facts.one(ReturnAuthorized, order_id=parcel.order_id)
    world.clock.pass_by(timedelta(days=31))
    await world.facts.one(ReturnExpired, order_id=parcel.order_id)
    await world.outside.take_in(late, "stool-late", Grade.NEW)
    refused = await world.facts.one(ReceiptRefused, order_id=parcel.order_id)
    await world.outside.ask_return(order.order, "stool-again", line1=1)
    again = await world.facts.one(ReturnAuthorized, request_id="stool-again")
    await world.outside.take_in(again, "stool-in", Grade.OPENED)
    await world.facts.one(PaymentRefunded, order_id=parcel.order_id)
    assert refused.reason.code == "return-expired"
    assert [refund["amount"] for refund in await world.outside.refunds(parcel.order_id)] == [PRICE]
