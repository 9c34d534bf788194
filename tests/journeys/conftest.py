"""The journeys: one deployment, all its processes running, and a world around it that the tests play."""

import socket
import sys
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from cauce.demo.builtin import postal_folder
from cauce.runtime.settings import Settings

HERE = Path(__file__).parent
sys.path.append(str(HERE))  # what the journeys share, which importlib mode keeps apart

from world.deployment import Deployment  # noqa: E402  # found by the line above

LAST = "test_laws.py"  # the laws are held against all that the other journeys left behind


def pytest_collection_modifyitems(items):
    """The journeys follow one another, after whatever needs no deployment."""
    journeys = [item for item in items if "world" in getattr(item, "fixturenames", ())]
    items.sort(key=lambda item: (item in journeys, item.path == HERE / LAST))


@pytest_asyncio.fixture(scope="package", loop_scope="session", name="world")  # not beyond the last journey
async def _world(broker, tmp_path_factory):
    """The deployment, empty but for its reference data."""
    home, port = tmp_path_factory.mktemp("journeys"), _free_port()
    settings = Settings(
        servers=broker,
        prefix=f"journeys-{uuid4().hex[:8]}-",
        home=home,
        partitions=2,
        clock=str(home / "clock"),
        gazetteer=postal_folder(),
        payments_url=f"http://127.0.0.1:{port}",
    )
    async with Deployment(settings, port).running() as deployment:
        yield deployment


@pytest.fixture(autouse=True)
def _logs_of_failures(request):
    """What the workers said, beside a journey that failed."""
    failed = request.session.testsfailed
    yield
    if request.session.testsfailed > failed and "world" in request.fixturenames:
        print(request.getfixturevalue("world").tell())  # noqa: T201  # pytest shows it beside the failure


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
