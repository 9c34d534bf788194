"""Customers who are hard to reach: an order never waits for their mail."""

import pytest
from world.company import NEAREST
from world.travel import delivered

from schemas.notices import CustomerNotified, NoticeFailed, NoticeSuperseded, TellCustomer

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("where", ["", "nowhere", "refused"])
async def test_whoever_cannot_be_reached_is_noted_for_each_step_and_the_order_goes_on(world, where):
    vic = world.customer()
    email = {"": "", "nowhere": "vic at home", "refused": vic.email}[where]
    world.mailbox.refused[vic.email] = "550 nobody of that name"
    vic = vic._replace(address=vic.address.model_copy(update={"email": email}))
    await world.outside.receive(f"mugs-{vic.number}", MUG={NEAREST: 1})
    parcel = await delivered(world, await world.outside.buy(vic, MUG=1))
    await world.settled()
    told = len(world.facts.of(TellCustomer, order_id=parcel.order_id))
    superseded = len(world.facts.of(NoticeSuperseded, order_id=parcel.order_id))
    failed = world.facts.messages(NoticeFailed, order_id=parcel.order_id)
    assert (told, len(failed) + superseded) == (5, 5)
    why = "the mail server refused it with 550" if where == "refused" else "no address that mail can be sent to"
    assert {notice.detail for notice in failed} == {why}
    assert world.mailbox.of(vic) == []


async def test_a_mail_server_that_asks_for_patience_gets_the_mail_later_and_once(world):
    wes = world.customer()
    world.mailbox.refused[wes.email] = "450 come back later"
    order = world.outside.order(wes, GHOST=1)
    await world.outside.send(order)
    await world.facts.until(lambda: wes.email in world.mailbox.turned_away, "attempt to deliver")
    del world.mailbox.refused[wes.email]
    (mail,) = await world.mails(wes, 1)
    notified = await world.facts.one(CustomerNotified, message_id=mail["Message-ID"])
    await world.settled()
    assert notified.repeats == 0  # a server that asks for patience did not take it
    assert len(world.mailbox.of(wes)) == 1
