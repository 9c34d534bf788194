"""The broker that Cauce starts itself, and the one that all live tests share."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from aiokafka.admin import NewTopic

from cauce.runtime.broker import kafka, ladder
from cauce.runtime.broker.programs import ended
from cauce.runtime.broker.record import LOOPBACK, BrokerFolder, answers
from cauce.runtime.settings import Settings
from cauce.runtime.topics import administering

pytestmark = pytest.mark.live


@pytest.fixture
def folder(home):
    """The same home's broker folder, for the rung of the jars alone."""
    folder = BrokerFolder.of(home)
    folder.path.mkdir()
    return folder


def test_the_shared_broker_answers(broker):
    assert answers(broker)


def test_servers_named_in_settings_are_used_as_they_are(settings):
    assert ladder.obtain(settings) == ladder.Broker(servers=settings.servers, rung="named")


@pytest.mark.usefixtures("home")
def test_two_starts_at_once_give_one_broker_that_lives_until_it_is_stopped():
    command = [Path(sys.executable).with_name("cauce"), "broker", "start"]
    starts = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    lines = [start.communicate()[0] for start in starts]
    assert len({line.split()[0] for line in lines}) == 1
    assert sum("started before" in line for line in lines) == 1
    assert ladder.obtain(Settings()).rung == "running"
    stopped = ladder.stop(Settings())
    assert not answers(stopped.servers)
    assert ladder.current(Settings()) is None


def test_topics_outlive_a_restart_on_another_port(folder):
    first = kafka.start(folder)
    folder.write(first)
    topics(first.servers, new="order-placed")
    kafka.stop(first)
    with socket.create_server((LOOPBACK, int(first.servers.rpartition(":")[2]))):
        second = kafka.start(folder)
    folder.write(second)
    assert second.servers != first.servers
    assert topics(second.servers) == ["order-placed"]


def test_a_broker_that_was_killed_is_replaced_and_not_taken_for_running(folder):
    first = kafka.start(folder)
    folder.write(first)
    os.kill(first.pid, signal.SIGKILL)
    assert ended(first.pid, timeout_seconds=30)
    assert ladder.current(Settings()) is None
    again = ladder.obtain(Settings())
    assert again.rung == "kafka"
    assert answers(again.servers)


def topics(servers, new=None):
    """The topics of a broker, after adding one."""

    async def asked():
        async with administering(servers) as admin:
            if new:
                await admin.create_topics([NewTopic(new, num_partitions=4, replication_factor=1)])
            return await admin.list_topics()

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(asked())
