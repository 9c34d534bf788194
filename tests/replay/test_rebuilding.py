"""What is built anew from facts: a lane's rows, a read model, and the state at an instant."""

import io
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from cauce.cli.at import said_by
from cauce.cli.at_page import order_page_at, stock_page
from cauce.cli.replay_into import Built, page
from cauce.cli.screen import Screen
from cauce.replay.rebuilt import fold_rows
from cauce.runtime.deciding import receive
from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import Settings
from schemas.light import read_light
from services import load
from services.insight.reading import orders_named, positions_of, story_of
from services.insight.rebuilding import IN_MEMORY, build, fresh_engine, hashes

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOSTILE = "[red]\x1b[2J\u202e"


async def given(records):
    for record in records:
        yield record


async def built(facts, url=IN_MEMORY, covers=lambda _: True):
    engine = fresh_engine(Settings(), url)
    await build(engine, given(facts), covers)
    return engine


async def free_of(facts, minutes):
    engine = await built(facts, covers=partial(said_by, NOW + timedelta(minutes=minutes), b"cup"))
    with engine.connect() as connection:
        return {row["site"]: (row["free"], row["reserved"]) for row in positions_of(connection, sku="cup")}


def shown(renderable, width=160):
    console = Screen(file=io.StringIO(), width=width)
    console.print(renderable)
    return console.file.getvalue()


def test_a_keepers_rows_are_the_fold_of_its_facts(inputs, facts, keeper):
    tenure = OfflineTenure(keeper, 0)
    tenure.decide(inputs)
    (declared,) = (lane for lane in load("allocation").lanes if lane.name == "keeper")
    again = fold_rows(declared, [receive(fact, read_light) for fact in reversed(facts)])
    assert again == {kind: tenure.tables()[kind] for kind in declared.kinds}


async def test_twice_gives_the_same_hash_in_whatever_order_it_is_read(facts, tmp_path):
    once, twice = await built(facts), await built(facts[::-1], f"sqlite:///{tmp_path / 'again.sqlite'}")
    assert hashes(once) == hashes(twice)
    assert hashes(once) != hashes(await built(facts[:-1]))


async def test_a_database_that_holds_something_is_not_written_over(facts, tmp_path):
    url = f"sqlite:///{tmp_path / 'model.sqlite'}"
    await built(facts, url)
    with pytest.raises(Unavailable, match="holds tables already"):
        fresh_engine(Settings(), url)


async def test_stock_at_an_instant_is_what_the_ledger_had_said(facts):
    assert await free_of(facts, 1) == {}
    assert await free_of(facts, 3) == {"madrid": (3, 0), "lyon": (3, 0)}
    assert await free_of(facts, 4) == {"madrid": (1, 2), "lyon": (3, 0)}
    assert await free_of(facts, 7) == {"madrid": (0, 3), "lyon": (6, 6)}


async def test_an_order_at_an_instant_waits_and_later_is_promised(facts):
    waiting = {}
    for minutes in (5, 6):
        engine = await built(facts, covers=partial(said_by, NOW + timedelta(minutes=minutes), b"o2"))
        with engine.connect() as connection:
            story = story_of(connection, orders_named(connection, "o2", limit=1)[0])
        waiting[minutes] = {row["decision"] for row in story.decisions}
        assert "Mon 02 Mar 2026" in shown(order_page_at(NOW, story, everything=True, width=160))
    assert waiting == {5: {0, 1}, 6: {0, 1, 2}}  # 0 is the wait


@pytest.mark.parametrize("width", [40, 160])
def test_pages_show_what_outsiders_wrote_as_it_is(width):
    counts = dict.fromkeys(("on_hand", "free", "reserved", "picked", "packed", "quarantined"), 1)
    told = shown(stock_page(NOW, [{"sku": HOSTILE, "site": HOSTILE, **counts}] * 3, limit=1), width)
    told += shown(page(Built(3, {HOSTILE: (1, "a")}, {HOSTILE: (2, "b")})), width)
    assert all(sign.isprintable() or sign == "\n" for sign in told)
    assert "[red]" in told
    assert "2positionsmore" in "".join(told.split())


def test_a_read_model_that_differs_from_the_live_one_is_not_equal():
    assert Built(3, {"orders": (1, "a")}, None).equal
    assert not Built(3, {"orders": (1, "a")}, {"orders": (2, "b")}).equal
