"""`cauce world ROLE`: one of the demo's actors, on the public topics."""

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import Iterable

import click

from cauce.cli.recorded import present
from cauce.demo import carrier, crew
from cauce.demo.stage import Stage
from cauce.runtime.broker import ladder
from cauce.runtime.faults import Unavailable
from cauce.runtime.logs import log_to_stderr
from cauce.runtime.settings import Settings

log = logging.getLogger("cauce.world")

_LOOK_SECONDS = 1.0
ROLES = {"crew": (crew.TOPICS, crew.respond), "carrier": (carrier.TOPICS, carrier.respond)}


@click.command()
@click.argument("role", type=click.Choice(sorted(ROLES)))
def command(role: str) -> None:
    """Play ROLE of the demo's world.

    The warehouse crew with its scanners, or the carriers.
    """
    log_to_stderr()
    settings = Settings()
    servers = ladder.obtain(settings).servers
    _wait_for(settings, servers, ROLES[role][0])
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_play(role, servers, settings))


def _wait_for(settings: Settings, servers: str, topics: Iterable[str]) -> None:
    """Until the deployment has made its topics: who starts everything at once starts its world too."""
    told = False
    while True:
        try:
            present(settings, servers, topics)
        except Unavailable as absent:
            if not told:
                log.warning("waiting: %s", absent)
            told = True
            time.sleep(_LOOK_SECONDS)  # another process makes them
        else:
            return


async def _play(role: str, servers: str, settings: Settings) -> None:
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    topics, respond = ROLES[role]
    async with Stage(servers, settings) as stage:
        await stage.act(role, topics, respond)
