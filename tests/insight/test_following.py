"""The read model of real topics: complete, once, and going on where it was."""

import asyncio
import os
import subprocess
import sys

import pytest
from aiokafka import AIOKafkaProducer
from sqlalchemy import func, select

from cauce.runtime.database import engine_of, url_of
from cauce.runtime.faults import Unavailable
from cauce.runtime.topics import create_topics, specs
from services.insight.columns import METADATA
from services.insight.following import project_topics
from services.insight.offsets import Advance, Overtaken
from services.insight.store import Store
from services.insight.tables import OFFSETS, ORDERS, TIMELINE, UNREAD

pytestmark = pytest.mark.live


@pytest.fixture(name="topics")
async def _topics(broker, settings):
    """The deployment's topics, and a function that publishes facts in one transaction, or starts one and drops it."""
    await create_topics(broker, settings, specs(settings))
    producer = AIOKafkaProducer(bootstrap_servers=broker, transactional_id=settings.topic("test"))
    await producer.start()

    async def publish(facts, *, commit=True):
        await producer.begin_transaction()
        for fact in facts:
            await producer.send(
                settings.topic(fact.topic),
                fact.message.to_bytes(),
                key=fact.message.key_value().encode(),
                headers=fact.envelope.to_headers(),
            )
        await (producer.commit_transaction() if commit else producer.abort_transaction())

    yield publish
    await producer.stop()


@pytest.fixture(name="project")
def _project(settings):
    async def project():
        await project_topics(settings, asyncio.Event(), until_idle=True)

    return project


@pytest.fixture(name="ask")
def _ask(settings):
    def ask(query):
        engine = engine_of(settings)
        with engine.connect() as connection:
            found = connection.execute(query).all()
        engine.dispose()
        return found

    return ask


async def test_all_committed_facts_of_all_partitions_are_projected_once(topics, project, ask, live):
    lives = [live(number) for number in range(1, 21)]
    await topics([fact for life in lives for fact in life])
    await topics(live(99), commit=False)
    await project()
    await project()
    assert ask(select(ORDERS.c.state, func.count()).group_by(ORDERS.c.state)) == [("part_shipped", 20)]
    assert ask(select(func.count()).select_from(TIMELINE)) == [(20 * len(lives[0]),)]


async def test_projecting_goes_on_where_it_was(topics, project, ask, life):
    await topics(life[:12])
    await project()
    before = ask(select(ORDERS.c.state))
    await topics(life[12:])
    await project()
    assert before != ask(select(ORDERS.c.state)) == [("part_shipped",)]


async def test_a_record_nobody_can_read_is_counted_and_passed_over(topics, project, ask, live, expected_errors):
    expected_errors.add("unread topic=order-placed")
    (fact, *_) = live(1)
    newer = fact._replace(envelope=fact.envelope._replace(type="order.placed.v9"))
    await topics([newer, *live(2)])
    await project()
    assert [row.reason for row in ask(select(UNREAD))] == ["no message of type 'order.placed.v9' in this release"]
    assert ask(select(ORDERS.c.order_number)) == [("WEB-536366",)]


async def test_a_fact_that_the_database_cannot_hold_is_passed_over(topics, project, ask, life, expected_errors):
    expected_errors.add("unread topic=packed")
    heavy = [
        fact._replace(message=fact.message.model_copy(update={"weight_grams": 10**20})) if number == packed else fact
        for packed in [next(number for number, fact in enumerate(life) if fact.topic == "packed")]
        for number, fact in enumerate(life)
    ]
    await topics(heavy)
    await project()
    assert [row.topic for row in ask(select(UNREAD))] == ["packed"]
    assert ask(select(func.count()).select_from(TIMELINE)) == [(len(life) - 1,)]


async def test_a_second_projector_of_one_database_stops(topics, settings, project, ask, life):
    engine = engine_of(settings)
    zombie = Store(engine)
    await topics(life)
    await project()
    topic, partition, reached = ask(select(OFFSETS).where(OFFSETS.c.next_offset > 0))[0]
    with pytest.raises(Overtaken):
        zombie.write([], {(topic, partition): Advance(0, reached)})
    engine.dispose()


async def test_missing_topics_are_named(settings):
    with pytest.raises(Unavailable, match="cauce topics"):
        await project_topics(settings, asyncio.Event(), until_idle=True)


async def test_killed_again_and_again_the_read_model_is_that_of_one_that_never_was(
    topics, settings, project, live, new_model
):
    facts = [fact for number in range(1, 501) for fact in live(number) if fact.topic != "stock-moved" or number == 1]
    await topics(facts)
    env = {**os.environ, "CAUCE_SERVERS": settings.servers, "CAUCE_PREFIX": settings.prefix}
    env["CAUCE_HOME"] = str(settings.home)
    database = new_model(url_of(settings).render_as_string())
    reached = [0]
    for _ in range(2):
        worker = _start(env)
        while _projected(database) == reached[-1]:
            assert worker.poll() is None
            await asyncio.sleep(0.01)
        worker.kill()
        worker.wait()
        reached.append(_projected(database))
    assert reached[-1] < len(facts)
    await project()
    whole = new_model()
    whole.take(facts)
    assert _placeless(database) == _placeless(whole)


def _start(env):
    return subprocess.Popen([sys.executable, "-m", "cauce", "run", "insight"], env=env)


def _projected(model):
    with model.engine.connect() as connection:
        return connection.execute(select(func.sum(OFFSETS.c.next_offset))).scalar()


def _placeless(model):
    """The tables without the places of records, which are the broker's to choose."""
    return {
        name: {
            tuple((column, value) for column, value in row.items() if column not in ("partition", "offset"))
            for row in model.rows(name)
        }
        for name in METADATA.tables
        if name != OFFSETS.name
    }
