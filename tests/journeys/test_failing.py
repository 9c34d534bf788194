"""What a site cannot send: put right in its stock by the reason, and sent by another site, or waited for."""

import pytest
from world.company import FAR, NEAREST, SECOND
from world.travel import packed, picked, taken

from schemas.backorders import Backordered
from schemas.closures import SiteOpened
from schemas.failures import Failing, SourceFailed, WorkFailed
from schemas.shipments import ParcelDelivered, ParcelPacked, ParcelShipped, WarehouseWork, Work
from schemas.stock import Allocated, Move, StockMoved

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_what_is_not_on_its_shelf_comes_from_the_next_site_and_the_whole_order_arrives(world):
    zoe = world.customer()
    await world.outside.receive("opening-carafes", CARAFE={NEAREST: 5, SECOND: 4})
    order = await world.outside.buy(zoe, CARAFE=3)
    work = await picked(world, order)
    await world.outside.fail(work, Failing.SHORT, line1=2)
    _, anew = await world.facts.some(Allocated, 2, order_id=work.order_id)
    works = await world.facts.some(WarehouseWork, 3, order_id=work.order_id)
    for each in works[1:]:
        await world.outside.pack(each)
    for parcel in await world.facts.some(ParcelPacked, 2, order_id=work.order_id):
        await world.outside.hand_over(parcel)
    for parcel in await world.facts.some(ParcelShipped, 2, order_id=work.order_id):
        await world.outside.deliver(parcel)
    parcels = await world.facts.some(ParcelDelivered, 2, order_id=work.order_id)

    assert (anew.shipments[0].site, anew.shipments[0].lines[0].quantity, anew.resourced) == (SECOND, 2, True)
    assert anew.explanation.candidates[0].excluded == "it failed this line: short"
    assert sorted(parcel.lines[0].quantity for parcel in parcels) == [1, 2]
    (lost,) = world.facts.messages(StockMoved, sku="CARAFE", site=NEAREST, move=Move.ADJUSTED)
    assert (lost.quantity, lost.free) == (4, 0)


async def test_what_is_broken_goes_into_quarantine_and_waits_where_no_other_site_has_it(world):
    yan = world.customer()
    await world.outside.receive("opening-prisms", PRISM={FAR: 2})
    order = await world.outside.buy(yan, PRISM=2)
    work = await picked(world, order)
    await world.outside.fail(work, Failing.DAMAGED, line1=1)
    waits = await world.facts.one(Backordered, order_id=work.order_id)
    await world.outside.receive("more-prisms", PRISM={NEAREST: 1})
    _, served = await world.facts.some(Allocated, 2, order_id=work.order_id)
    await world.settled()

    assert (waits.lines[0].quantity, waits.resourced, served.shipments[0].site) == (1, True, NEAREST)
    (aside,) = world.facts.messages(StockMoved, sku="PRISM", move=Move.QUARANTINED)
    assert (aside.site, aside.quantity, aside.on_hand, aside.free) == (FAR, 1, 2, 0)


async def test_failed_units_that_the_customer_cancels_at_once_are_promised_to_nobody(world):
    xia = world.customer()
    await world.outside.receive("opening-sconces", SCONCE={NEAREST: 2, SECOND: 2})
    order = await world.outside.buy(xia, SCONCE=2)
    work = await picked(world, order)
    await world.outside.fail(work, Failing.REJECTED)
    await world.facts.one(WorkFailed, order_id=work.order_id)
    await world.outside.cancel(order)
    await world.facts.one(SourceFailed, order_id=work.order_id)
    await world.settled()

    assert world.facts.messages(WarehouseWork, order_id=work.order_id)[-1].work is Work.STOP
    moves = world.facts.messages(StockMoved, sku="SCONCE")
    free = {moved.site: moved.free for moved in moves}
    assert (free, sum(moved.move is Move.SHIPPED for moved in moves)) == ({NEAREST: 2, SECOND: 2}, 0)
    assert [paid["amount"] for paid in await world.outside.refunds(work.order_id)] != []


async def test_a_failure_of_a_closed_parcel_is_an_exception_that_a_person_sees(world):
    wim = world.customer()
    await world.outside.receive("opening-lamps", LAMP={NEAREST: 1})
    order = await world.outside.buy(wim, LAMP=1)
    placed = await taken(world, order)
    parcel = await packed(world, order)
    work = world.facts.messages(WarehouseWork, order_id=placed.order_id)[-1]
    await world.outside.fail(work, Failing.DAMAGED)
    await world.settled()
    assert not world.facts.of(SourceFailed, order_id=placed.order_id)
    assert world.facts.messages(ParcelPacked, order_id=placed.order_id) == [parcel]


async def test_what_a_closed_site_has_not_packed_is_sent_by_another(world):
    uma = world.customer()
    await world.outside.receive("opening-stoves", STOVE={FAR: 2, SECOND: 2})
    work = await picked(world, await world.outside.buy(uma, STOVE=2))
    await world.operator.run("site", "close", FAR, "--reason", "flood")
    anew = await world.facts.one(Allocated, order_id=work.order_id, resourced=True)
    stopped = await world.facts.one(WarehouseWork, shipment_id=work.shipment_id, work=Work.STOP)
    await world.operator.run("site", "open", FAR)
    await world.facts.one(SiteOpened, site=FAR)

    assert (work.site, stopped.site, anew.shipments[0].site) == (FAR, FAR, SECOND)
    assert {one.site: one.excluded for one in anew.explanation.candidates}[FAR] == "it is closed: flood"
    (failed,) = world.facts.messages(SourceFailed, order_id=work.order_id)
    assert failed.failing is Failing.CLOSED
