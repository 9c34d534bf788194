"""Records that no decider can decide on: parked, seen by an operator, mended or dropped, and taken in their order."""

import pytest
from world.company import NEAREST, PRICE
from world.travel import packed, picked, shipped, taken, worked_on

from cauce.runtime.engine.parking import BEHIND
from schemas.effects import EffectAnswered, EffectOutcome
from schemas.envelope import Envelope
from schemas.orders import LineQuantity, OrderChanged
from schemas.payments import PaymentRefunded, RefundOwed, RefundPayment
from schemas.shipments import ParcelPacked, ParcelShipped, RecordScan, Scan, WorkPicked
from schemas.stock import AdvanceShipment, Move, Stage, StockMoved

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def by_hand(world, topic, message, value):
    """A record of ours that nobody of ours wrote; its headers are all there."""
    key = message.key_value()
    envelope = Envelope(f"by-hand/{key}", message.type, "/cauce/hand/hand/0", key, 1, world.clock.at, "1")
    await world.outside.write(topic, key, value, envelope.to_headers())


async def waits(world, service, count):
    """What the operator sees once `count` records are parked."""
    await world.facts.until(lambda: len(world.facts.on(f"{service}-parked")) >= count, f"{count} parked of {service}")
    return await world.operator.parked(service)


async def test_a_record_nobody_can_read_holds_up_its_order_alone_until_an_operator_mends_it(world, tmp_path):
    ned, ola = world.customer(), world.customer()
    await world.outside.receive("opening-boxes", TRINKET_BOX={NEAREST: 5})
    order, other = [await world.outside.buy(customer, TRINKET_BOX=1) for customer in (ned, ola)]
    work = await worked_on(world, order)
    scan = RecordScan(
        order_id=work.order_id,
        shipment_id=work.shipment_id,
        scan_id="by-hand",
        scan=Scan.PICKED,
        site=work.site,
        operator="ana",
    )
    await by_hand(world, "fulfillment-commands", scan, scan.to_bytes().replace(b'"picked"', b'"licked"'))
    await world.outside.pack(work)
    await world.outside.hand_over(work)
    rows = await waits(world, "fulfillment", 3)
    await packed(world, other)

    assert [(row["subject"], row["reason"], row["next"]) for row in rows] == [
        (work.order_id, "ValidationError", "next"),
        (work.order_id, BEHIND, ""),
        (work.order_id, BEHIND, ""),
    ]
    shown = await world.operator.run("parked", "show", "fulfillment", rows[0]["number"])
    assert '"scan":"licked"' in shown
    assert "header ce_type: shipment.scan.v1" in shown
    await world.operator.run("parked", "retry", "fulfillment", "--all")
    await world.settled()
    assert await world.operator.parked("fulfillment") == rows
    assert not world.facts.of(WorkPicked, order_id=work.order_id)

    mended = tmp_path / "mended.json"
    mended.write_bytes(scan.to_bytes())
    await world.operator.run("parked", "retry", "fulfillment", rows[0]["number"], "--value", mended)
    picked = await world.facts.one(WorkPicked, order_id=work.order_id)
    await world.operator.run("parked", "retry", "fulfillment", "--all")
    await world.facts.one(ParcelShipped, order_id=work.order_id)
    assert world.facts.of(WorkPicked, order_id=work.order_id)[0].cause == f"by-hand/{work.order_id}"
    assert steps(world.facts, work.order_id) == [WorkPicked, ParcelPacked, ParcelShipped]
    assert picked.operator == "ana"
    assert await world.operator.run("parked", "list", "fulfillment") == "nothing waits\n"


def steps(facts, order_id):
    """The steps of a shipment, in the order in which they were decided."""
    seen = [seen for kind in (WorkPicked, ParcelPacked, ParcelShipped) for seen in facts.of(kind, order_id=order_id)]
    return [type(one.message) for one in sorted(seen, key=lambda one: one.envelope.sequence)]


async def test_an_answer_to_nothing_holds_up_the_money_of_its_order_alone_until_it_is_dropped(world):
    pia, quin = world.customer(), world.customer()
    await world.outside.receive("opening-candles", CANDLE={NEAREST: 5})
    order, other = [await world.outside.buy(customer, CANDLE=1) for customer in (pia, quin)]
    placed = await taken(world, order)
    answer = EffectAnswered(
        subject=placed.order_id,
        effect_id="by-hand",
        effect=RefundPayment.type,
        reference="never/asked/1",
        outcome=EffectOutcome.DONE,
        attempts=1,
    )
    await by_hand(world, "payments-results", answer, answer.to_bytes())
    (poison,) = await waits(world, "payments", 1)
    for one in (order, other):
        await picked(world, one)
        await world.outside.cancel(one)
    paid = await taken(world, other)
    await world.facts.one(PaymentRefunded, order_id=paid.order_id)
    await world.facts.one(OrderChanged, order_id=placed.order_id)
    poison, behind = await waits(world, "payments", 2)
    assert not world.facts.of(RefundOwed, order_id=placed.order_id)
    assert poison["reason"].startswith("NeverAsked: ")
    assert (behind["reason"], behind["came_as"].split("/")[0]) == (BEHIND, "order-changed")

    await world.operator.run("parked", "drop", "payments", poison["number"], "--because", "nobody asked for it")
    await world.operator.run("parked", "retry", "payments", "--all")
    await world.facts.one(PaymentRefunded, order_id=placed.order_id)
    assert [refund["amount"] for refund in await world.outside.refunds(placed.order_id)] == [PRICE]
    assert await world.operator.parked("payments") == []


async def test_a_bad_command_to_the_keeper_holds_up_the_stock_of_its_order_alone_until_it_is_dropped(world):
    ray, sol = world.customer(), world.customer()
    await world.outside.receive("opening-trays", TRAY={NEAREST: 5})
    order, other = [await world.outside.buy(customer, TRAY=1) for customer in (ray, sol)]
    work = await worked_on(world, order)
    advance = AdvanceShipment(
        pool=0,
        order_id=work.order_id,
        shipment_id=f"{work.order_id}-7",
        stage=Stage.SHIPPED,
        lines=(LineQuantity(line_id="1", quantity=1),),
    )
    await by_hand(world, "stock-commands", advance, advance.to_bytes())
    (poison,) = await waits(world, "allocation", 1)
    for one in (order, other):
        await shipped(world, one)
    gone = await world.facts.one(StockMoved, sku="TRAY", move=Move.SHIPPED)
    rows = await waits(world, "allocation", 4)
    assert gone.order_id != work.order_id
    assert poison["reason"].startswith("UnknownShipment: ")
    assert [row["reason"] for row in rows[1:]] == [BEHIND] * 3

    await world.operator.run("parked", "drop", "allocation", poison["number"], "--because", "there is no such parcel")
    await world.operator.run("parked", "retry", "allocation", "--all")
    await world.facts.one(StockMoved, order_id=work.order_id, move=Move.SHIPPED)
    assert world.facts.messages(StockMoved, sku="TRAY")[-1].on_hand == 3
    assert await world.operator.parked("allocation") == []
