"""`cauce demo`: the whole system on one machine, with orders from files or of a built-in company."""

import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from cauce.audit.reading import audit, read_ledger
from cauce.cli.demo_deployment import attached, find_deployment, own
from cauce.cli.demo_ending import played_to_the_end
from cauce.cli.demo_faults import said_plainly
from cauce.cli.demo_left import left, to_copy
from cauce.cli.demo_past import forget, playing, refuse_taken
from cauce.cli.read_model import read_model
from cauce.cli.screen import Screen
from cauce.cli.up import deployment_lanes, programs
from cauce.demo import builtin
from cauce.demo.display import Display
from cauce.demo.figures import Result
from cauce.demo.online_retail import Reader
from cauce.demo.plan import Plan
from cauce.demo.play import Play
from cauce.demo.results import judged, results, shown
from cauce.demo.retail_rows import BrokenInput
from cauce.demo.terms import Options, Stalled
from cauce.runtime.logs import quiet_kafka
from cauce.runtime.settings import Settings
from cauce.runtime.supervisor import Program
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
@click.argument("more", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
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
    "--forget", "forgotten", metavar="PREFIX|all",
    help="Remove the topics and files of the past demo of this prefix, or of all of this home, instead of playing.",
)  # fmt: skip
def command(
    files: tuple[Path, ...], more: tuple[Path, ...], orders: int, speed: float | None, forgotten: str | None,
    *, until_idle: bool, kill_each: bool, attach: bool, as_json: bool,
) -> None:  # fmt: skip
    """Play orders through the whole system.

    From the channel to the warehouse, the carrier, the customer and back.
    Starts a broker if none is there, all services, a payment provider, a warehouse crew and carriers; shows what
    happens; ends with what became of every order, line, unit and cent, and the audit. Mails are files.
    Ctrl-C ends it early, with what has been till then. Exit code 1 when a law is broken; 2 when it cannot be played.
    """
    quiet_kafka()
    _refuse_what_would_be_ignored(forgotten, [*files, *more])
    if forgotten is not None:
        with said_plainly():
            for line in forget(forgotten):
                click.echo(line)
        return
    if attach and kill_each:
        raise click.UsageError("--attach starts no worker, so there is none that --kill-each could kill")
    console = Screen(stderr=as_json)
    with said_plainly(BrokenInput):
        plan = _plan([*files, *more], orders)
        settings = attached() if attach else own()
        asyncio.run(find_deployment(settings) if attach else refuse_taken(settings))
    goods = f"{len(plan.lines):,} lines, {plan.ordered_lines:,} of them ordered goods"
    console.print(f"broker {settings.servers}; {len(plan.orders):,} orders; {goods}")
    options = Options(speed=speed, until_idle=until_idle, kill_each=kill_each)
    sys.exit(_whole(settings, plan, options, console, attach=attach, as_json=as_json))


def _refuse_what_would_be_ignored(forgotten: str | None, files: list[Path]) -> None:
    context = click.get_current_context()
    given = {name for name in context.params if context.get_parameter_source(name) is ParameterSource.COMMANDLINE}
    if forgotten is not None and given - {"forgotten"}:
        raise click.UsageError("--forget plays nothing, so no other option goes with it")
    if files and "orders" in given:
        raise click.UsageError("--orders is for a demo without --input: a file's orders are all played")


def _plan(files: list[Path], orders: int) -> Plan:
    if not files:
        return builtin.plan_of(orders)
    return Reader(Settings().data / "geonames_postal").read(files)


def _whole(settings: Settings, plan: Plan, options: Options, console: Screen, *, attach: bool, as_json: bool) -> int:
    """Play, print what became of everything and what is left, and answer the exit code."""
    try:
        with said_plainly(Stalled, hint=_whose_fault(settings, attach=attach)):
            found = asyncio.run(_demo(settings, plan, options, console, attach=attach))
        if as_json:
            click.echo(found.model_dump_json())
            _say(judged(found), console)
        else:
            console.print(shown(found, plan.currency))
            first = next((order.order for order in plan.orders), "ORDER")
            _say([f"  # {what}\n  {line}" for what, line in to_copy(settings, first).items()], console)
    except KeyboardInterrupt:
        return 130
    finally:
        if not attach:
            _say(left(settings), console)
    return 0 if found.is_good else 1


def _whose_fault(settings: Settings, *, attach: bool) -> str:
    """Where to look when nothing moves."""
    if not attach:
        return f"logs: {settings.logs}"
    return (
        "see that `cauce up`, `cauce world crew` and `cauce world carrier` run, with this CAUCE_PREFIX; "
        f"logs of the services: {settings.logs}"
    )


def _say(lines: Iterable[object], console: Screen) -> None:
    for line in lines:
        console.print(line, soft_wrap=True, highlight=False, markup=False)


async def _demo(settings: Settings, plan: Plan, options: Options, console: Screen, *, attach: bool) -> Result:
    if attach:
        return await _played(settings, plan, options, console, [])
    env = {
        "CAUCE_CLOCK": settings.clock,
        "CAUCE_GAZETTEER": str(plan.postal_folder),
        "CAUCE_PAYMENTS_URL": settings.payments_url,
    }
    with playing(settings):
        await create_topics(str(settings.servers), settings, specs(settings, deployment_lanes(settings)))
        return await _played(settings, plan, options, console, programs(settings, 1, env))


async def _played(settings: Settings, plan: Plan, options: Options, console: Screen, started: list[Program]) -> Result:
    lanes = deployment_lanes(settings)
    with Display(plan, console) as display:
        play = Play(settings, plan, lanes=lanes, programs=started, options=options, show=display.show)
        seconds = await played_to_the_end(play)
        if started:  # its projector was stopped with the rest, perhaps before the last facts
            await project_topics(settings, asyncio.Event(), until_idle=True)
    ledger = ledger_of(settings)
    provider = read_ledger(ledger) if ledger.exists() else None  # it is elsewhere where the provider is
    model = read_model(settings) if started else None
    with console.status("auditing"):
        verdict = await audit(str(settings.servers), settings, provider=provider, shown=model, progress=lambda _: None)
    return results(play, verdict, seconds)
