"""More than one worker of a service: they share the partitions, and the work goes on as they come and go."""

import asyncio
from collections import Counter

import pytest
from world.company import NEAREST
from world.travel import delivered

from schemas.notices import CustomerNotified, NoticeSuperseded
from schemas.orders import OrderPlaced
from schemas.payments import PaymentCaptured
from schemas.shipments import ParcelDelivered
from schemas.stock import Allocated, Move, StockMoved

pytestmark = pytest.mark.asyncio(loop_scope="session")

ORDERS = 6


async def test_second_workers_come_and_go_while_orders_flow_and_every_order_is_delivered_once(world):
    xia = world.customer()
    await world.outside.receive("opening-teapots", TEAPOT={NEAREST: 3 * ORDERS})
    await world.facts.some(StockMoved, 1, move=Move.RECEIVED, reference="opening-teapots")
    before = [await world.outside.buy(xia, TEAPOT=1) for _ in range(ORDERS)]
    async with world.second_workers():
        meanwhile = [await world.outside.buy(xia, TEAPOT=1) for _ in range(ORDERS)]
        parcels = await asyncio.gather(*(delivered(world, order) for order in before))
    after = [await world.outside.buy(xia, TEAPOT=1) for _ in range(ORDERS)]
    parcels += await asyncio.gather(*(delivered(world, order) for order in meanwhile + after))
    await world.settled()
    orders = sorted(parcel.order_id for parcel in parcels)
    for kind in (OrderPlaced, PaymentCaptured, Allocated, ParcelDelivered):
        assert sorted(fact.order_id for fact in world.facts.messages(kind) if fact.order_id in orders) == orders
    ends = [fact for kind in (CustomerNotified, NoticeSuperseded) for fact in world.facts.messages(kind)]
    told = Counter(fact.order_id for fact in ends)
    assert [told[order] for order in orders] == [5] * len(orders)
