"""The ladder to a broker, as far as it can be seen without starting one."""

import itertools
import json
import logging
import os
import socket
from threading import Thread

import pytest

from cauce.runtime.broker import ladder
from cauce.runtime.broker.programs import birth
from cauce.runtime.broker.record import LOOPBACK, BrokerFolder, Record, answers, free_port, lasting_ports
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import Settings


@pytest.fixture
def home_settings(tmp_path, monkeypatch):
    monkeypatch.delenv("CAUCE_SERVERS", raising=False)
    return Settings(home=tmp_path)


@pytest.fixture
def folder(tmp_path):
    folder = BrokerFolder.of(tmp_path)
    folder.path.mkdir()
    return folder


@pytest.fixture
def closed_port():
    return f"{LOOPBACK}:{free_port()}"


@pytest.fixture
def taken_port():
    with socket.create_server((LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


def test_named_servers_that_do_not_answer_are_an_error_that_says_what_to_do(home_settings, closed_port):
    with pytest.raises(Unavailable, match="CAUCE_SERVERS"):
        ladder.obtain(home_settings.model_copy(update={"servers": closed_port}))


def test_without_a_record_no_broker_is_current_and_none_is_stopped(home_settings):
    assert ladder.current(home_settings) is None
    assert ladder.stop(home_settings) is None


def test_a_record_is_read_as_it_was_written(folder):
    record = Record(servers="127.0.0.1:9092", pid=7, birth="70")
    folder.write(record)
    assert folder.record() == record
    folder.forget()
    assert folder.record() is None


@pytest.mark.parametrize("damaged", [b"", b"{", b"[]", json.dumps({"pid": 7}).encode()])
def test_a_damaged_record_counts_as_none(folder, damaged):
    (folder.path / "broker.json").write_bytes(damaged)
    assert folder.record() is None


def test_a_process_that_took_over_a_dead_brokers_pid_is_never_stopped(home_settings, folder, closed_port):
    folder.write(Record(servers=closed_port, pid=os.getpid(), birth="another time"))
    assert ladder.current(home_settings) is None
    assert ladder.stop(home_settings) is None


def test_a_recorded_broker_that_lives_but_does_not_answer_is_not_current(home_settings, folder, closed_port):
    folder.write(Record(servers=closed_port, pid=os.getpid(), birth=birth(os.getpid())))
    assert ladder.current(home_settings) is None


def test_a_broker_whose_docker_engine_is_gone_is_neither_forgotten_nor_replaced(home_settings, folder, monkeypatch):
    folder.write(Record(servers="127.0.0.1:9092", container="cauce-broker-0-1"))
    monkeypatch.setenv("PATH", "/nowhere")
    for asked in (ladder.current, ladder.found, ladder.obtain, ladder.stop):
        with pytest.raises(Unavailable, match="in a Docker container"):
            asked(home_settings)
    assert folder.record()
    folder.forget()  # as `cauce broker stop` leaves it: the topics stay in the volume
    with pytest.raises(Unavailable, match="in a Docker container"):
        ladder.obtain(home_settings)


def test_a_free_port_is_the_preferred_one_unless_it_is_taken(taken_port):
    port = free_port()
    assert free_port(port) == port
    assert free_port(taken_port) != taken_port


def test_a_broker_comes_up_where_it_was_unless_that_port_is_taken(folder, taken_port):
    was = next(lasting_ports())
    assert folder.last_servers is None
    assert folder.port(first=was) == was
    folder.write(Record(servers=f"{LOOPBACK}:{was}", pid=7, birth="70"))
    folder.forget()
    assert folder.port(first=taken_port) == was
    folder.write(Record(servers=f"{LOOPBACK}:{taken_port}", pid=7, birth="70"))
    assert folder.port(first=was) == was
    assert folder.port(first=taken_port) != taken_port


def test_the_ports_of_servers_that_come_back_are_never_lent_to_clients():
    ports = list(itertools.islice(lasting_ports(), 50))
    assert len(set(ports)) == 50
    assert max(ports) < 32_768  # where Linux begins to lend, by default


def test_a_broker_that_had_to_move_says_from_where_to_where(folder, caplog):
    caplog.set_level(logging.WARNING, "cauce.broker")
    first, second = (Record(servers=f"{LOOPBACK}:{port}", pid=7) for port in (9092, 9093))
    ladder._written(folder, first, rung="kafka")
    ladder._written(folder, first, rung="kafka")
    assert not caplog.records
    ladder._written(folder, second, rung="kafka")
    assert [record.getMessage().partition(",")[0] for record in caplog.records] == [
        f"broker moved from={LOOPBACK}:9092 to={LOOPBACK}:9093"
    ]


def test_a_question_that_fails_is_not_logged_and_hides_no_line_of_another_client(caplog):
    with socket.create_server((LOOPBACK, 0)) as deaf:
        asking = Thread(target=answers, args=(f"{LOOPBACK}:{deaf.getsockname()[1]}",), kwargs={"timeout_seconds": 0.5})
        asking.start()
        while asking.is_alive():
            logging.getLogger("aiokafka").error("another's")
            asking.join(0.05)
    assert {record.getMessage() for record in caplog.records if record.name.startswith("aiokafka")} == {"another's"}
    assert logging.getLogger("aiokafka").level != logging.CRITICAL


def test_a_server_that_is_no_broker_does_not_answer(taken_port):
    assert not answers(f"{LOOPBACK}:{taken_port}", timeout_seconds=1)


@pytest.mark.parametrize("servers", ["", "nonsense", "127.0.0.1:port"])
def test_servers_that_cannot_be_read_do_not_answer(servers):
    assert not answers(servers)
