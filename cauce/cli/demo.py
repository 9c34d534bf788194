"""`cauce demo`: the whole system on one machine, with orders from files or of a built-in company."""

import asyncio
import secrets
import signal
import socket
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import click

from cauce.audit.reading import audit, read_ledger
from cauce.cli.demo_left import as_called, left, to_copy
from cauce.cli.demo_past import ALL, Unplayable, existing_topics, forget, home_of, playing, refuse_taken
from cauce.cli.read_model import read_model
from cauce.cli.screen import Screen
from cauce.cli.up import deployment_lanes, programs
from cauce.demo import builtin
from cauce.demo.display import Display
from cauce.demo.figures import Result
from cauce.demo.online_retail import Reader
from cauce.demo.plan import Plan
from cauce.demo.play import Play
from cauce.demo.processes import logs_of
from cauce.demo.results import judged, results, shown
from cauce.demo.retail_rows import BrokenInput
from cauce.demo.terms import Options, Stalled
from cauce.demo.waiting import provider_answers
from cauce.runtime.broker import ladder
from cauce.runtime.faults import Unavailable
from cauce.runtime.logs import quiet_kafka
from cauce.runtime.settings import Settings
from cauce.runtime.supervisor import GaveUp, Program
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
    "--input", "files", multiple=True, type=click.Path(path_type=Path),
    help="An Online Retail CSV file; several are played in the order given.",
)  # fmt: skip
@click.argument("more", nargs=-1, type=click.Path(path_type=Path))
@click.option("--orders", default=300, show_default=True, type=click.IntRange(1, 100_000), help="Without --input.")
@click.option("--speed", type=Speed(), default="max", show_default=True, help="Business seconds a second, or `max`.")
@click.option(
    "--until-idle/--keep-running", default=True, show_default=True,
    help="End when everything is settled, or on Ctrl-C only.",
)  # fmt: skip
@click.option("--kill-each", is_flag=True, help="Kill -9 every service once on the way.")
@click.option("--attach", is_flag=True, help="Play into the deployment of the environment, which runs elsewhere.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object instead of the table.")
@click.option(
    "--forget", "forgotten", is_flag=False, flag_value=ALL, metavar="[PREFIX]",
    help="Remove the topics and files of the past demo of this prefix, or of all, instead of playing.",
)  # fmt: skip
def command(
    files: tuple[Path, ...], more: tuple[Path, ...], orders: int, speed: float | None, forgotten: str | None,
    *, until_idle: bool, kill_each: bool, attach: bool, as_json: bool,
) -> None:  # fmt: skip
    """Play orders through the whole system.

    From the channel to the warehouse, the carrier, the customer and back.
    Starts a broker if none is there, all services, a payment provider, a warehouse crew and carriers; shows what
    happens; ends with what became of every order, line, unit and cent, and the audit. Mails are files.
    Ctrl-C ends it early, with what has been till then.
    """
    if forgotten:
        click.echo("\n".join(forget(forgotten)))
        return
    if attach and kill_each:
        raise click.UsageError("--attach starts no worker, so there is none that --kill-each could kill")
    quiet_kafka()
    console = Screen(stderr=as_json)
    plan = _plan([*files, *more], orders)
    settings = _attached() if attach else _settings()
    console.print(f"broker {settings.servers}; {len(plan.orders):,} orders with {plan.ordered_lines:,} lines")
    options = Options(speed=speed, until_idle=until_idle, kill_each=kill_each)
    try:
        found = asyncio.run(_demo(settings, plan, options, console, attach=attach))
    except KeyboardInterrupt:
        sys.exit(130)
    if as_json:
        click.echo(found.model_dump_json())
        _say(judged(found), console)
    else:
        console.print(shown(found, plan.currency))
        _say([f"  # {what}\n  {line}" for what, line in to_copy(settings).items()], console)
    if not attach:
        _say(left(settings), console)
    sys.exit(0 if found.is_good else 1)


def _say(lines: Iterable[object], console: Screen) -> None:
    for line in lines:
        console.print(line, soft_wrap=True, highlight=False, markup=False)


def _plan(files: list[Path], orders: int) -> Plan:
    if not files:
        return builtin.plan_of(orders)
    try:
        return Reader(Settings().data / "geonames_postal").read(files)
    except BrokenInput as broken:
        raise Unplayable(str(broken)) from None


def _settings() -> Settings:
    """A deployment of its own for each demo, so that one never meets the topics of another."""
    given = Settings()
    prefix = given.prefix or f"demo-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}-"
    home = home_of(given.home, prefix)
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


async def _demo(settings: Settings, plan: Plan, options: Options, console: Screen, *, attach: bool) -> Result:
    lanes = deployment_lanes(settings)
    if attach:
        await _find_deployment(settings)
        return await _played(settings, plan, options, console, programs_of=[])
    await refuse_taken(settings, f"{as_called()} demo --forget")
    env = {
        "CAUCE_CLOCK": settings.clock,
        "CAUCE_GAZETTEER": str(plan.postal_folder),
        "CAUCE_PAYMENTS_URL": settings.payments_url,
    }
    with playing(settings):
        await create_topics(str(settings.servers), settings, specs(settings, lanes))
        return await _played(settings, plan, options, console, programs_of=programs(settings, 1, env))


async def _find_deployment(settings: Settings) -> None:
    """Raises Unplayable where nothing runs that one could play into."""
    if not await existing_topics(settings):
        where = f"{settings.servers} with the prefix {settings.prefix!r}"
        raise Unplayable(f"no deployment is on {where}: start it with `cauce up`, or correct CAUCE_PREFIX")
    async with aiohttp.ClientSession() as client:
        if not await provider_answers(client, settings.payments_url):
            raise Unplayable(
                f"no payment provider answers at {settings.payments_url}: start `cauce sandbox payments`, and name "
                "its address in CAUCE_PAYMENTS_URL, here and for the services"
            )


async def _played(
    settings: Settings, plan: Plan, options: Options, console: Screen, *, programs_of: list[Program]
) -> Result:
    with Display(plan, console) as display:
        lanes = deployment_lanes(settings)
        play = Play(settings, plan, lanes=lanes, programs=programs_of, options=options, show=display.show)
        try:
            seconds = await _run(play)
            if programs_of:  # its projector was stopped with the rest, perhaps before the last facts
                await project_topics(settings, asyncio.Event(), until_idle=True)
        except (Stalled, GaveUp) as stuck:
            raise Unavailable(f"{stuck}\nlogs: {logs_of(settings)}") from None
    ledger = ledger_of(settings)
    provider = read_ledger(ledger) if ledger.exists() else None  # elsewhere, if the provider is
    model = read_model(settings) if programs_of else None
    with console.status("auditing"):
        verdict = await audit(str(settings.servers), settings, provider=provider, shown=model, progress=lambda _: None)
    return results(play, verdict, seconds)


async def _run(play: Play) -> float:
    """The first Ctrl-C ends the play in good order, the second at once."""
    loop, numbers = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM)
    playing_on = asyncio.ensure_future(play.run())

    def end() -> None:
        play.end()
        for number in numbers:
            loop.remove_signal_handler(number)

    for number in numbers:
        loop.add_signal_handler(number, end)
    try:
        return await playing_on
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
