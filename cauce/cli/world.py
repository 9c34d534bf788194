"""`cauce world ROLE`: one of the demo's actors, on the public topics."""

import asyncio
import contextlib
import signal

import click

from cauce.cli.recorded import present
from cauce.demo import carrier, crew
from cauce.demo.stage import Stage
from cauce.runtime.broker import ladder
from cauce.runtime.logs import log_to_stderr
from cauce.runtime.settings import Settings

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
    present(settings, servers, ROLES[role][0])
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_play(role, servers, settings))


async def _play(role: str, servers: str, settings: Settings) -> None:
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    topics, respond = ROLES[role]
    async with Stage(servers, settings) as stage:
        await stage.act(role, topics, respond)
