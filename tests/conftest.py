"""What every test stands on: a real broker shared by all that run, topics of its own, and no error unnoticed."""

import fcntl
import importlib.util
import logging
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TextIO

import pytest
from hypothesis import settings as hypothesis_settings

from cauce.runtime.broker import docker, ladder
from cauce.runtime.broker.record import BrokerFolder, Record
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import CHECKOUT, Settings

HOME = Path(os.environ.get("CAUCE_TEST_HOME", CHECKOUT / ".cauce" / "tests"))
LIVES = Path(__file__).parent / "insight" / "conftest.py"
JOURNEYS = "tests/journeys/"
USERS = pytest.StashKey[TextIO]()
NOBODYS = pytest.StashKey[Path]()

hypothesis_settings.register_profile("cauce", deadline=None)  # a shared machine pauses; slowness is not a wrong answer
hypothesis_settings.load_profile("cauce")


def pytest_configure(config: pytest.Config) -> None:
    """Every process of every test run holds a share of one lock, so that the last one can tell that it is the last.

    Each has a home of nobody's: whatever does not name one must not act on that of whoever runs the tests.
    """
    config.stash[NOBODYS] = Path(tempfile.mkdtemp(prefix="cauce-tests-"))
    os.environ["CAUCE_HOME"] = str(config.stash[NOBODYS])
    HOME.mkdir(parents=True, exist_ok=True)
    config.stash[USERS] = (HOME / "users").open("w")
    fcntl.flock(config.stash[USERS], fcntl.LOCK_SH)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last process of the last run stops the broker; a run that was killed leaves it to the next."""
    shutil.rmtree(config.stash[NOBODYS], ignore_errors=True)
    with config.stash[USERS] as users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        ladder.stop(Settings(home=HOME))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for the broker is live."""
    for item in items:
        if "broker" in getattr(item, "fixturenames", ()):
            item.add_marker("live")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """The journeys share a deployment, so one process runs them all; every other test goes to whoever is free.

    By path, as the groups of xdist 3.8 are lost on pytest 9.2: it keeps the ids of its items elsewhere.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return JOURNEYS if nodeid.startswith(JOURNEYS) else nodeid

    return Scheduling(config, log)


@pytest.fixture(scope="session")
def broker() -> str:
    """Bootstrap servers: those of the environment, a container's where an engine answers, or a local broker's."""
    named = os.environ.get("CAUCE_SERVERS")
    if named:
        return named
    settings = Settings(home=HOME)
    with _alone():
        found = ladder.current(settings)
        if found:
            return found.servers
        shutil.rmtree(BrokerFolder.of(HOME).path, ignore_errors=True)  # no test depends on another run's topics
        return _contained(settings) or ladder.obtain(settings).servers


@pytest.fixture
def prefix(request: pytest.FixtureRequest) -> str:
    """The test's own topic prefix, such as `an-order-is-placed-1f0c2b9a-`."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", request.node.name.removeprefix("test_")).strip("-")
    return f"{name[:40].rstrip('-')}-{uuid.uuid4().hex[:8]}-"


@pytest.fixture(scope="session")
def lives() -> ModuleType:
    """The lives of orders that the tests of insight keep, and read models of them, as they make theirs."""
    spec = importlib.util.spec_from_file_location("lives", LIVES)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def settings(broker: str, prefix: str, tmp_path: Path) -> Settings:
    """A deployment of the test's own: the shared broker, its own topics and home."""
    return Settings(servers=broker, prefix=prefix, home=tmp_path)


@pytest.fixture(autouse=True)
def _kafka_is_heard() -> Iterator[None]:
    """Commands that are invoked in the tests' own process quiet Kafka's client for good; other tests listen to it."""
    client = logging.getLogger("aiokafka")
    level = client.level
    yield
    client.setLevel(level)


class ExpectedErrors:
    """Patterns of the errors that a test provokes: `expected_errors.add("breaker tripped")`."""

    def __init__(self) -> None:
        self.patterns: list[re.Pattern[str]] = []

    def add(self, pattern: str) -> None:
        self.patterns.append(re.compile(pattern))

    def hold(self, record: logging.LogRecord) -> bool:
        return any(pattern.search(record.getMessage()) for pattern in self.patterns)


class Errors(logging.Handler):
    """Keeps what was logged as an error."""

    def __init__(self) -> None:
        super().__init__(level=logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def expected_errors() -> ExpectedErrors:
    return ExpectedErrors()


@pytest.fixture(autouse=True)
def no_unexpected_error(expected_errors: ExpectedErrors) -> Iterator[None]:
    """Fails a test during which a logger under `cauce` logged an error that the test did not declare."""
    errors, logger = Errors(), logging.getLogger("cauce")
    logger.addHandler(errors)
    yield
    logger.removeHandler(errors)
    unexpected = [record for record in errors.records if not expected_errors.hold(record)]
    if unexpected:
        lines = "\n".join(f"  {record.name}: {record.getMessage()}" for record in unexpected)
        pytest.fail(f"errors were logged that the test did not declare in `expected_errors`:\n{lines}", pytrace=False)


def _contained(settings: Settings) -> str | None:
    """A container of testcontainers, recorded so that the other processes find it and the last one stops it."""
    try:
        docker.ready_image(docker.engine())
    except Unavailable:
        if os.environ.get("CAUCE_TEST_BROKER") == "container":
            raise
        return None
    from testcontainers.community.kafka import KafkaContainer
    from testcontainers.core.config import testcontainers_config

    testcontainers_config.ryuk_disabled = True  # its image cannot be had everywhere, and the last process stops ours
    container = KafkaContainer(docker.IMAGE).with_kraft().with_kwargs(init=True).start()  # init: ends at once
    record = Record(servers=container.get_bootstrap_server(), container=container.get_wrapped_container().id)
    folder = BrokerFolder.of(settings.home)
    folder.path.mkdir(parents=True, exist_ok=True)
    folder.write(record)
    return record.servers


@contextmanager
def _alone() -> Iterator[None]:
    with (HOME / "starting").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
