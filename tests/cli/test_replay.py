"""`cauce replay` over lanes of the test's own: what differs is named, and the other lanes are decided all the same."""

import io
from dataclasses import replace

import orjson
import pytest
from aiokafka import AIOKafkaProducer

from cauce.cli.replay import Replayed, replayed
from cauce.cli.replay_page import page
from cauce.cli.screen import Screen
from cauce.replay.compare import Row
from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.lane import Lane, Record
from cauce.runtime.records import send_outputs, send_records
from cauce.runtime.topics import TopicSpec, create_topics

INPUTS = [b"1", b"2", b"3"]


def say(record, work):
    """Every box is said to have been shipped as it came."""
    headers = [("ce_id", b"id-%s" % record.value), ("ce_source", b"/cauce/returns/boxes/0")]
    work.send("shipped", record.key, b'{"box":%s}' % record.value, headers)


def say_otherwise(record, work):
    """The second box is said to be another one."""
    say(record._replace(value=b"2", key=b"k") if record.value == b"2" else record, work)
    if record.value == b"2":
        work.out[-1] = work.out[-1]._replace(value=b'{"box":20}')


BOXES = Lane("returns", "boxes", ("boxes",), ("shipped",), (), say)
OTHER = replace(BOXES, handler=say_otherwise)
LOST = Lane("returns", "lost", ("boxes", "lids"), ("shipped",), (), say)


@pytest.fixture
async def deployment(settings):
    """Three boxes decided by one lane; the journal of another names records that are gone."""
    settings = settings.model_copy(update={"partitions": 1})
    names = ("boxes", "lids", "shipped", LOST.journal, LOST.changelogs["standing"], BOXES.changelogs["standing"])
    await create_topics(settings.servers, settings, [TopicSpec(name, 1, {}) for name in names])
    tenure = OfflineTenure(BOXES, 0)
    outputs = tenure.decide([Record("boxes", 0, at, b"k", value, []) for at, value in enumerate(INPUTS)])
    producer = AIOKafkaProducer(bootstrap_servers=settings.servers)
    await producer.start()
    sent = await send_outputs(producer, settings.prefix, outputs, 0)
    rows = [(key, value, []) for key, value in tenure.tables()["standing"].items()]
    for topic, records in (
        ("boxes", [(b"k", value, []) for value in INPUTS]),
        (BOXES.changelogs["standing"], rows),
        (LOST.journal, [(b"", orjson.dumps([["lids", 0, 5]]), [])]),
    ):
        sent += await send_records(producer, settings.topic(topic), 0, records)
    for delivery, _ in sent:
        await delivery
    await producer.stop()
    return settings


async def found(settings, *lanes):
    return await replayed(settings.servers, settings, list(lanes), lambda _: None)


async def test_what_is_decided_as_before_is_equal(deployment):
    again = await found(deployment, BOXES)
    assert again.equal
    assert [(row.what, row.records) for row in again.rows] == [("shipped/0", 3)]


async def test_what_is_decided_otherwise_is_named_and_the_other_lanes_go_on(deployment):
    again = await found(deployment, LOST, OTHER, BOXES)
    assert not again.equal
    assert [row.equal for row in again.rows] == [False, True]
    assert again.rows[0].difference == "shipped/0@1: ? with the id id-2: box was 2, is now 20"
    assert "the journal names 5 records" in again.stopped["returns-lost"]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_nothing_is_cut_on_the_page_however_narrow(width):
    rows = [Row("intake-orders", 0, "order-placed/0", 3, "a" * 16, "b" * 16, "order-placed/0@7: " + "x" * 200)]
    console = Screen(file=io.StringIO(), width=width)
    console.print(page(rows, {"notify-router": "y" * 200}))
    told = "".join(console.file.getvalue().split())
    assert told.count("x") == 200
    assert "y" * 200 in told
    assert "\N{HORIZONTAL ELLIPSIS}" not in told


def test_a_lane_that_stopped_makes_it_unequal():
    assert not Replayed([], {"notify-router": "why"}).equal
