"""`cauce parked` over what a lane left in Kafka."""

import json

import pytest
from aiokafka import AIOKafkaProducer
from click.testing import CliRunner

from cauce.cli import main
from cauce.runtime.lane import RETRY, Lane, Record, Unprocessable
from cauce.runtime.offline import OfflineTenure
from cauce.runtime.records import send_outputs, send_records
from cauce.runtime.topics import TopicSpec, create_topics


def refuse(record, _):
    """What begins with `!` cannot be decided."""
    if record.value.startswith(b"!"):
        raise Unprocessable("no such sku")


LANE = Lane("depot", "boxes", ("boxes",), (), (), refuse)
INPUTS = [(b"a", b"!1"), (b"a", b"2"), (b"b", b"!3"), (b"c", b"4")]


@pytest.fixture
async def tenure(settings):
    """A lane that met the inputs; its parked records and its standing are in Kafka."""
    own = [TopicSpec(name, 1, {}) for name in ("boxes", LANE.parked, LANE.changelogs["standing"])]
    await create_topics(settings.servers, settings, own)
    tenure = OfflineTenure(LANE, 0)
    inputs = [Record("boxes", 0, at, key, value, [("id", b"%d" % at)]) for at, (key, value) in enumerate(INPUTS)]
    await publish(settings, tenure, tenure.decide(inputs))
    return tenure


async def publish(settings, tenure, outputs):
    producer = AIOKafkaProducer(bootstrap_servers=settings.servers)
    await producer.start()
    rows = [(key, value, []) for key, value in tenure.tables()["standing"].items()]
    sent = await send_outputs(producer, settings.prefix, outputs, 0)
    sent += await send_records(producer, settings.topic(LANE.changelogs["standing"]), 0, rows)
    for delivery, _ in sent:
        await delivery
    await producer.stop()


@pytest.fixture
def cauce(settings, monkeypatch):
    monkeypatch.setenv("CAUCE_SERVERS", settings.servers)
    monkeypatch.setenv("CAUCE_PREFIX", settings.prefix)
    return lambda *words: CliRunner().invoke(main, ["parked", *words])


def test_what_waits_is_listed_with_its_reason_and_whose_turn_it_is(cauce, tenure):
    del tenure
    rows = [json.loads(line) for line in cauce("list", "depot", "--json").output.splitlines()]
    assert [(row["number"], row["subject"], row["next"], row["reason"]) for row in rows] == [
        (0, "a", "next", "no such sku"),
        (1, "a", "", "waits behind a parked record"),
        (2, "b", "next", "no such sku"),
    ]
    assert "3 records of depot wait" in cauce("list", "depot").output


def test_one_record_is_shown_as_it_came(cauce, tenure):
    del tenure
    shown = cauce("show", "depot", "2").output
    assert "came_as: boxes/0/2" in shown
    assert shown.endswith("header id: 2\n!3\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("retry", "depot", "1"), "1 waits behind 0: name the elder too"),
        (("retry", "depot", "7"), "7 does not wait"),
        (("retry", "depot"), "name the records by number, or say --all"),
        (("drop", "depot", "0"), "Missing option '--because'"),
    ],
)
def test_a_word_that_would_do_nothing_is_refused_with_what_to_do(cauce, tenure, words, said):
    del tenure
    refused = cauce(*words)
    assert refused.exit_code in (1, 2)
    assert said in refused.output


def test_words_reach_the_lane_as_inputs_that_it_obeys(cauce, tenure, settings, tmp_path):
    import asyncio

    (tmp_path / "mended").write_bytes(b"1")
    assert cauce("retry", "depot", "0", "--value", str(tmp_path / "mended")).output == "1 records sent back\n"
    assert cauce("drop", "depot", "--all", "--because", "a test order").output == "3 records given up\n"
    words = asyncio.run(stored(settings))
    assert words[0].headers[0] == (RETRY, b"depot-boxes/boxes/0/0")
    assert words[-1].headers[-1] == ("because", b"a test order")
    tenure.decide([word._replace(offset=10 + at) for at, word in enumerate(words)])
    assert not tenure.standing.blocked
    asyncio.run(publish(settings, tenure, []))


async def stored(settings):
    from aiokafka import TopicPartition

    from cauce.runtime.records import reading, stored_records

    place = TopicPartition(settings.topic("boxes"), 0)
    async with reading(settings.servers, [place]) as reader:
        return [Record("boxes", 0, r.offset, r.key, r.value, r.headers) async for r in stored_records(reader, place)]
