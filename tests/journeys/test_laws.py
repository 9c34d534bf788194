"""What must hold of all that the journeys left behind; runs after them."""

import asyncio

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import select
from world.company import CANARIES, NEAREST
from world.travel import delivered

from cauce.audit.reading import audit, read_ledger
from cauce.cli.read_model import read_model
from cauce.cli.replay import NEVER
from cauce.replay.compare import compare
from cauce.replay.fold import folded
from cauce.replay.recorded import tables
from cauce.runtime.records import partitions_of_topic
from cauce.runtime.service import EntityLane
from schemas.orders import OrderPlaced
from schemas.raw import RawTopic
from services import NAMES, load
from services.insight.reading import reading
from services.insight.tables import OFFSETS, TIMELINE, UNREAD
from services.insight.translate import INPUTS

pytestmark = pytest.mark.asyncio(loop_scope="session")

ENTITY_LANES = [lane for name in NAMES for lane in load(name).lanes if isinstance(lane, EntityLane)]


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def _everything_is_settled(world):
    """All that the journeys began is at its end; where none was made, one order is."""
    if not world.facts.of(OrderPlaced):
        await world.outside.receive("opening-mugs", MUG={NEAREST: 1})
        await delivered(world, await world.outside.buy(world.customer(), MUG=1))
    await world.settled()


async def test_no_worker_ended_but_those_that_were_killed(world):
    restarts = {name.removesuffix("-0"): count for name, count in world.supervisor.restarts.items() if count}
    assert restarts == dict(world.killed)


async def test_no_law_is_broken(world):
    shown = read_model(world.settings)
    verdict = await audit(
        world.settings.servers,
        world.settings,
        provider=read_ledger(world.ledger),
        shown=shown,
        progress=lambda _: None,
    )
    assert verdict.violations == ()
    assert verdict.records
    assert shown.orders


async def test_every_lane_decides_the_same_again(world):
    compared = {lane.id: await compare(world.settings.servers, world.settings, lane) for lane in replayed(world)}
    assert not [row for rows in compared.values() for row in rows if not row.equal]
    assert all(compared.values())


def replayed(world):
    return [lane for lane in world.lanes if lane.name not in NEVER]


@pytest.mark.parametrize("lane", ENTITY_LANES, ids=lambda lane: f"{lane.service}-{lane.name}")
async def test_the_table_of_an_entity_lane_is_the_fold_of_its_facts(world, lane):
    servers, settings = world.settings.servers, world.settings
    (running,) = [one for one in world.lanes if (one.service, one.name) == (lane.service, lane.name)]
    kept = await tables(servers, settings, running)
    rows = {key: value for of_partition in kept.values() for key, value in of_partition["states"].items()}
    assert rows == await folded(servers, settings, lane)


async def test_the_timeline_of_every_order_has_every_fact_that_names_it(world):
    async with asyncio.timeout(60):
        while not has_read(world.settings, world.facts):
            world.facts.check()
            await asyncio.sleep(0.1)
    columns = TIMELINE.c.order_id, TIMELINE.c.topic, TIMELINE.c.partition, TIMELINE.c.offset
    with reading(world.settings) as connection:
        told = {tuple(row) for row in connection.execute(select(*columns))}
        assert connection.execute(select(UNREAD)).all() == []
    assert told == {(order, *seen.record[:3]) for seen in world.facts.all if (order := named(seen))}


def has_read(settings, facts):
    """Whether the read model has taken every record in that was seen."""
    with reading(settings) as connection:
        rows = connection.execute(select(OFFSETS.c.topic, OFFSETS.c.partition, OFFSETS.c.next_offset))
        reached = {(topic, partition): offset for topic, partition, offset in rows}
    return all(reached[place] >= offset for place, offset in facts.last.items() if place[0] in INPUTS)


def named(seen):
    """The order that a fact of the read model is about."""
    if seen.record.topic not in INPUTS or seen.record.topic == "stock-demand":  # which counts skus
        return ""
    of_money = seen.record.topic == "payments-results" and seen.message is not None
    return seen.message.subject if of_money else getattr(seen.message, "order_id", "")


async def test_what_is_personal_is_on_no_topic_but_the_raw_ones_and_in_no_file(world):
    found = {topic async for topic, content in everything(world.settings) if any(one in content for one in CANARIES)}
    assert found == {world.settings.topic(RawTopic.CHANNEL_ORDERS)}
    files = [path for path in world.settings.home.rglob("*") if path.is_file()]
    assert not [path for path in files if any(canary in path.read_bytes() for canary in CANARIES)]


async def everything(settings):
    """The bytes of every record of every topic, of transactions that were aborted too."""
    async with AIOKafkaConsumer(bootstrap_servers=settings.servers, auto_offset_reset="earliest") as reader:
        topics = [topic for topic in await reader.topics() if topic.startswith(settings.prefix)]
        places = [TopicPartition(topic, n) for topic in topics for n in await partitions_of_topic(reader, topic)]
        reader.assign(places)
        ends = await reader.end_offsets(places)
        while any([await reader.position(place) < ends[place] for place in places]):
            for place, records in (await reader.getmany(timeout_ms=200)).items():
                for one in records:
                    headers = [content for _, content in one.headers]
                    yield place.topic, b"\n".join([one.key or b"", one.value or b"", *headers])
