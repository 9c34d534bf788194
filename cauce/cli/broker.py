"""`cauce broker start | stop | status`: the broker that this machine's commands use."""

import json
import sys

import click

from cauce.runtime.broker import ladder
from cauce.runtime.settings import Settings


@click.group()
def command() -> None:
    """Find, start or stop the broker.

    The first that there is: the servers named in CAUCE_SERVERS; the broker started before; Docker, where an
    engine answers; Apache Kafka from its published jars.
    """


@command.command()
def start() -> None:
    """Find a broker, or start one that outlives this command."""
    obtained = ladder.obtain(Settings())
    click.echo(f"{obtained.servers}  {obtained.chosen}")


@command.command()
def stop() -> None:
    """Stop the broker that was started; its topics are kept."""
    settings = Settings()
    stopped = ladder.stop(settings)
    if stopped:
        click.echo(f"stopped {stopped.servers}")
    elif settings.servers:
        click.echo(f"{settings.servers} is named in CAUCE_SERVERS; only what `cauce` started is stopped here")
    else:
        click.echo("no broker runs")


@command.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def status(*, as_json: bool) -> None:
    """Say whether a broker answers, and which. Exit code 1 when none does."""
    now = ladder.current(Settings())
    if as_json:
        shown = now.model_dump() if now else {"servers": None, "rung": None}
        click.echo(json.dumps({"answers": now is not None, **shown}))
    elif now:
        click.echo(f"{now.servers}  {now.chosen}")
    else:
        click.echo("no broker answers; `cauce broker start` brings one")
    sys.exit(0 if now else 1)
