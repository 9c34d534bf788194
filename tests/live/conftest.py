"""Live lanes: a fleet of workers and the deployment's Kafka."""

import sys
from contextlib import suppress
from pathlib import Path

import pytest

from cauce.runtime.broker import docker, ladder
from cauce.runtime.broker.programs import run
from cauce.runtime.broker.record import BrokerFolder
from cauce.runtime.settings import Settings
from chaos.proofs import counting
from chaos.proofs.counted import INPUTS
from chaos.proofs.feed import Feed
from chaos.proofs.fleet import Fleet
from chaos.proofs.outside import Kafka

HERE = Path(__file__).parent
sys.path.append(str(HERE))  # `running` is a program and a module of the tests, which importlib mode keeps apart


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of its own, whose broker is stopped at the end."""
    monkeypatch.delenv("CAUCE_SERVERS", raising=False)
    monkeypatch.setenv("CAUCE_HOME", str(tmp_path))
    yield tmp_path
    ladder.stop(Settings())
    with suppress(docker.EngineMissing):
        volume = docker.container_name(BrokerFolder.of(tmp_path))
        run(docker.engine(), "volume", "rm", "--force", volume, timeout_seconds=30)


@pytest.fixture
def kafka(settings):
    return Kafka(settings)


@pytest.fixture
async def feed(kafka):
    """What is fed to the counting lanes, whose topics are there."""
    await kafka.create(counting.LANES, **INPUTS | {"notes": kafka.settings.pools}, stock_out=4, mail_out=4)
    return Feed(kafka)


@pytest.fixture
def fleet(settings, tmp_path, request):
    """Workers of the counting program."""
    fleet = Fleet(settings, counting.PROGRAM, tmp_path)
    failed = request.session.testsfailed
    yield fleet
    fleet.end()
    if request.session.testsfailed > failed:
        print(fleet.tell())  # noqa: T201  # pytest shows it beside the failure
