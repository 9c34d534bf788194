"""Whatever bytes lie on whatever input, a lane parks them with a reason, and the next record is decided."""

import random
from datetime import UTC, datetime

import orjson
import pytest

from cauce.ids import event_id
from cauce.runtime.assembly import lanes_of
from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.lane import Record
from cauce.runtime.settings import Settings
from schemas.envelope import Envelope
from schemas.topics import BY_NAME, TopicKind
from services import NAMES, load

SETTINGS = Settings()
LANES = [lane for name in NAMES for lane in lanes_of(load(name), SETTINGS) if lane.name != "door"]
INPUTS = [pytest.param(lane, topic, id=f"{lane.id}:{topic}") for lane in LANES for topic in lane.inputs]
FEW = 15  # below the breaker, which stops a worker that meets only garbage
CORPUS = sorted((SETTINGS.data / "json" / "test_parsing").glob("*.json"))


def headers_of(topic, number):
    message = BY_NAME[topic].messages[0]
    envelope = Envelope(
        id=event_id("garbage", "test", message.type, str(number)),
        type=message.type,
        source="/cauce/test/test/0",
        subject="s",
        sequence=1,
        at=datetime(2026, 3, 2, tzinfo=UTC),
        release="1",
    )
    return envelope.to_headers()


def decide_few(lane, records):
    for start in range(0, len(records), FEW):
        tenure = OfflineTenure(lane, 0)
        few = records[start : start + FEW]
        yield from zip(few, [tenure.decide([record]) for record in few], strict=True)


def is_parked(lane, outputs):
    return [output.topic for output in outputs] == [lane.parked]


@pytest.mark.parametrize(("lane", "topic"), INPUTS)
def test_random_bytes_are_parked(lane, topic):
    chance = random.Random(topic)
    records = [
        Record(topic, 0, number, b"k%d" % number, chance.randbytes(chance.randrange(200)), headers)
        for number in range(60)
        for headers in [headers_of(topic, number) if number % 2 else [("ce_type", chance.randbytes(9))]]
    ]

    assert all(is_parked(lane, outputs) for _, outputs in decide_few(lane, records))


@pytest.mark.parametrize(("lane", "topic"), INPUTS)
def test_json_that_is_no_message_of_ours_is_parked(lane, topic):
    records = [
        Record(topic, 0, number, b"k%d" % number, path.read_bytes(), headers_of(topic, number))
        for number, path in enumerate(CORPUS)
    ]
    not_parked = [record for record, outputs in decide_few(lane, records) if not is_parked(lane, outputs)]

    assert len(CORPUS) > 300
    assert not_parked == []


@pytest.mark.parametrize(("lane", "topic"), INPUTS)
def test_a_type_that_is_not_known_is_parked_by_its_name(lane, topic):
    headers = [(name, b"who.knows.v9" if name == "ce_type" else value) for name, value in headers_of(topic, 1)]
    ((_, (output,)),) = decide_few(lane, [Record(topic, 0, 0, b"k", orjson.dumps({}), headers)])

    assert b"who.knows.v9" in dict(output.headers)["parked-reason"]


def test_every_input_but_those_of_outsiders_is_tried():
    tried = {topic for lane in LANES for topic in lane.inputs}
    wanted = {topic.name for topic in BY_NAME.values() if topic.kind is not TopicKind.RAW}

    assert {name for name in wanted if set(BY_NAME[name].readers) - {"insight", "outside"}} <= tried
