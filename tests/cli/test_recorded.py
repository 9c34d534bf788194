"""Commands that only look, where there is nothing to look at: they say so, and neither start nor make anything."""

import pytest
from click.testing import CliRunner

from cauce.cli import main
from cauce.runtime.broker.record import LOOPBACK, free_port

LOOKING = ["audit", "replay", "parked list", "parked retry intake --all"]


@pytest.fixture(name="cauce")
def _cauce(tmp_path):
    def cauce(command, **env):
        return CliRunner().invoke(main, command.split(), env={"CAUCE_HOME": str(tmp_path / "home"), **env})

    return cauce


@pytest.mark.parametrize("command", [*LOOKING, "demo --attach --orders 1"])
def test_no_broker_is_started_to_look_at(cauce, command, tmp_path):
    shown = cauce(command, CAUCE_SERVERS=None)
    assert shown.exit_code == 1
    assert "No broker answers" in shown.output
    assert "cauce broker start" in shown.output
    assert not (tmp_path / "home" / "broker").exists()


@pytest.mark.parametrize("command", LOOKING)
def test_a_named_broker_that_does_not_answer_is_said(cauce, command):
    shown = cauce(command, CAUCE_SERVERS=f"{LOOPBACK}:{free_port()}")
    assert shown.exit_code == 1
    assert "CAUCE_SERVERS" in shown.output


@pytest.mark.parametrize("command", LOOKING)
def test_where_the_deployment_has_no_topic_nothing_is_called_right(cauce, command, settings):
    shown = cauce(command, CAUCE_SERVERS=settings.servers, CAUCE_PREFIX=settings.prefix)
    assert shown.exit_code == 1
    assert f"holds no topic of a deployment with the prefix '{settings.prefix}'" in shown.output
