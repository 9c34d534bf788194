"""The containers of a deployment: what compose runs is what `cauce up` runs."""

import os
import subprocess
import sys

import pytest
import yaml

from cauce.cli import COMMANDS
from cauce.runtime.broker import docker
from cauce.runtime.settings import CHECKOUT, Settings
from cauce.sandbox.place import ledger_of
from services import NAMES


@pytest.fixture(scope="module")
def containers():
    return yaml.safe_load((CHECKOUT / "deploy" / "compose.yaml").read_text())["services"]


def test_every_service_runs_in_a_container_of_its_own(containers):
    run = [container["command"] for container in containers.values() if container.get("command", [""])[0] == "run"]
    assert sorted(run) == sorted(["run", name] for name in NAMES)


def test_every_command_of_a_container_exists(containers):
    assert {container["command"][0] for container in containers.values() if "command" in container} <= set(COMMANDS)


def test_containers_are_told_only_what_the_settings_know(containers):
    named = {name for container in containers.values() for name in container.get("environment", {})}
    assert named - {"CAUCE_ADVERTISED"} <= {f"CAUCE_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize(("prefix", "name"), [("", "default.jsonl"), ("blue-", "blue.jsonl")])
def test_the_sandbox_writes_the_ledger_that_the_demo_audits_whatever_the_prefix(containers, tmp_path, prefix, name):
    command = ["0" if word == "8090" else word for word in containers["sandbox"]["command"]]
    env = {**os.environ, "CAUCE_PREFIX": prefix, "CAUCE_HOME": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-m", "cauce", *command], env=env, stdout=subprocess.PIPE) as sandbox:
        said = sandbox.stdout.readline().decode()
        sandbox.terminate()
    assert said.endswith(f"ledger {ledger_of(Settings(prefix=prefix, home=tmp_path))}\n")
    assert [file.name for file in (tmp_path / "provider").iterdir()] == [name]


def test_the_brokers_image_is_the_one_that_the_ladder_starts(containers):
    assert containers["broker"]["image"] == docker.IMAGE
    assert f"-t {docker.IMAGE}\n" in (CHECKOUT / "deploy" / "containers.sh").read_text()


def test_both_brokers_are_configured_by_one_file():
    properties = (CHECKOUT / "deploy" / "kafka" / "broker.properties").read_text()
    assert "auto.create.topics.enable=false" in properties
    assert "log.retention.ms=-1" in properties
    assert "COPY deploy/kafka/broker.properties" in (CHECKOUT / "deploy" / "Dockerfile.broker").read_text()
