"""A whole run, from brokers of its own to the verdict over what is left."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from cauce.audit.reading import audit, read_ledger
from cauce.cli.up import deployment_lanes
from cauce.demo.builtin import postal_folder
from cauce.runtime.broker.record import LOOPBACK, free_port
from cauce.runtime.settings import Settings
from cauce.sandbox.place import ledger_of
from chaos.arms import Arms, Gear, ways
from chaos.cluster import Cluster
from chaos.deployment import Deployment
from chaos.judgment import Findings, oversold
from chaos.mails import compared
from chaos.options import Options
from chaos.proxies import proxying
from chaos.readmodel import differences
from chaos.report import report
from chaos.run import Course, Run
from chaos.schedule import Fault
from chaos.screen import Screen
from chaos.strikes.clock import showing
from chaos.strikes.poison import counted


def settings_of(home: Path, seed: int) -> Settings:
    """A deployment of the run's own, in a folder of its own."""
    url = f"http://{LOOPBACK}:{free_port()}"
    return Settings(prefix=f"chaos-{seed}-", home=home, payments_url=url, clock=str(home / "clock"))


async def conduct(options: Options, settings: Settings, home: Path, screen: Screen) -> dict[str, Any]:
    """The report of a run. `home` keeps programs from run to run. Raises Unavailable."""
    cluster = Cluster(home, settings.home / "brokers", brokers=options.brokers, ways=ways(options))
    settings = settings.model_copy(update={"servers": cluster.servers()})
    screen.show("starting Kafka")
    async with AsyncExitStack() as stack:
        stack.push_async_callback(cluster.stop)
        await cluster.start()
        proxies = None
        if Fault.NETWORK in options.faults:
            proxies = await stack.enter_async_context(proxying(home, cluster))
        hand = await stack.enter_async_context(showing(Path(settings.clock)))
        return await _conducted(options, settings, Gear(cluster, proxies, hand), screen)


async def _conducted(options: Options, settings: Settings, gear: Gear, screen: Screen) -> dict[str, Any]:
    env = {
        "CAUCE_CLOCK": settings.clock,
        "CAUCE_GAZETTEER": str(postal_folder()),
        "CAUCE_MAIL_URL": _mails(settings).as_uri(),
        "CAUCE_PAYMENTS_URL": settings.payments_url,
    }
    deployment = Deployment(settings, options.workers, env, gear.servers)
    run = Run(settings, deployment_lanes(settings), options, deployment, screen.show)
    async with screen.watching(run):
        course = await run.course(lambda: Arms(options, settings, run, gear))
        run.say("reading everything again")
        return report(run, await _found(run, course, settings), options)


async def _found(run: Run, course: Course, settings: Settings) -> Findings:
    servers, provider = str(settings.servers), read_ledger(ledger_of(settings))
    return Findings(
        course=course,
        verdict=await audit(servers, settings, provider=provider, progress=lambda _: None),
        board=run.board,
        injected=run.armed.nemesis.injected(),
        requests=run.outbox.requests,
        mails=compared(_mails(settings).glob("*.eml"), run.board.notified),
        poison=await counted(run.armed.poison, servers, settings, run.lanes),
        read_model=await differences(settings),
        oversold=oversold(run.board, run.load.contended),
    )


def _mails(settings: Settings) -> Path:
    return settings.home / "mail"
