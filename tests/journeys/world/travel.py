"""What happens to an order when crew and carrier do their work: each step awaited before the next."""

from schemas.orders import OrderPlaced
from schemas.shipments import ParcelDelivered, ParcelPacked, ParcelShipped, WarehouseWork, WorkPicked


async def taken(world, order):
    """The order, placed."""
    return await world.facts.one(OrderPlaced, channel_order=order.order)


async def worked_on(world, order):
    """The work of an order that one site sends, as it now stands."""
    placed = await taken(world, order)
    await world.facts.until(lambda: world.facts.of(WarehouseWork, order_id=placed.order_id), f"work for {order.order}")
    return world.facts.messages(WarehouseWork, order_id=placed.order_id)[-1]


async def picked(world, order):
    """The work, its units in the crew's hands."""
    work = await worked_on(world, order)
    await world.outside.pick(work)
    await world.facts.one(WorkPicked, shipment_id=work.shipment_id)
    return work


async def packed(world, order):
    """The parcel, closed and labeled."""
    work = await picked(world, order)
    await world.outside.pack(work)
    return await world.facts.one(ParcelPacked, shipment_id=work.shipment_id)


async def shipped(world, order):
    """The parcel, with its carrier."""
    parcel = await packed(world, order)
    await world.outside.hand_over(parcel)
    return await world.facts.one(ParcelShipped, shipment_id=parcel.shipment_id)


async def delivered(world, order):
    """The parcel, with its customer."""
    parcel = await shipped(world, order)
    await world.outside.deliver(parcel)
    return await world.facts.one(ParcelDelivered, shipment_id=parcel.shipment_id)


async def packed_and_told(world, order, customer):
    """The parcel, closed, with a customer who was told of every step before the next: late news is not sent."""
    await picked(world, order)
    await world.mails(customer, 2)  # received, confirmed
    parcel = await packed(world, order)
    await world.mails(customer, 3)
    return parcel


async def delivered_and_told(world, parcel, customer):
    """Sends on a parcel that `packed_and_told` left, in the same way."""
    await world.outside.hand_over(parcel)
    shipped = await world.facts.one(ParcelShipped, shipment_id=parcel.shipment_id)
    await world.mails(customer, 4)
    await world.outside.deliver(shipped)
    await world.mails(customer, 5)
