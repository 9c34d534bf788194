"""Goods on their way back, and those that were never bought here."""

from datetime import timedelta

import pytest
from world.company import NEAREST
from world.travel import delivered, taken

from schemas.payments import PaymentCaptured, PaymentRefunded, RefundCause
from schemas.returns import (
    GoodsReturned,
    Grade,
    ReceiptRefused,
    RefundRequested,
    ReturnAuthorized,
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
    parcel = await delivered(world, await world.outside.send(await world.outside.paid(order)))
    await world.mails(lea, 5)
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
    max_ = world.customer()
    order = await world.outside.buy(max_, EGG_CUP=1)
    placed = await taken(world, order)
    await world.outside.ask_return(order.order, "egg-cups", line1=2)
    refused = await world.facts.one(ReturnRefused, request_id="egg-cups")
    assert [reason.code for reason in refused.reasons] == ["too-many"]
    assert world.facts.of(PaymentCaptured, order_id=placed.order_id)
