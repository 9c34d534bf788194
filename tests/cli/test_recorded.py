"""Commands that only look, where there is nothing to look at: they say so, and neither start nor make anything."""

import asyncio
import os
import subprocess
import sys

import pytest
from aiokafka.errors import KafkaConnectionError
from click.testing import CliRunner

from cauce.cli import main
from cauce.runtime.broker.record import LOOPBACK, free_port
from cauce.runtime.topics import TopicSpec, administering, create_topics, specs
from schemas.topics import TOPICS

LOOKING = [
    *("audit", "replay", "parked list", "parked show intake 1"),
    *("parked retry intake --all", "parked drop intake --all --because tests"),
]
SERVING = ["clock", "run intake", "run insight"]
WORLD = ["crew", "carrier"]
RUNNING = [*SERVING, *(f"world {role}" for role in WORLD)]


@pytest.fixture(name="cauce")
def _cauce(tmp_path):
    def cauce(command, **env):
        return CliRunner().invoke(main, command.split(), env={"CAUCE_HOME": str(tmp_path / "home"), **env})

    return cauce


@pytest.mark.parametrize("command", [*LOOKING, "demo --attach --orders 1"])
def test_no_broker_is_started_to_look_at(cauce, command, tmp_path):
    shown = cauce(command, CAUCE_SERVERS=None)
    assert shown.exit_code == 2
    assert "No broker answers" in shown.output
    assert "cauce broker start" in shown.output
    assert not (tmp_path / "home" / "broker").exists()


@pytest.mark.parametrize("command", LOOKING)
def test_a_named_broker_that_does_not_answer_is_said(cauce, command):
    shown = cauce(command, CAUCE_SERVERS=f"{LOOPBACK}:{free_port()}")
    assert shown.exit_code == 2
    assert "CAUCE_SERVERS" in shown.output


@pytest.mark.parametrize("command", LOOKING)
def test_where_the_deployment_has_no_topic_nothing_is_called_right(cauce, command, settings):
    shown = cauce(command, CAUCE_SERVERS=settings.servers, CAUCE_PREFIX=settings.prefix)
    assert shown.exit_code == 2
    assert f"holds no topic of a deployment with the prefix '{settings.prefix}'" in shown.output


@pytest.mark.parametrize("command", [*RUNNING, "topics"])
def test_a_named_broker_is_not_waited_for(cauce, command):
    shown = cauce(command, CAUCE_SERVERS=f"{LOOPBACK}:{free_port()}")
    assert shown.exit_code == 2
    assert shown.output.startswith("Error: No broker answers at")


@pytest.mark.parametrize("command", SERVING)
def test_topics_that_are_missing_are_not_waited_for(cauce, command, settings):
    shown = cauce(command, CAUCE_SERVERS=settings.servers, CAUCE_PREFIX=settings.prefix)
    assert shown.exit_code == 2
    assert "`cauce topics`" in shown.output
    assert len(shown.output.splitlines()) == 1


@pytest.mark.parametrize("role", WORLD)
def test_the_world_waits_for_the_topics_of_what_starts_beside_it(settings, role):
    own = {"CAUCE_SERVERS": settings.servers, "CAUCE_PREFIX": settings.prefix, "CAUCE_HOME": str(settings.home)}
    command = [sys.executable, "-m", "cauce", "world", role]
    with subprocess.Popen(command, env={**os.environ, **own}, text=True, stderr=subprocess.PIPE) as waiting:
        assert "waiting" in waiting.stderr.readline()
        assert waiting.poll() is None
        asyncio.run(create_topics(settings.servers, settings, specs(settings)))
        asyncio.run(_joined(settings, f"world-{role}"))
        waiting.terminate()
    assert waiting.returncode == 0


async def _joined(settings, group):
    async with administering(settings.servers) as admin, asyncio.timeout(60):
        while settings.topic(group) not in {name for name, _ in await admin.list_consumer_groups()}:  # noqa: ASYNC110  # another process
            await asyncio.sleep(0.2)


async def test_topics_of_another_shape_are_named_with_the_settings_to_mend(cauce, settings):
    topics = [TopicSpec(topic.name, 2 if topic.family == "orders" else 1, {}) for topic in TOPICS]
    await create_topics(settings.servers, settings.model_copy(update={"partitions": 2}), topics)
    env = {"CAUCE_SERVERS": settings.servers, "CAUCE_PREFIX": settings.prefix, "CAUCE_PARTITIONS": "3"}
    for command in ("replay", "topics"):
        shown = await asyncio.to_thread(cauce, command, **env)
        assert shown.exit_code == 2
        assert "has 2 partitions, the settings ask for 3: set CAUCE_PARTITIONS" in shown.output


def test_a_broker_that_went_away_is_said_without_a_trace(cauce, monkeypatch):
    def gone(_):
        raise KafkaConnectionError("connection lost")

    monkeypatch.setattr("cauce.cli.audit.recorded", gone)
    shown = cauce("audit")
    assert shown.exit_code == 2
    assert "the broker went away (KafkaConnectionError): see `cauce broker status`" in shown.output
