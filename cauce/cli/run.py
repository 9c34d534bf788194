"""`cauce run SERVICE`: one worker of one service, in this process."""

import asyncio
import sys

import click

from cauce.runtime.assembly import lanes_of
from cauce.runtime.broker import ladder
from cauce.runtime.broker.outage import report_outages
from cauce.runtime.broker.record import listens
from cauce.runtime.deployment import require_vault
from cauce.runtime.engine.app import run_worker
from cauce.runtime.logs import log_to_stderr
from cauce.runtime.settings import Settings
from services import NAMES, load


@click.command()
@click.argument("service", type=click.Choice(NAMES))
@click.option("--verbose", is_flag=True, help="Log what is usually too much.")
def command(service: str, *, verbose: bool) -> None:
    """Run one worker of SERVICE.

    Any number of workers of a service share its partitions. Exit code 0 after a clean stop; a worker that fails
    exits with another one, and is to be started again: it resumes where its last transaction ended.
    """
    log_to_stderr(verbose=verbose)
    settings = Settings()
    servers = ladder.obtain(settings).servers
    settings = settings.model_copy(update={"servers": servers})
    report_outages(servers, listens)
    declared = load(service)
    if declared.run is not None:
        sys.exit(declared.run(settings))
    asyncio.run(require_vault(settings, declared))
    sys.exit(run_worker(settings, service, lanes_of(declared, settings)))
