"""Orders of more than the nearest site has: split, and in the queue for what nobody has."""

import pytest
from world.company import FAR, NEAREST, PRICE, SECOND
from world.travel import taken

from schemas.backorders import Backordered, BackorderReleased
from schemas.payments import PaymentRefunded
from schemas.shipments import ParcelDelivered, ParcelPacked, ParcelShipped, WarehouseWork
from schemas.stock import Allocated, ReceiveStock

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_order_of_more_than_the_nearest_site_has_is_split_and_every_part_arrives(world):
    emil = world.customer()
    await world.outside.receive("opening-doormats", DOORMAT={NEAREST: 3, SECOND: 1, FAR: 4})
    await world.facts.some(ReceiveStock, 3, receipt_id="opening-doormats")
    order = await world.outside.buy(emil, DOORMAT=6)
    placed = await taken(world, order)
    allocated = await world.facts.one(Allocated, order_id=placed.order_id)
    parts = [(shipment.site, shipment.lines[0].quantity) for shipment in allocated.shipments]
    assert parts == [(NEAREST, 3), (FAR, 3)]  # Venlo is nearer to London than Glasgow
    for work in await world.facts.some(WarehouseWork, len(parts), order_id=placed.order_id):
        await world.outside.pack(work)
    for parcel in await world.facts.some(ParcelPacked, len(parts), order_id=placed.order_id):
        await world.outside.hand_over(parcel)
    for parcel in await world.facts.some(ParcelShipped, len(parts), order_id=placed.order_id):
        await world.outside.deliver(parcel)
    arrived = await world.facts.some(ParcelDelivered, len(parts), order_id=placed.order_id)
    assert sum(parcel.lines[0].quantity for parcel in arrived) == 6
    assert {candidate.site for candidate in allocated.explanation.candidates} == {NEAREST, SECOND, FAR}


async def test_what_nobody_has_waits_and_is_filled_from_receipts_first_come_first_served(world):
    fay, gus = world.customer(), world.customer()
    await world.outside.receive("opening-bunting", BUNTING={NEAREST: 1, SECOND: 1})
    first = await taken(world, await world.outside.buy(fay, BUNTING=4))
    waits = await world.facts.one(Backordered, order_id=first.order_id)
    second = await taken(world, await world.outside.buy(gus, BUNTING=1))
    later = await world.facts.one(Backordered, order_id=second.order_id)
    assert waits.lines[0].quantity == 2
    assert waits.queue_number < later.queue_number

    await receive(world, "bunting-1", 1)  # not enough for the first, and the second must not pass it
    assert len(world.facts.of(Allocated, order_id=first.order_id)) == 1
    assert not world.facts.of(Allocated, order_id=second.order_id)
    served = await receive(world, "bunting-2", 1)
    _, filled = world.facts.of(Allocated, order_id=first.order_id)
    assert filled.cause == served
    assert not world.facts.of(Allocated, order_id=second.order_id)
    served = await receive(world, "bunting-3", 1)
    (filled,) = world.facts.of(Allocated, order_id=second.order_id)
    assert filled.cause == served
    assert sorted(world.mailbox.subjects(gus)) == [
        f"Part of your order {second.order_number} has to wait",
        f"We have your order {second.order_number}",
        f"Your order {second.order_number} is confirmed",
    ]
    assert len(world.facts.of(WarehouseWork, order_id=first.order_id)) == 3


async def test_who_waits_at_the_front_and_cancels_lets_the_next_come_forward(world):
    kit, lou = world.customer(), world.customer()
    await world.outside.receive("opening-scarves", SCARF={NEAREST: 1})
    greedy = await world.outside.buy(kit, SCARF=3)
    first = await taken(world, greedy)
    await world.facts.one(Backordered, order_id=first.order_id)
    second = await taken(world, await world.outside.buy(lou, SCARF=1))
    await world.facts.one(Backordered, order_id=second.order_id)
    await world.outside.cancel(greedy)
    filled = await world.facts.one(Allocated, order_id=second.order_id)
    await world.facts.one(PaymentRefunded, order_id=first.order_id)
    released = await world.facts.one(BackorderReleased, order_id=first.order_id)
    assert (released.lines[0].quantity, filled.shipments[0].site) == (2, NEAREST)
    assert [refund["amount"] for refund in await world.outside.refunds(first.order_id)] == [3 * PRICE]


async def receive(world, receipt, units):
    """A receipt, decided on; the id of its command."""
    await world.outside.receive(receipt, BUNTING={NEAREST: units})
    await world.facts.one(ReceiveStock, receipt_id=receipt)
    await world.settled()
    return world.facts.of(ReceiveStock, receipt_id=receipt)[0].id
