"""Goods that are not simply one sku: kits, and a substitute in the place of what was ordered."""

import pytest
from world.company import NEAREST, SECOND
from world.travel import delivered, picked, taken

from schemas.failures import Failing, SourceFailed
from schemas.payments import PaymentRefunded
from schemas.returns import Grade, ReturnAuthorized
from schemas.shipments import ParcelDelivered, ParcelPacked, ParcelShipped, WarehouseWork, Work
from schemas.stock import Allocated, Move, StockMoved

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_kit_of_which_one_component_is_short_comes_whole_from_the_next_site_and_may_be_sent_back(world):
    quin = world.customer()
    await world.outside.receive("opening-cups", CUP={NEAREST: 2, SECOND: 2}, SAUCER={NEAREST: 4, SECOND: 4})
    order = await world.outside.buy(quin, TEA_SET=1)
    work = await picked(world, order)
    await world.outside.fail(work, Failing.SHORT, line1=1)
    anew = await world.facts.one(Allocated, order_id=work.order_id, resourced=True)
    (stopped,) = await world.facts.some(WarehouseWork, 1, shipment_id=work.shipment_id, work=Work.STOP)
    again = await world.facts.one(WarehouseWork, shipment_id=anew.shipments[0].shipment_id)
    await world.outside.pack(again)
    await world.outside.hand_over(await world.facts.one(ParcelPacked, order_id=work.order_id))
    await world.outside.deliver(await world.facts.one(ParcelShipped, order_id=work.order_id))
    parcel = await world.facts.one(ParcelDelivered, order_id=work.order_id)
    await world.outside.ask_return(order.order, "cup-back", line1=1)
    await world.outside.take_in(await world.facts.one(ReturnAuthorized, order_id=work.order_id), "cup-in", Grade.NEW)
    refunded = await world.facts.one(PaymentRefunded, order_id=work.order_id)
    await world.settled()

    assert [(line.sku, line.quantity, line.kit, line.in_kit) for line in work.lines] == [
        ("CUP", 1, "1", 1),
        ("SAUCER", 2, "1", 2),
    ]
    assert [line.sku for line in stopped.stopped] == ["CUP", "SAUCER"]
    assert [one.site for one in anew.shipments] == [again.site] == [SECOND]
    assert {line.sku: line.quantity for line in parcel.lines} == {"CUP": 1, "SAUCER": 2}
    assert world.facts.messages(SourceFailed, order_id=work.order_id)[0].along == ("2",)
    free = {moved.sku: moved.free for moved in world.facts.messages(StockMoved, site=NEAREST)}
    assert (free["CUP"], free["SAUCER"]) == (1, 4)  # none was believed to be there; the one sent back is
    assert refunded.amount.amount == 300  # two of three shares of the price are the cup's
    assert "TEA-SET" in await world.operator.run("order", "show", work.order_id)


async def test_a_substitute_is_sent_in_place_of_what_nobody_has_and_the_order_says_so(world):
    pia = world.customer()
    await world.outside.receive("opening-blankets", BLANKET={NEAREST: 3})
    order = await world.outside.buy(pia, QUILT=2)
    parcel = await delivered(world, order)
    placed = await taken(world, order)
    await world.settled()

    (promise,) = world.facts.messages(Allocated, order_id=placed.order_id)
    (line,) = promise.shipments[0].lines
    assert (line.sku, line.instead_of, line.quantity) == ("BLANKET", "QUILT", 2)
    assert [(one.sku, one.quantity) for one in parcel.lines] == [("BLANKET", 2)]
    assert "BLANKET (instead of QUILT)" in await world.operator.run("order", "show", placed.order_id)
    assert world.facts.messages(StockMoved, sku="BLANKET", move=Move.SHIPPED)[0].on_hand == 1
    assert not world.facts.of(PaymentRefunded, order_id=placed.order_id)
