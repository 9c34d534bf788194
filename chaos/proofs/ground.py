"""What a proof stands on: brokers and a folder of its own, and a word now and then on how far it is."""

import shutil
import sys
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cauce.runtime.settings import Settings
from chaos.cluster import Cluster
from chaos.proofs.fleet import Fleet, Program
from chaos.proofs.outside import Kafka

Found = dict[str, Any]  # what a proof found: `proven`, whether nothing was wrong and enough was struck, and figures
_BEGUN = time.monotonic()


def say(text: str) -> None:
    """Progress, where it does not mix with the result."""
    print(f"{time.monotonic() - _BEGUN:6.1f} s  {text}", file=sys.stderr, flush=True)  # noqa: T201  # a console's


class Ground:
    """Made by `ground`."""

    def __init__(self, cluster: Cluster, folder: Path, settings: Settings) -> None:
        self.cluster, self.folder, self.settings = cluster, folder, settings
        self.kafka = Kafka(settings)

    @asynccontextmanager
    async def fleet(self, program: Program) -> AsyncIterator[Fleet]:
        """Workers of a program, which end with the block."""
        fleet = Fleet(self.settings, program, self.folder)
        try:
            yield fleet
        except Exception:
            say(fleet.tell())
            raise
        finally:
            fleet.end()


@asynccontextmanager
async def ground(name: str, *, brokers: int = 1, **chosen: Any) -> AsyncIterator[Ground]:
    """One broker or three, gone afterwards with the folder; `chosen` are settings. A failure leaves the folder."""
    jars = Settings().home
    folder = jars / "proofs" / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{name}-{uuid.uuid4().hex[:4]}"
    folder.mkdir(parents=True)
    cluster = Cluster(jars, folder / "brokers", brokers=brokers)
    say(f"{name}: starting {brokers} of Kafka, folder {folder}")
    try:
        await cluster.start()
        given = {"home": folder / "home", "prefix": f"{name}-", "clock": "system", **chosen}
        yield Ground(cluster, folder, Settings(servers=cluster.servers(), **given))
    finally:
        await cluster.stop()
    shutil.rmtree(folder, ignore_errors=True)
