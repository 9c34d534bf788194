"""`cauce clock`: the one process that tells every lane how late it is."""

import asyncio
import contextlib
import signal

import click

from cauce.cli.recorded import present
from cauce.runtime.broker import ladder
from cauce.runtime.broker.outage import report_outages
from cauce.runtime.broker.record import listens
from cauce.runtime.clock import clock_of
from cauce.runtime.clockwork import run_clock
from cauce.runtime.logs import log_to_stderr
from cauce.runtime.settings import Settings
from schemas.topics import TOPICS as WRITTEN

TOPICS = tuple(topic.name for topic in WRITTEN if "clock" in topic.writer.split())


@click.command()
@click.option("--interval", default=1.0, show_default=True, type=click.FloatRange(0.05), help="Seconds between ticks.")
def command(interval: float) -> None:
    """Tell every lane how late it is.

    Writes the time to every partition of `ticks` and `stock-commands`, until asked to stop.
    """
    log_to_stderr()
    settings = Settings()
    servers = ladder.obtain(settings).servers
    present(settings, servers, TOPICS)
    settings = settings.model_copy(update={"servers": servers})
    report_outages(servers, listens)
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_run(settings, interval))


async def _run(settings: Settings, interval: float) -> None:
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await run_clock(settings, clock_of(settings), interval)
