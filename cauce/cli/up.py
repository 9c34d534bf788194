"""`cauce up`: every service of the deployment on this machine, kept running."""

import asyncio
import signal
import sys
from collections.abc import Mapping

import click

from cauce.runtime.assembly import lanes_of
from cauce.runtime.broker import ladder
from cauce.runtime.broker.outage import ADVICE, Outage, report_outages
from cauce.runtime.broker.record import answers
from cauce.runtime.faults import Unavailable
from cauce.runtime.lane import Lane
from cauce.runtime.logs import log_to_stderr
from cauce.runtime.settings import Settings
from cauce.runtime.supervisor import UNENDING, Program, Supervisor
from cauce.runtime.topics import create_topics, specs
from services import NAMES, load


def deployment_lanes(settings: Settings) -> list[Lane]:
    """The lanes of every service."""
    return [lane for name in NAMES for lane in lanes_of(load(name), settings)]


def programs(settings: Settings, workers: int, env: Mapping[str, str]) -> list[Program]:
    """The processes of a deployment: `workers` of each service (the read model has one), and the clock."""
    own = {"CAUCE_SERVERS": str(settings.servers), "CAUCE_PREFIX": settings.prefix, "CAUCE_HOME": str(settings.home)}
    cauce = (sys.executable, "-m", "cauce")
    found = [
        Program(f"{name}-{number}", (*cauce, "run", name), {**own, **env, "CAUCE_INSTANCE": f"w{number}"})
        for name in NAMES
        for number in range(1 if load(name).run else workers)
    ]
    return [*found, Program("clock", (*cauce, "clock"), {**own, **env})]


@click.command()
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 50), help="Workers of each service.")
def command(*, workers: int) -> None:
    """Run every service, and keep it running.

    Creates the topics, runs all services and the clock, and restarts what fails, until interrupted. Whatever ends
    this command ends them too.
    """
    log_to_stderr()
    settings = Settings()
    obtained = ladder.obtain(settings)
    click.echo(f"broker {obtained.servers}, {obtained.chosen}")
    outage = report_outages(obtained.servers, answers, lambda: _advice(settings, obtained.servers))
    asyncio.run(_up(settings.model_copy(update={"servers": obtained.servers}), workers, outage))


def _advice(settings: Settings, servers: str) -> str:
    """What to do about a broker that does not answer: ours may have come up elsewhere."""
    try:
        now = None if settings.servers else ladder.current(settings)
    except Unavailable as gone:
        return str(gone)
    if now and now.servers != servers:
        return f"it is at {now.servers} now; stop this command and start it again"
    return ADVICE


async def _up(settings: Settings, workers: int, outage: Outage) -> None:
    await create_topics(str(settings.servers), settings, specs(settings, deployment_lanes(settings)))
    click.echo(f"{len(NAMES)} services and the clock; logs in {settings.logs}")
    kept = Supervisor(programs(settings, workers, {}), settings.logs, UNENDING, may_start=lambda: not outage.lasts)
    await run_until_told(kept)


async def run_until_told(supervisor: Supervisor) -> None:
    """Run until SIGINT, SIGTERM, or the end of the terminal unless `nohup` made us deaf to that."""
    loop, stops = asyncio.get_running_loop(), set[asyncio.Future[None]]()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, lambda: stops.add(asyncio.ensure_future(supervisor.stop())))
    await supervisor.run()
