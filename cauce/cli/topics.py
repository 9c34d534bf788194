"""`cauce topics`: create every topic of the deployment."""

import asyncio

import click

from cauce.cli.plain import say
from cauce.cli.up import deployment_lanes
from cauce.runtime.broker import ladder
from cauce.runtime.settings import Settings
from cauce.runtime.topics import create_topics, specs


@click.command()
def command() -> None:
    """Create the topics of the deployment.

    Those that exist are checked; a wrong partition count is an error.
    """
    settings = Settings()
    servers = ladder.obtain(settings).servers
    wanted = specs(settings, deployment_lanes(settings))
    created = asyncio.run(create_topics(servers, settings, wanted))
    say(f"{len(created)} topics created, {len(wanted) - len(created)} were there")
