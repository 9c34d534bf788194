"""`cauce audit` as an operator calls it: what it compares without being told, and what it says of what is not there."""

import asyncio
import json

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, insert

from cauce.cli import main
from cauce.runtime.database import url_of
from cauce.runtime.topics import TopicSpec, create_topics
from cauce.sandbox.place import ledger_of
from schemas.topics import TOPICS
from services.insight.store import Store
from services.insight.tables import OFFSETS, ORDERS


@pytest.fixture
async def deployment(settings):
    """One in which nothing has happened."""
    names = [*(topic.name for topic in TOPICS)]
    await create_topics(settings.servers, settings, [TopicSpec(name, 1, {}) for name in names])
    return settings


@pytest.fixture
def cauce(deployment):
    async def run(*words, **more):
        env = {"CAUCE_SERVERS": deployment.servers, "CAUCE_PREFIX": deployment.prefix}
        env |= {"CAUCE_HOME": str(deployment.home), **more}
        return await asyncio.to_thread(CliRunner().invoke, main, ["audit", *words], env=env)

    return run


def with_ledger(deployment, content):
    path = ledger_of(deployment)
    path.parent.mkdir(parents=True)
    path.write_text(content)
    return path


def with_read_model(deployment, *statements):
    url = url_of(deployment)
    (deployment.home / deployment.prefix.rstrip("-")).mkdir()
    engine = create_engine(url)
    Store(engine)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)
    engine.dispose()


async def test_what_could_not_be_compared_is_said_and_breaks_no_law(cauce, deployment):
    found = await cauce()
    told = " ".join(found.output.split())
    assert found.exit_code == 0
    assert f"No provider's ledger was compared: there is none at {ledger_of(deployment)}" in told
    assert "The read model was not compared: there is no read model" in told


async def test_the_ledger_of_the_deployment_is_compared_without_being_named(cauce, deployment):
    with_ledger(deployment, '{"kind":"charge","id":"ch_1","amount":700,"currency":"GBP"}\n')
    found = await cauce()
    assert found.exit_code == 1
    assert "charge of 700 is in no fact of ours" in found.output


async def test_a_ledger_that_is_cut_off_is_named_with_its_line(cauce, deployment):
    path = with_ledger(deployment, '{"kind":"decline"}\n{"kind":"char')
    found = await cauce()
    assert found.exit_code == 2
    assert found.output.startswith(f"Error: {path}, line 2: no JSON")


async def test_the_read_model_is_compared_where_it_is(cauce, deployment):
    with_read_model(deployment, insert(ORDERS).values(order_id="ghost", state="placed"))
    found = await cauce("--json")
    told = json.loads(found.stdout)
    assert found.exit_code == 1
    assert [one["detail"] for one in told["violations"]] == ["the read model shows an order that no fact speaks of"]
    assert told["compared"] == {"ledger": False, "read_model": True}


async def test_a_read_model_that_has_read_all_is_behind_by_nothing(cauce, deployment):
    with_read_model(deployment, insert(OFFSETS).values(topic="order-placed", partition=0, next_offset=5))
    found = await cauce()
    assert found.exit_code == 0
    assert "read model" not in found.output


async def test_a_database_that_does_not_answer_is_said(cauce):
    found = await cauce(CAUCE_DATABASE_URL="postgresql+psycopg://user:secret@127.0.0.1:1/none")
    assert found.exit_code == 0
    assert (
        "The read model was not compared: the database postgresql+psycopg://user:***@127.0.0.1:1/none" in found.output
    )
    assert "secret" not in found.output
