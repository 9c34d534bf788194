"""`make chaos`: a deployment under load, struck by faults of a seed; ends with a table or one JSON object."""

import asyncio
import json
import logging
import secrets
import shutil
import sys
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console

from cauce.runtime.faults import Unavailable
from cauce.runtime.logs import quiet_kafka
from cauce.runtime.settings import Settings
from chaos.conduct import conduct, settings_of
from chaos.days import thirty_days
from chaos.options import Options
from chaos.report import exit_code, shown
from chaos.schedule import Fault
from chaos.screen import Screen

SEEDS = 1_000_000


def quiet() -> None:
    """What our own parts and the clients say of every fault is expected; the screen names each once."""
    quiet_kafka()
    logging.getLogger("cauce").setLevel(logging.CRITICAL)


class Faults(click.ParamType):
    """Names of faults with commas between them."""

    name = "faults"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[Fault, ...]:
        """The faults, each once."""
        try:
            return tuple(dict.fromkeys(Fault(name) for name in str(value).split(",")))
        except ValueError:
            self.fail(f"{value!r}: name some of {', '.join(Fault)}, with commas between them", param, ctx)


class NothingProven(click.ClickException):
    """The run could not be brought to its end."""

    exit_code = 2


def _leaves(failed: BaseException | None) -> list[BaseException]:
    """What a group of failures consists of, without the groups."""
    if isinstance(failed, BaseExceptionGroup):
        return [leaf for one in failed.exceptions for leaf in _leaves(one)]
    return [failed] if failed else []


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--seed", type=click.IntRange(0), default=None, help="Repeats an attack; without it, a new one.")
@click.option("--seconds", type=click.IntRange(20), default=120, show_default=True, help="How long faults strike.")
@click.option("--faults", type=Faults(), default="kill,stop,rebalance", show_default=True, help="Which strike.")
@click.option("--workers", type=click.IntRange(2, 9), default=2, show_default=True, help="Of each service.")
@click.option("--brokers", type=click.Choice(["1", "3"]), default="1", show_default=True, help="Of the run's own.")
@click.option("--rate", type=click.FloatRange(0.1, 500), default=8.0, show_default=True, help="Orders a second.")
@click.option("--keep", is_flag=True, help="Keep the run's folder, with topics, stores, logs and mails.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object instead of the table.")
@click.option("--days", is_flag=True, help="Thirty real days of orders instead, every service killed once on the way.")
def main(*, seed: int | None, brokers: str, keep: bool, as_json: bool, days: bool, **chosen: Any) -> None:
    """Strike a deployment of its own while orders flow, and audit what is left.

    Exit code 1 when something was lost, doubled or broke a law, 2 when the run proves nothing.
    """
    if days:
        sys.exit(thirty_days(as_json=as_json))
    quiet()
    options = Options(seed=secrets.randbelow(SEEDS) if seed is None else seed, brokers=int(brokers), **chosen)
    home = Settings().home
    settings = settings_of(home / "chaos" / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{options.seed}", options.seed)
    console = Console(stderr=True)
    console.print(f"seed {options.seed}, folder {settings.home}", highlight=False, soft_wrap=True)
    try:
        found = asyncio.run(conduct(options, settings, home, Screen(console)))
    except Unavailable as fault:
        raise NothingProven(str(fault)) from None
    except BaseExceptionGroup as failed:
        if not (faults := _leaves(failed.subgroup(Unavailable))):
            raise
        raise NothingProven(str(faults[0])) from None
    if as_json:
        click.echo(json.dumps(found))
    else:
        Console().print(shown(found))
    code = exit_code(found)
    if code == 0 and not keep:
        shutil.rmtree(settings.home, ignore_errors=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
