"""A whole deployment for one measurement: what `cauce up` runs, with PostgreSQL and the demo's crew and carriers."""

import asyncio
import os
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from _figures import say
from _postgres import postgres
from _processes import Cost, costs

from cauce.cli.up import deployment_lanes, programs
from cauce.demo import supplier
from cauce.demo.builtin import postal_folder
from cauce.demo.retail_company import SITES, reference_for
from cauce.demo.stage import Stage
from cauce.runtime.backlog import backlog_of
from cauce.runtime.broker.record import BrokerFolder
from cauce.runtime.lane import Lane
from cauce.runtime.reference.publisher import publish_reference
from cauce.runtime.settings import Settings
from cauce.runtime.supervisor import Program, Supervisor
from cauce.runtime.topics import create_topics, specs
from cauce.sandbox.postgresql import Postgresql

WORKERS = int(os.environ.get("BENCH_WORKERS", "1"))
# A partition has a transaction of its own each time: more than workers are only cost, here as in production.
PARTITIONS = int(os.environ.get("CAUCE_PARTITIONS", WORKERS))
UNITS = 1_000_000  # of each sku at each site: nothing ever waits for stock
READY_SECONDS = 180
WORLD = ("crew", "carrier")
_LOOK_SECONDS = 0.25


class Deployment:
    """Services, clock, crew and carriers at work, over one database."""

    def __init__(self, settings: Settings, database: Postgresql, broker_pid: int | None) -> None:
        self.settings, self.database = settings, database
        self.servers = str(settings.servers)
        self.lanes: list[Lane] = deployment_lanes(settings)
        self.programs = _programs(settings, database.url)
        self.supervisor = Supervisor(self.programs, settings.home / "logs")
        self._broker_pid = broker_pid

    @property
    def pids(self) -> dict[str, int | None]:
        """The processes of the measurement by name; `load` is the one that offers orders and watches."""
        own = {program.name: self.supervisor.pid(program.name) for program in self.programs}
        return {**own, "broker": self._broker_pid, "postgres": self.database.pid, "load": os.getpid()}

    def costs(self) -> dict[str, Cost]:
        """What each process cost until now."""
        return costs(self.pids, forking={"postgres"})


@asynccontextmanager
async def deployed(goods: Mapping[str, str]) -> AsyncIterator[Deployment]:
    """The deployment with all shelves filled, and nothing left to do."""
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as home, postgres() as database:
        deployment = Deployment(_settings(Path(home)), database, _broker_pid())
        await _prepare(deployment, goods)
        running = asyncio.ensure_future(deployment.supervisor.run())
        try:
            say(f"starting {len(deployment.programs)} processes")
            await _stocked(deployment, goods)
            yield deployment
        finally:
            await deployment.supervisor.stop()
            await asyncio.gather(running, return_exceptions=True)


def _settings(home: Path) -> Settings:
    """Each measurement is a deployment of its own on the broker it was given."""
    given = Settings()
    prefix = f"bench-{uuid.uuid4().hex[:8]}-"
    return given.model_copy(update={"prefix": prefix, "home": home, "partitions": PARTITIONS})


def _broker_pid() -> int | None:
    """The broker's process, where `cauce` started it on this machine."""
    record = BrokerFolder.of(Settings().home).record()
    return record.pid if record else None


def _programs(settings: Settings, database_url: str) -> list[Program]:
    env = {"CAUCE_DATABASE_URL": database_url, "CAUCE_GAZETTEER": str(postal_folder())}
    env["CAUCE_PARTITIONS"] = str(settings.partitions)
    services = programs(settings, WORKERS, env)
    cauce = (sys.executable, "-m", "cauce")
    return [*services, *(Program(role, (*cauce, "world", role), services[0].env) for role in WORLD)]


async def _prepare(deployment: Deployment, goods: Mapping[str, str]) -> None:
    settings = deployment.settings
    await create_topics(deployment.servers, settings, specs(settings, deployment.lanes))
    await publish_reference(deployment.servers, settings, reference_for(goods), at=datetime.now(UTC))


async def _stocked(deployment: Deployment, goods: Iterable[str]) -> None:
    """Fill the shelves, and wait until every lane has read what there is."""
    received = [
        said for site in SITES for said in supplier.receipts("opening", site.id, ((sku, UNITS) for sku in goods))
    ]
    async with Stage(deployment.servers, deployment.settings) as stage:
        await stage.say(received)
    async with (
        backlog_of(deployment.servers, deployment.settings, deployment.lanes) as backlog,
        asyncio.timeout(READY_SECONDS),
    ):
        while await backlog.behind():  # noqa: ASYNC110  # a lane tells nobody how far it is
            await asyncio.sleep(_LOOK_SECONDS)
