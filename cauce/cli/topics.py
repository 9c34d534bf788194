"""`cauce topics`: create every topic of the deployment."""

import asyncio

import click

from cauce.runtime import broker
from cauce.runtime.assembly import lanes_of
from cauce.runtime.settings import Settings
from cauce.runtime.topics import create_topics, specs
from services import NAMES, load


@click.command()
def command() -> None:
    """Create every topic of the deployment that does not exist yet, and check those that do."""
    settings = Settings()
    servers = broker.obtain(settings).servers
    lanes = [lane for name in NAMES for lane in lanes_of(load(name), settings)]
    wanted = specs(settings, lanes)
    created = asyncio.run(create_topics(servers, settings, wanted))
    click.echo(f"{len(created)} topics created, {len(wanted) - len(created)} were there")
