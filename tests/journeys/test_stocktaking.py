"""A warehouse manager at the console: stock counted, set aside, sent to another site, and bought for those who wait."""

import pytest
from world.company import NEAREST, SECOND
from world.travel import delivered, taken

from schemas.backorders import Backordered
from schemas.counts import CountApproved, CountOpened, CountReported
from schemas.inbound import BackorderExpected, InboundChanged
from schemas.movements import TransferReceived, TransferSent
from schemas.stock import Move, StockMoved

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def stock(world):
    """`cauce stock` against the deployment."""

    async def stock(*words):
        return await world.operator.run("stock", *words)

    return stock


async def test_a_count_is_opened_reported_and_approved_at_the_console(world, stock):
    await world.outside.receive("opening-samovars", SAMOVAR={NEAREST: 8})
    await world.facts.some(StockMoved, 1, move=Move.RECEIVED, reference="opening-samovars")
    await stock("count", "open", NEAREST, "SAMOVAR", "--approve-above", "0", "GBP", "--name", "samovars")
    await world.facts.one(CountOpened, count_id="samovars")
    await stock("count", "report", "samovars", NEAREST, "SAMOVAR=6")
    reported = await world.facts.one(CountReported, count_id="samovars")
    assert reported.waits
    await stock("count", "approve", "samovars", NEAREST)
    await world.facts.one(CountApproved, count_id="samovars")
    await world.facts.one(StockMoved, sku="SAMOVAR", move=Move.COUNTED)
    await stock("damage", NEAREST, "SAMOVAR", "1", "--name", "dropped")
    await world.facts.one(StockMoved, sku="SAMOVAR", move=Move.QUARANTINED, reference="dropped")
    await stock("transfer", "send", NEAREST, SECOND, "SAMOVAR=2", "--name", "van")
    await world.facts.one(TransferSent, transfer_id="van")
    await stock("transfer", "receive", "van", NEAREST, SECOND, "SAMOVAR=2")
    await world.facts.one(TransferReceived, transfer_id="van")
    await world.settled()
    shown = [line.split() for line in (await stock("show", "SAMOVAR")).splitlines()]
    assert [NEAREST, "4", "3", "0", "0", "0", "1"] in shown
    assert [SECOND, "2", "2", "0", "0", "0", "0"] in shown


async def test_who_waits_is_told_the_day_of_the_purchase_and_has_the_goods_when_they_come(world, stock):
    yara = world.customer()
    await stock("inbound", "expect", NEAREST, "2026-12-01", "URN=3", "--name", "urns")
    await world.facts.one(InboundChanged, purchase_id="urns", version=1)
    order = await world.outside.buy(yara, URN=2)
    placed = await taken(world, order)
    await world.facts.one(Backordered, order_id=placed.order_id)
    told = await world.facts.one(BackorderExpected, order_id=placed.order_id)
    assert str(told.lines[0].expected_on) == "2026-12-01"
    await stock("inbound", "receive", "urns", NEAREST, "URN=3")
    await delivered(world, order)
    await world.settled()
    assert "expected on 01 Dec 2026" in await world.operator.run("order", "show", placed.order_number)
