"""Orders that stand still and go on, that grow, and that go elsewhere: people ask, and who has them answers."""

import pytest
from world.company import NEAREST, PRICE
from world.outside import CHANNEL
from world.travel import delivered, packed, taken, worked_on

from schemas.changing import OrderRedirected, OrderSupplemented
from schemas.holding import HoldLifted, HoldRefused, HoldTaken
from schemas.holds import HoldKind
from schemas.notices import NoticeKind, SendMail
from schemas.order_forms import (
    HoldRelease,
    MoneyTaken,
    NewAddress,
    OrderChange,
    OrderHold,
    OrderRedirect,
    QuantityWanted,
)
from schemas.orders import OrderPlaced
from schemas.payments import PaymentCaptured
from schemas.raw import RawTopic
from schemas.shipments import ParcelDelivered, ParcelPacked, ShipmentException, Trouble, WarehouseWork, Work

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def ask(world, kind, order, **said):
    """What people ask about an order, as a form of its channel's topic."""
    form = kind(channel=CHANNEL, order=order.order, **said)
    await world.outside.say(RawTopic.CHANNEL_ORDERS, order.order, form)


async def last_work(world, order_id, revision):
    return await world.facts.one(WarehouseWork, order_id=order_id, revision=revision)


async def test_held_at_its_site_it_is_not_packed_until_somebody_who_may_lets_it_go(world):
    ann = world.customer()
    await world.outside.receive("opening-trivets", TRIVET={NEAREST: 3})
    order = await world.outside.buy(ann, TRIVET=1)
    work = await worked_on(world, order)
    await ask(world, OrderHold, order, request="h", hold=HoldKind.MANUAL)
    await world.facts.one(HoldTaken, order_id=work.order_id)
    held = await last_work(world, work.order_id, 2)
    assert held.work is Work.HOLD
    await world.outside.pack(held)
    await world.facts.one(ShipmentException, order_id=work.order_id, trouble=Trouble.HELD)
    await ask(world, HoldRelease, order, request="r1", hold="manual", role="crew")
    refused = await world.facts.one(HoldRefused, order_id=work.order_id)
    assert refused.reason.code == "not-allowed"
    assert not world.facts.of(ParcelPacked, order_id=work.order_id)
    await ask(world, HoldRelease, order, request="r2", hold="manual", role="lead")
    await world.facts.one(HoldLifted, order_id=work.order_id)
    await last_work(world, work.order_id, 3)
    await delivered(world, order)
    await world.settled()


async def test_more_of_a_line_is_an_order_beside_it_paid_for_and_delivered(world):
    bob = world.customer()
    await world.outside.receive("opening-spoons", SPOON={NEAREST: 5})
    order = await world.outside.buy(bob, SPOON=1)
    placed = await taken(world, order)
    more = await world.outside.paid(world.outside.order(bob, SPOON=2))
    money = tuple(MoneyTaken.model_validate(payment.model_dump()) for payment in more.payments)
    wanted = (QuantityWanted(line=1, quantity=3),)
    await ask(world, OrderChange, order, request="more", currency="GBP", quantities=wanted, payments=money)
    supplemented = await world.facts.one(OrderSupplemented, order_id=placed.order_id)
    beside = await world.facts.one(OrderPlaced, channel_order=f"{order.order}+more")
    assert (beside.order_id, beside.amount().amount) == (supplemented.supplement.order_id, 2 * PRICE)
    captured = await world.facts.one(PaymentCaptured, order_id=beside.order_id)
    assert captured.amount.amount == 2 * PRICE
    await delivered(world, order.model_copy(update={"order": beside.channel_order}))
    await delivered(world, order)
    await world.settled()
    assert len(world.facts.of(ParcelDelivered, order_id=beside.order_id)) == 1


async def test_redirected_before_packing_the_parcel_goes_to_the_new_address_and_the_customer_hears_of_it(world):
    cyd = world.customer()
    await world.outside.receive("opening-ewers", EWER={NEAREST: 3})
    order = await world.outside.buy(cyd, EWER=1)
    work = await worked_on(world, order)
    address = NewAddress.model_validate(dict(cyd.address) | {"city": "Leeds", "postal_code": "LS1 4AP"})
    await ask(world, OrderRedirect, order, request="moved", customer=cyd.number, ship_to=address)
    redirected = await world.facts.one(OrderRedirected, order_id=work.order_id)
    await last_work(world, work.order_id, 2)
    parcel = await packed(world, order)
    assert parcel.destination == redirected.ship.destination != work.destination
    await world.outside.hand_over(parcel)
    await world.outside.deliver(parcel)
    await world.facts.one(ParcelDelivered, order_id=work.order_id)
    await world.settled()
    assert NoticeKind.REDIRECTED in {mail.kind for mail in world.facts.messages(SendMail, order_id=work.order_id)}
