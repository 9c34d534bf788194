"""Live lanes: a fleet of workers and the deployment's Kafka."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.append(str(HERE))  # the harness is shared by test files, which importlib mode keeps apart

from fleet import Fleet, Kafka  # noqa: E402  # found by the line above


@pytest.fixture
def kafka(settings):
    return Kafka(settings)


@pytest.fixture
def fleet(settings, tmp_path, request):
    """Workers of the counting program."""
    fleet = Fleet(settings, HERE / "counting.py", tmp_path)
    failed = request.session.testsfailed
    yield fleet
    fleet.end()
    if request.session.testsfailed > failed:
        print(fleet.tell())  # noqa: T201  # pytest shows it beside the failure
