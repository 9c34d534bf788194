"""Buyers and a supplier who are told of stock once a crossing, and read back at the console whom was told what."""

import json

import pytest
from world.company import NEAREST, WATCHED
from world.travel import taken

from schemas.alerts import StockAlert
from schemas.stock import Allocated
from schemas.teams import TeamNoticeFailed, TeamNotified

BUYERS = "buyers@shop.example"

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_low_sku_is_told_to_its_buyers_once_and_again_when_it_has_recovered(world):
    (world.settings.home / "addresses.yaml").write_text(f"teams: {{buyers: {BUYERS}}}\n")
    await world.outside.receive("lockets", **{WATCHED: {NEAREST: 6}})
    for _ in range(2):  # both leave fewer than five free; only the first crosses the limit
        placed = await taken(world, await world.outside.buy(world.customer(), **{WATCHED: 2}))
        await world.facts.one(Allocated, order_id=placed.order_id)
    low = await world.facts.one(StockAlert, sku=WATCHED, alert="low")
    await world.facts.one(TeamNotified, addressee="team:buyers", kind="low")
    await world.outside.receive("more-lockets", **{WATCHED: {NEAREST: 20}})
    await world.facts.one(TeamNotified, addressee="team:buyers", kind="recovered")
    await world.settled()
    assert [mail["Subject"] for mail in world.mailbox.at(BUYERS)] == [
        f"Silver locket (LOCKET) is low: {low.free} free, fewer than 5",
        "Silver locket (LOCKET) has recovered: 22 free",
    ]


async def test_a_supplier_without_an_address_is_not_told_and_the_console_says_so(world):
    failed = await world.facts.one(TeamNoticeFailed, addressee="supplier:SILVERSMITH", kind="purchase")
    await world.settled()
    rows = [json.loads(row) for row in (await world.operator.run("teams", "SILVERSMITH", "--json")).splitlines()]
    assert [row["subject"] for row in rows] == [failed.subject]
    assert rows[0]["detail"].startswith("no address of supplier SILVERSMITH")
    shown = await world.operator.run("teams", "--kind", "low")
    assert "team buyers" in shown
