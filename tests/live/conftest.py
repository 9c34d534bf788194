"""Live lanes: a fleet of workers and the deployment's Kafka."""

import sys
from pathlib import Path

import pytest

from chaos.proofs import counting
from chaos.proofs.fleet import Fleet
from chaos.proofs.outside import Kafka

HERE = Path(__file__).parent
sys.path.append(str(HERE))  # `running` is a program and a module of the tests, which importlib mode keeps apart


@pytest.fixture
def kafka(settings):
    return Kafka(settings)


@pytest.fixture
def fleet(settings, tmp_path, request):
    """Workers of the counting program."""
    fleet = Fleet(settings, counting.PROGRAM, tmp_path)
    failed = request.session.testsfailed
    yield fleet
    fleet.end()
    if request.session.testsfailed > failed:
        print(fleet.tell())  # noqa: T201  # pytest shows it beside the failure
