"""`cauce demo`: the whole system on one machine, with orders from files or of a built-in company."""

import asyncio
import contextlib
import json
import secrets
import shlex
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from cauce.audit.reading import audit, read_ledger
from cauce.cli.up import deployment_lanes, programs
from cauce.demo import builtin
from cauce.demo.display import Display
from cauce.demo.online_retail import BrokenInput, Reader
from cauce.demo.plan import Plan
from cauce.demo.play import Options, Play, Stalled
from cauce.demo.results import results, shown
from cauce.runtime.broker import ladder
from cauce.runtime.faults import Unavailable
from cauce.runtime.logs import quiet_kafka
from cauce.runtime.settings import Settings
from cauce.runtime.supervisor import GaveUp
from cauce.runtime.topics import create_topics, specs
from cauce.sandbox.place import ledger_of
from services.insight.following import project_topics


class Speed(click.ParamType):
    """`max`, or how many business seconds pass in a second."""

    name = "speed"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | None:
        """None for `max`."""
        if value is None or value == "max":
            return None
        try:
            speed = float(value)
        except ValueError:
            speed = 0
        if speed <= 0:
            self.fail(f"{value!r} is neither `max` nor a number above 0", param, ctx)
        return speed


@click.command()
@click.option(
    "--input", "files", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An Online Retail CSV file; several are played in the order given.",
)  # fmt: skip
@click.argument("more", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--orders", default=300, show_default=True, type=click.IntRange(1, 100_000), help="Without --input.")
@click.option("--speed", type=Speed(), default="max", show_default=True, help="Business seconds a second, or `max`.")
@click.option("--until-idle/--keep-running", default=True, show_default=True, help="End when everything is settled.")
@click.option("--kill-each", is_flag=True, help="Kill -9 every service once on the way.")
@click.option("--attach", is_flag=True, help="Play into the deployment of the environment, which runs elsewhere.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object instead of the table.")
def command(
    files: tuple[Path, ...], more: tuple[Path, ...], orders: int, speed: float | None,
    *, until_idle: bool, kill_each: bool, attach: bool, as_json: bool,
) -> None:  # fmt: skip
    """Play orders through the whole system.

    From the channel to the warehouse, the carrier, the customer and back.
    Starts a broker if none is there, all services, a payment provider, a warehouse crew and carriers; shows what
    happens; ends with what became of every order, line, unit and cent, and the audit. Mails are files.
    """
    if attach and kill_each:
        raise click.UsageError("--attach starts no worker, so there is none that --kill-each could kill")
    quiet_kafka()
    console = Console(stderr=as_json)
    plan = _plan([*files, *more], orders)
    settings = _attached() if attach else _settings()
    console.print(f"broker {settings.servers}; {len(plan.orders):,} orders with {plan.lines['ordered']:,} lines")
    options = Options(speed=speed, until_idle=until_idle, kill_each=kill_each)
    with contextlib.suppress(KeyboardInterrupt):
        code = asyncio.run(_demo(settings, plan, options, console, attach=attach, as_json=as_json))
        sys.exit(code)


def _plan(files: list[Path], orders: int) -> Plan:
    if not files:
        return builtin.plan_of(orders)
    try:
        plan = Reader(Settings().data / "geonames_postal").read(files)
    except BrokenInput as broken:
        raise Unavailable(str(broken)) from None
    if not plan.entries:
        raise Unavailable("the files hold no order: nothing to play")
    return plan


def _settings() -> Settings:
    """A deployment of its own for each demo, so that one never meets the topics of another."""
    given = Settings()
    prefix = given.prefix or f"demo-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}-"
    home = given.home / "demo" / prefix.rstrip("-")
    return given.model_copy(
        update={
            "servers": ladder.obtain(given).servers,
            "prefix": prefix,
            "home": home,
            "clock": str(home / "clock"),
            "payments_url": f"http://127.0.0.1:{_free_port()}",
        }
    )


def _attached() -> Settings:
    given = Settings()
    return given.model_copy(update={"servers": ladder.found(given).servers})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _demo(
    settings: Settings, plan: Plan, options: Options, console: Console, *, attach: bool, as_json: bool
) -> int:
    servers = str(settings.servers)
    env = {
        "CAUCE_CLOCK": settings.clock,
        "CAUCE_GAZETTEER": str(plan.postal_folder),
        "CAUCE_PAYMENTS_URL": settings.payments_url,
    }
    lanes = deployment_lanes(settings)
    await create_topics(servers, settings, specs(settings, lanes))
    with Display(plan, console) as display:
        started = [] if attach else programs(settings, 1, env)
        play = Play(settings, plan, lanes=lanes, programs=started, options=options, show=display.show)
        try:
            seconds = await play.run()
            if started:  # its projector was stopped with the rest, perhaps before the last facts
                await project_topics(settings, asyncio.Event(), until_idle=True)
        except (Stalled, GaveUp) as stuck:
            raise Unavailable(f"{stuck}\nlogs: {settings.home / 'logs'}") from None
    provider = read_ledger(ledger_of(settings))
    with console.status("auditing"):
        verdict = await audit(servers, settings, provider=provider, progress=lambda _: None)
    found = results(play, verdict, seconds)
    if as_json:
        click.echo(json.dumps(found))
    else:
        console.print(shown(found, verdict, plan.currency))
        _look_closer(settings, console)
    return 1 if verdict.violations else 0


def _look_closer(settings: Settings, console: Console) -> None:
    """Lines to copy, as they would be typed in this shell."""
    for what, line in to_copy(settings).items():
        console.print(f"  # {what}\n  {line}", soft_wrap=True, highlight=False)


def to_copy(settings: Settings) -> dict[str, str]:
    """What can be looked at, and how; each line says alone which deployment it means."""
    names = {"CAUCE_SERVERS": settings.servers, "CAUCE_PREFIX": settings.prefix, "CAUCE_HOME": settings.home}
    python = shlex.quote(sys.executable)
    cauce = f"{python} -m cauce" if sys.argv[0].endswith(".py") else shlex.quote(sys.argv[0])
    commands = {
        "the orders": f"{cauce} order list",
        "one order's whole life": f"{cauce} order show ORDER",
        "decide it all again": f"{cauce} replay",
        "take a payment twice, as a broken worker would": f"{python} -m cauce.demo.twice captured",
        "name the record that broke a law": f"{cauce} audit",
    }
    deployment = " ".join(f"{name}={shlex.quote(str(value))}" for name, value in names.items())
    return {what: f"{deployment} {command}" for what, command in commands.items()}
