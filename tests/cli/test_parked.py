"""`cauce parked` over what a lane left in Kafka."""

import json

import pytest
from aiokafka import AIOKafkaProducer
from click.testing import CliRunner

from cauce.cli import main
from cauce.cli.parked import WITH_LANES
from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.lane import RETRY, Lane, Record, Unprocessable
from cauce.runtime.records import send_outputs, send_records
from cauce.runtime.topics import TopicSpec, create_topics


def refuse(record, _):
    """What begins with `!` cannot be decided."""
    if record.value.startswith(b"!"):
        raise Unprocessable("no such sku")


LANE = Lane("returns", "boxes", ("boxes",), (), (), refuse)
INPUTS = [(b"a", b"!1"), (b"a", b"2"), (b"b", b"!3"), (b"c", b"4")]
HOSTILE = "[/x]\x1b[2J\u202e"


@pytest.fixture
async def tenure(settings):
    """A lane that met the inputs; its parked records and its standing are in Kafka."""
    return await met(settings, INPUTS)


async def met(settings, inputs):
    parked = [f"{name}-parked" for name in WITH_LANES]
    own = [TopicSpec(name, 1, {}) for name in ("boxes", *parked, LANE.changelogs["standing"])]
    await create_topics(settings.servers, settings, own)
    tenure = OfflineTenure(LANE, 0)
    records = [Record("boxes", 0, at, key, value, [("id", b"%d" % at)]) for at, (key, value) in enumerate(inputs)]
    await publish(settings, tenure, tenure.decide(records))
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
    rows = [json.loads(line) for line in cauce("list", "returns", "--json").output.splitlines()]
    assert [(row["number"], row["subject"], row["next"], row["reason"]) for row in rows] == [
        (0, "a", "next", "no such sku"),
        (1, "a", "", "waits behind a parked record"),
        (2, "b", "next", "no such sku"),
    ]
    assert "3 records of returns wait" in cauce("list", "returns").output


def test_without_a_service_all_that_waits_is_listed(cauce, tenure):
    del tenure
    rows = [json.loads(line) for line in cauce("list", "--json").output.splitlines()]
    assert [(row["service"], row["number"]) for row in rows] == [("returns", 0), ("returns", 1), ("returns", 2)]
    assert "3 records of all services wait" in cauce("list").output


@pytest.mark.parametrize("words", [("list",), ("show", "1"), ("retry", "--all"), ("drop", "--all", "--because", "x")])
def test_a_service_that_is_none_is_a_usage_error_that_names_them(words):
    command, *more = words
    refused = CliRunner().invoke(main, ["parked", command, "retuns", *more])
    assert refused.exit_code == 2
    assert "'intake', 'allocation', 'fulfillment', 'returns', 'payments', 'notify'" in refused.output


def test_one_record_is_shown_as_it_came(cauce, tenure):
    del tenure
    shown = cauce("show", "returns", "2").output
    assert "came_as: boxes/0/2" in shown
    assert shown.endswith("header id: 2\n!3\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("retry", "returns", "1"), "1 waits behind 0: name the elder too"),
        (("retry", "returns", "7"), "7 does not wait"),
        (("retry", "returns"), "name the records by number, or say --all"),
        (("drop", "returns", "0"), "Missing option '--because'"),
        (("drop", "returns", "0", "--because", ""), "say why"),
        (("drop", "returns", "--all", "--because", " \t"), "say why"),
    ],
)
def test_a_word_that_would_do_nothing_is_refused_with_what_to_do(cauce, tenure, words, said):
    del tenure
    refused = cauce(*words)
    assert refused.exit_code in (1, 2)
    assert said in refused.output


@pytest.mark.parametrize("words", [("list",), ("list", "returns", "--json"), ("show", "returns", "0")])
def test_keys_and_values_of_outsiders_are_shown_and_steer_nothing(cauce, settings, words):
    import asyncio

    asyncio.run(met(settings, [(HOSTILE.encode(), f"!{HOSTILE}".encode())]))
    told = cauce(*words)
    assert told.exit_code == 0
    assert "[/x]" in told.output
    assert all(sign.isprintable() or sign == "\n" for sign in told.output)


def test_words_reach_the_lane_as_inputs_that_it_obeys(cauce, tenure, settings, tmp_path):
    import asyncio

    (tmp_path / "mended").write_bytes(b"1")
    assert cauce("retry", "returns", "0", "--value", str(tmp_path / "mended")).output == "1 record sent back\n"
    assert cauce("drop", "returns", "--all", "--because", "a test order").output == "3 records given up\n"
    words = asyncio.run(stored(settings))
    assert words[0].headers[0] == (RETRY, b"returns-boxes/boxes/0/0")
    assert words[-1].headers[-1] == ("because", b"a test order")
    tenure.decide([word._replace(offset=10 + at) for at, word in enumerate(words)])
    assert not tenure.standing.blocked
    asyncio.run(publish(settings, tenure, []))


def test_what_is_dropped_is_listed_no_more_though_its_lane_has_not_run(cauce, tenure):
    del tenure
    before = rows(cauce)
    first = next(row for row in before if row["next"])
    behind = [row for row in before if row["subject"] == first["subject"] and row["number"] > first["number"]]
    assert cauce("drop", "returns", str(first["number"]), "--because", "a test order").exit_code == 0
    after = rows(cauce)
    assert [row["number"] for row in after] == [row["number"] for row in before if row != first]
    assert [row["next"] for row in after if row["number"] in {one["number"] for one in behind[:1]}] == ["next"]
    assert cauce("drop", "returns", "--all", "--because", "a test order").exit_code == 0
    assert cauce("list", "returns").output == "nothing waits\n"


def rows(cauce):
    return [json.loads(line) for line in cauce("list", "returns", "--json").output.splitlines()]


async def stored(settings):
    from aiokafka import TopicPartition

    from cauce.runtime.records import reading, stored_records

    place = TopicPartition(settings.topic("boxes"), 0)
    async with reading(settings.servers, [place]) as reader:
        return [Record("boxes", 0, r.offset, r.key, r.value, r.headers) async for r in stored_records(reader, place)]
