"""Goods that are not simply one sku: a substitute in the place of what was ordered."""

import pytest
from world.company import NEAREST
from world.travel import delivered, taken

from schemas.payments import PaymentRefunded
from schemas.stock import Allocated, Move, StockMoved

pytestmark = pytest.mark.asyncio(loop_scope="session")


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
