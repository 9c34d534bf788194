"""Orders that are canceled: before the parcel is closed, after it, and while both are under way."""

import pytest
from world.company import FAR, NEAREST, PRICE, SECOND
from world.travel import delivered_and_told, packed_and_told, picked, taken, worked_on

from schemas.changing import ChangeAnswered, ChangeRefused, Outcome
from schemas.notices import NoticeKind, SendMail
from schemas.orders import OrderChanged
from schemas.payments import PaymentRefunded
from schemas.shipments import ParcelPacked, ParcelShipped, ShipmentException, Trouble, WarehouseWork, Work
from schemas.stock import Move, StockMoved

pytestmark = pytest.mark.asyncio(loop_scope="session")

ORDERS, UNITS = 6, 2


async def test_canceled_before_packing_the_stock_and_the_money_go_back_with_one_apology(world):
    hal = world.customer()
    await world.outside.receive("opening-clocks", CLOCK={NEAREST: 5})
    order = await world.outside.buy(hal, CLOCK=2)
    work = await picked(world, order)
    await world.mails(hal, 2)  # who cancels before the confirmation came is not sent it any more
    await world.outside.cancel(order)
    changed = await world.facts.one(OrderChanged, order_id=work.order_id)
    refunded = await world.facts.one(PaymentRefunded, order_id=work.order_id)
    await world.outside.pack(work)
    await world.facts.one(ShipmentException, order_id=work.order_id, trouble=Trouble.STOPPED)
    await world.settled()

    (answer,) = world.facts.messages(ChangeAnswered, order_id=work.order_id)
    assert (answer.outcome, changed.whole, changed.taken_off) == (Outcome.ACCEPTED, True, refunded.amount)
    assert world.facts.messages(WarehouseWork, order_id=work.order_id)[-1].work is Work.STOP
    (released,) = world.facts.messages(StockMoved, order_id=work.order_id, move=Move.RELEASED)
    assert (released.quantity, released.on_hand, released.free) == (2, 5, 5)
    (paid,) = await world.outside.refunds(work.order_id)
    assert (paid["amount"], paid["id"]) == (2 * PRICE, refunded.provider_reference)
    assert world.mailbox.subjects(hal).count(f"Your order WEB-{order.order} is canceled") == 1
    assert len(world.mailbox.of(hal)) == 4  # received, confirmed, canceled, refunded


async def test_canceled_after_packing_it_is_refused_and_the_parcel_goes_out(world):
    ida = world.customer()
    await world.outside.receive("opening-notebooks", NOTEBOOK={NEAREST: 5})
    order = await world.outside.buy(ida, NOTEBOOK=1)
    parcel = await packed_and_told(world, order, ida)
    await world.outside.cancel(order)
    refused = await world.facts.one(ChangeRefused, order_id=parcel.order_id)
    assert (refused.reason.code, refused.reason.detail) == ("not-stopped", "already packed: 1 of line 1")
    await delivered_and_told(world, parcel, ida)
    await world.settled()
    assert not world.facts.of(OrderChanged, order_id=parcel.order_id)
    assert await world.outside.refunds(parcel.order_id) == []
    assert len(world.mailbox.of(ida)) == 5


async def test_canceled_with_one_of_two_parcels_closed_the_other_is_stopped_and_its_share_paid_back(world):
    ivy = world.customer()
    await world.outside.receive("opening-pitchers", PITCHER={NEAREST: 2, FAR: 1})
    order = await world.outside.buy(ivy, PITCHER=3)
    placed = await taken(world, order)
    closed, open_ = await world.facts.some(WarehouseWork, 2, order_id=placed.order_id)
    await world.outside.pack(closed)
    parcel = await world.facts.one(ParcelPacked, order_id=placed.order_id)
    await world.outside.cancel(order)
    changed = await world.facts.one(OrderChanged, order_id=placed.order_id)
    await world.facts.one(PaymentRefunded, order_id=placed.order_id)
    await world.outside.hand_over(parcel)
    shipped = await world.facts.one(ParcelShipped, order_id=placed.order_id)
    await world.outside.deliver(shipped)
    await world.outside.cancel(order, 1)
    refused = await world.facts.one(ChangeRefused, order_id=placed.order_id)
    await world.settled()

    assert [units.shipment_id for units in changed.canceled] == [open_.shipment_id]
    assert (changed.whole, changed.taken_off.amount) == (False, open_.lines[0].quantity * PRICE)
    assert refused.reason.code == "not-stopped"
    assert [paid["amount"] for paid in await world.outside.refunds(placed.order_id)] == [changed.taken_off.amount]
    subjects = world.mailbox.subjects(ivy)
    assert subjects.count(f"Your order {placed.order_number} was changed") == 1
    assert subjects.count(f"A parcel of your order {placed.order_number} has arrived") == 1


@pytest.mark.parametrize("late", ["nobody", "allocation", "fulfillment"])
async def test_a_cancellation_right_behind_its_order_leaves_no_unit_and_no_money_behind(world, late):
    jim = world.customer()
    await world.outside.receive(f"jars-{late}", JAM_JAR={NEAREST: 1, SECOND: 1, FAR: 1})
    await world.facts.some(StockMoved, 3, move=Move.RECEIVED, reference=f"jars-{late}")
    before = free(world.facts, "JAM-JAR")
    orders = [await world.outside.paid(world.outside.order(jim, JAM_JAR=UNITS)) for _ in range(3)]
    with world.frozen(*({late} - {"nobody"})):
        for order in orders:
            await world.outside.send(order)
            await world.outside.cancel(order)
        placed = [await taken(world, order) for order in orders]
        for one in placed if late == "allocation" else ():
            answer = await world.facts.one(ChangeAnswered, order_id=one.order_id)
            assert not any(units.shipment_id for units in answer.canceled)
    for one in placed:
        changed = await world.facts.one(OrderChanged, order_id=one.order_id)
        assert changed.whole
    await world.settled()
    for one in placed:
        assert_nothing_is_left(world, one)
        assert [paid["amount"] for paid in await world.outside.refunds(one.order_id)] == [UNITS * PRICE]
    assert free(world.facts, "JAM-JAR") == before


async def test_packing_and_canceling_at_once_end_in_a_parcel_or_in_a_refund_and_never_in_both(world):
    kim = world.customer()
    await world.outside.receive("opening-stands", CAKE_STAND={NEAREST: UNITS * ORDERS})
    orders = [await world.outside.buy(kim, CAKE_STAND=UNITS) for _ in range(ORDERS)]
    works = [await worked_on(world, order) for order in orders]
    for number, (order, work) in enumerate(zip(orders, works, strict=True)):
        if number % 2:
            await world.outside.pack(work)
            await world.outside.cancel(order)
        else:
            await world.outside.cancel(order)
            await world.outside.pack(work)
    for work in works:
        await world.facts.one(ChangeAnswered, order_id=work.order_id)
    await world.settled()
    sent = 0
    for work in works:
        closed = bool(world.facts.of(ParcelPacked, order_id=work.order_id))
        canceled = bool(world.facts.of(OrderChanged, order_id=work.order_id))
        assert closed != canceled
        refunds = [paid["amount"] for paid in await world.outside.refunds(work.order_id)]
        assert refunds == ([] if closed else [UNITS * PRICE])
        assert bool(world.facts.of(SendMail, order_id=work.order_id, kind=NoticeKind.CANCELED)) == canceled
        sent += UNITS * closed
    assert free(world.facts, "CAKE-STAND") == {NEAREST: (UNITS * ORDERS, UNITS * ORDERS - sent)}


def assert_nothing_is_left(world, placed):
    """No unit of the order is reserved, and no crew has work for it."""
    moved = world.facts.messages(StockMoved, order_id=placed.order_id)
    held = {Move.RESERVED: 1, Move.RELEASED: -1}
    assert sum(held[one.move] * one.quantity for one in moved) == 0
    last = {work.shipment_id: work.work for work in world.facts.messages(WarehouseWork, order_id=placed.order_id)}
    assert set(last.values()) <= {Work.STOP}


def free(facts, sku):
    """On hand and free by site, as the last entries of the ledger state it."""
    return {moved.site: (moved.on_hand, moved.free) for moved in facts.messages(StockMoved, sku=sku)}
