"""Every service has the same shape, and reads and writes exactly what the table of topics says."""

import importlib
import pkgutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import services
from cauce.runtime.service import DoorLane, EntityLane, RowsLane, RunnerLane
from cauce.runtime.settings import CHECKOUT
from schemas.effects import EffectAnswered
from schemas.topics import BY_NAME, HOME, TOPICS, TopicKind

NAMES = [module.name for module in pkgutil.iter_modules(services.__path__)]
OUTSIDE = {"outside", "publisher", "clock"}
PARTS = ("Reads", "Writes", "Owns", "Never")

every_service = pytest.mark.parametrize("name", NAMES)


def service(name):
    return importlib.import_module(f"services.{name}.worker").SERVICE


def lanes():
    return [lane for name in NAMES for lane in service(name).lanes]


def lane_id(lane):
    return f"{lane.service}-{lane.name}"


def reads(lane):
    return {lane.effects} if isinstance(lane, RunnerLane) else {str(topic) for topic in lane.inputs}


def writes(lane):
    """(topic, message) pairs."""
    if isinstance(lane, RunnerLane):
        return {(lane.results, EffectAnswered)}
    return {(HOME[message], message) for message in lane.publishes}


def without_lanes():
    """Services that run themselves: the read model."""
    return {name for name in NAMES if not service(name).lanes}


# -- shape


@every_service
def test_a_service_has_the_same_files(name):
    folder = CHECKOUT / "services" / name
    assert (folder / "domain.py").exists() != (folder / "domain").is_dir(), "domain.py or domain/, not both"
    assert (folder / "translate.py").exists()
    assert (folder / "worker.py").exists()


@every_service
def test_a_service_s_docstring_says_what_it_reads_writes_owns_and_never_does(name):
    module = importlib.import_module(f"services.{name}")
    source = Path(module.__file__).read_text(encoding="utf-8").rstrip()
    assert all(part in module.__doc__ for part in PARTS)
    assert source.startswith('"""')
    assert source.endswith('"""'), "the docstring and nothing else"
    assert source.count('"""') == 2


@every_service
def test_a_worker_declares_its_lanes_in_less_than_60_lines(name):
    source = (CHECKOUT / "services" / name / "worker.py").read_text(encoding="utf-8")
    assert source.count("\n") < 60
    assert " if " not in source.split('"""', 2)[2]


@every_service
def test_a_service_is_named_for_its_folder(name):
    assert service(name).name == name
    assert {lane.service for lane in service(name).lanes} <= {name}


@every_service
def test_a_service_has_lanes_or_runs_itself(name):
    assert bool(service(name).lanes) != bool(service(name).run)


def test_every_module_of_a_service_is_imported_without_touching_the_world():
    program = """
import importlib, pkgutil, socket, services
def refuse(*_): raise AssertionError("a connection while importing")
socket.socket.connect = socket.socket.connect_ex = socket.socket.bind = refuse
for module in pkgutil.walk_packages(services.__path__, "services."):
    importlib.import_module(module.name)
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=CHECKOUT, timeout=120)


# -- against the table


def test_lanes_have_names_of_their_own():
    assert max(Counter(map(lane_id, lanes())).values()) == 1


def test_what_a_lane_reads_names_it_as_a_reader():
    unnamed = {
        (lane_id(lane), topic)
        for lane in lanes()
        for topic in reads(lane)
        if not {lane_id(lane), lane.service} & set(BY_NAME[topic].readers)
    }
    assert unnamed == set()


def test_every_named_reader_exists_and_reads():
    readers = {(one, topic) for lane in lanes() for one in (lane_id(lane), lane.service) for topic in reads(lane)}
    idle = {
        (reader, topic.name)
        for topic in TOPICS
        for reader in topic.readers
        if reader not in OUTSIDE | without_lanes() and (reader, topic.name) not in readers
    }
    assert idle == set()


def test_what_a_lane_writes_names_it_as_the_writer():
    unnamed = {
        (lane_id(lane), topic, message.type)
        for lane in lanes()
        for topic, message in writes(lane)
        if lane_id(lane) not in BY_NAME[topic].writer.split() or message not in BY_NAME[topic].messages
    }
    assert unnamed == set()


def test_every_named_writer_exists_and_every_message_has_one():
    written = {(lane_id(lane), topic) for lane in lanes() for topic, _ in writes(lane)}
    idle = {
        (writer, topic.name)
        for topic in TOPICS
        for writer in topic.writer.split()
        if writer not in OUTSIDE and (writer, topic.name) not in written
    }
    assert idle == set()
    messages = {pair for lane in lanes() for pair in writes(lane)}
    unwritten = {
        (topic.name, message.type)
        for topic in TOPICS
        for message in topic.messages
        if not OUTSIDE & set(topic.writer.split()) and (topic.name, message) not in messages
    }
    assert unwritten == set()


@every_service
def test_no_two_lanes_of_a_service_read_one_topic(name):
    counted = Counter(topic for lane in service(name).lanes for topic in reads(lane))
    assert [topic for topic, count in counted.items() if count > 1] == [], "they share a consumer"


def test_all_inputs_of_a_lane_are_of_one_family():
    for lane in lanes():
        assert len({BY_NAME[topic].family for topic in reads(lane) if topic not in ("reference", "ticks")}) == 1


def test_a_lane_that_keeps_time_reads_ticks():
    for lane in lanes():
        if isinstance(lane, EntityLane):
            assert (lane.on_due is not None) == ("ticks" in lane.inputs)


def test_every_message_of_an_entity_s_lane_names_the_entity():
    for lane in lanes():
        if isinstance(lane, EntityLane):
            assert all(lane.entity_of(message) in message.model_fields for message in lane.publishes)


READS_BY = {
    "intake-supplements": {"order_id"},  # what it writes is of another order, and names the one it is for
    "notify-router": {"order_id", "sku"},  # it remembers nothing of either
}


def test_what_an_entity_s_lane_reads_is_keyed_by_the_entity():
    foreign = {
        (lane_id(lane), message.type, message.key)
        for lane in lanes()
        if isinstance(lane, EntityLane)
        for topic in reads(lane)
        for message in BY_NAME[topic].messages
        if BY_NAME[topic].kind in (TopicKind.FACT, TopicKind.COMMAND)
        and message.key not in READS_BY.get(lane_id(lane), {lane.entity})
    }
    assert foreign == set()


def test_doors_read_what_outsiders_write_and_deciders_do_not():
    for lane in lanes():
        kinds = {BY_NAME[topic].writer == "outside" for topic in reads(lane)}
        assert kinds == {isinstance(lane, DoorLane)}
        assert isinstance(lane, (DoorLane, EntityLane, RowsLane, RunnerLane))
