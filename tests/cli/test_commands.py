"""The console command as a whole."""

import click
import pytest
from click.testing import CliRunner

from cauce.cli import COMMANDS, main


@pytest.fixture
def cauce(tmp_path, monkeypatch):
    monkeypatch.setenv("CAUCE_HOME", str(tmp_path))
    monkeypatch.delenv("CAUCE_SERVERS", raising=False)
    return lambda *arguments: CliRunner().invoke(main, arguments)


def test_commands_are_listed_alphabetically():
    assert list(COMMANDS) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_loads_and_explains_itself(name):
    command = main.get_command(click.Context(main), name)
    assert command
    assert command.help


def test_an_unknown_command_is_a_usage_error(cauce):
    assert cauce("no-such-command").exit_code == 2


def test_a_broker_that_is_not_there_is_said_in_one_line(cauce, monkeypatch):
    monkeypatch.setenv("CAUCE_SERVERS", "127.0.0.1:1")
    shown = cauce("broker", "start")
    assert shown.exit_code == 2
    assert shown.output.startswith("Error: No broker answers at 127.0.0.1:1")


def test_a_setting_that_cannot_be_used_is_named_as_the_environment_knows_it(cauce, monkeypatch):
    monkeypatch.setenv("CAUCE_PARTITIONS", "none")
    shown = cauce("broker", "status")
    assert shown.exit_code == 2
    assert "CAUCE_PARTITIONS: Input should be a valid integer" in shown.output


def test_status_without_a_broker_exits_1_and_says_how_to_get_one(cauce):
    shown = cauce("broker", "status")
    assert shown.exit_code == 1
    assert "cauce broker start" in shown.output


def test_status_is_also_given_as_json(cauce):
    assert cauce("broker", "status", "--json").output == '{"answers": false, "servers": null, "rung": null}\n'


def test_stopping_what_does_not_run_is_no_error(cauce):
    shown = cauce("broker", "stop")
    assert (shown.exit_code, shown.output) == (0, "no broker runs\n")
