"""Goods kept by lot, from their receipt to a customer: what expires first goes out first, and a lot is recalled."""

import json

import pytest
from world.company import NEAREST
from world.travel import delivered, taken

from schemas.lots import LotRecalled
from schemas.stock import Allocated, Move, StockMoved

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_lot_is_received_sold_traced_and_recalled_at_the_console(world):
    run = world.operator.run
    for lot, units, last in (("L2", 5, "2032-06-30"), ("L1", 2, "2032-05-31")):
        words = (f"YOGURT={units}", "--lot", lot, "--expires", last, "--name", f"yogurt-{lot}")
        await run("stock", "receive", NEAREST, *words)
        await world.facts.one(StockMoved, reference=f"yogurt-{lot}", move=Move.RECEIVED)
    order = await world.outside.buy(world.customer(), YOGURT=3)
    placed = await taken(world, order)
    promised = await world.facts.one(Allocated, order_id=placed.order_id)
    assert [(one.lot, one.quantity) for one in promised.shipments[0].lines[0].lots] == [("L1", 2), ("L2", 1)]
    await delivered(world, order)
    await run("stock", "recall", "YOGURT", "L2", "--reason", "glass", "--name", "yogurt-glass")
    await world.facts.one(LotRecalled, recall_id="yogurt-glass")
    await world.facts.one(StockMoved, sku="YOGURT", move=Move.QUARANTINED)
    await world.settled()
    traced = json.loads(await run("stock", "trace", "YOGURT", "L2", "--json"))
    assert [(one["order_id"], one["sent"]) for one in traced["orders"]] == [(placed.order_id, 1)]
    assert [(one["site"], one["quarantined"]) for one in traced["sites"]] == [(NEAREST, 4)]
    assert "lot L1 (until Mon 31 May" in await run("explain", placed.order_number)
