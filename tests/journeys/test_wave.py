"""Orders that wait for scarce goods, decided on together: tried first, and then asked for."""

import json
from pathlib import Path

import pytest
from world.company import NEAREST
from world.travel import taken

from schemas.backorders import Backordered
from schemas.stock import Allocated, ReceiveStock
from schemas.waves import WaveDecided

pytestmark = pytest.mark.asyncio(loop_scope="session")

POLICY = Path(__file__).parents[2] / "deploy" / "policies" / "nearest.yaml"


async def test_a_wave_gives_scarce_goods_to_whom_they_fill_most_as_its_dry_run_said(world):
    await world.operator.run("policy", "publish", POLICY)
    await world.operator.run("policy", "activate", "nearest")
    waiting = [await waits(world, units) for units in (6, 2, 3)]
    await world.outside.receive("few-flutes", FLUTE={NEAREST: 4})  # too few for the first, who holds up the others
    await world.facts.one(ReceiveStock, receipt_id="few-flutes")
    await world.settled()
    tried = json.loads(await world.operator.run("wave", "decide", "--backlog", "FLUTE", "--dry-run", "--json"))
    assert not world.facts.of(WaveDecided)
    await world.operator.run("wave", "decide", "--backlog", "FLUTE", "--name", "noon")
    decided = await world.facts.one(WaveDecided, wave_id="noon")
    await world.settled()

    first, second, third = (one.order_id for one in waiting)
    assert (decided.method, decided.promised, decided.left) == ("wave", (third,), (first, second))
    got = {one["order_id"]: (one["in_turn"], one["together"]) for one in tried["orders"]}
    assert got == {first: ({}, {}), second: ({NEAREST: 2}, {}), third: ({}, {NEAREST: 3})}
    (promise,) = world.facts.messages(Allocated, order_id=third)
    assert {shipment.site: shipment.lines[0].quantity for shipment in promise.shipments} == {NEAREST: 3}
    assert "wave" in await world.operator.run("explain", third)


async def waits(world, units):
    """An order for flutes, of which there are none."""
    placed = await taken(world, await world.outside.buy(world.customer(), FLUTE=units))
    await world.facts.one(Backordered, order_id=placed.order_id)
    return placed
