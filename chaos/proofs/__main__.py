"""`make proofs`: the heavy proofs, each on brokers of its own; one JSON object each, progress on standard error."""

import asyncio
import json
import logging
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from cauce.runtime.faults import Unavailable
from cauce.runtime.logs import quiet_kafka
from chaos.proofs import contention, lane, points, refunds
from chaos.proofs.ground import Found
from chaos.proofs.kafka import prove as kafka

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]


def _count(name: str, default: int, text: str) -> Decorator:
    return click.option(name, default=default, show_default=True, type=click.IntRange(0), help=text)


def _common(command: Command) -> Command:
    """What every proof is told."""
    seeded = click.option("--seed", default=1, show_default=True, help="Repeats what is sent and when it is struck.")
    return seeded(click.option("--json", "as_json", is_flag=True, help="One JSON object in place of a table.")(command))


@click.group(chain=True, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """Run the proofs that are named, one after the other; each takes options of its own (`lane --help`).

    Exit code 1 when one of them fails.
    """
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    quiet_kafka()


@main.result_callback()
def ended(proven: Sequence[bool]) -> None:
    """Tell by the exit code whether all was proven."""
    sys.exit(0 if all(proven) else 1)


@main.command("lane")
@_count("--events", 1_000_000, "At least so many.")
@_count("--workers", 3, "Processes that share the lanes.")
@_count("--strikes", 10, "On each worker.")
@click.option("--static", is_flag=True, help="Workers with names of their own: static members of their group.")
@click.option("--graceful", is_flag=True, help="SIGTERM in place of kill -9.")
@click.option("--pace", default=3500.0, show_default=True, help="Events a second.")
@click.option("--brokers", type=click.Choice(["1", "3"]), default="1", show_default=True)
@_common
def _lane(*, brokers: str, as_json: bool, **chosen: Any) -> bool:
    """Events through counting lanes while every worker is struck: nothing lost, doubled or miscounted; recovery."""
    return _proven("lane", lane.prove(lane.Options(brokers=int(brokers), **chosen)), as_json=as_json)


@main.command("points")
@click.option("--group", "groups", multiple=True, type=click.Choice(points.groups()), help="Of points; without: all.")
@_count("--times", 20, "Kills at each point.")
@_common
def _points(*, groups: tuple[str, ...], as_json: bool, **chosen: Any) -> bool:
    """Kill -9 at every point of the lane and of the runners."""
    return _proven(
        "points", points.prove(points.Options(groups=groups or tuple(points.groups()), **chosen)), as_json=as_json
    )


@main.command("contention")
@_count("--rounds", 10_000, "For a last unit, 2 to 50 claims each.")
@_count("--kills", 6, "Of workers while the claims come.")
@_common
def _contention(*, as_json: bool, **chosen: Any) -> bool:
    """The last unit is promised once, through the real front and keeper."""
    return _proven("contention", contention.prove(contention.Options(**chosen)), as_json=as_json)


@main.command("refunds")
@_count("--refunds", 10_000, "Orders that get money back.")
@_count("--pace", 150, "Refunds asked for a second.")
@_count("--timeouts", 100, "Calls that the provider answers after we gave up.")
@_count("--kills", 12, "Of workers on the way.")
@_common
def _refunds(*, as_json: bool, **chosen: Any) -> bool:
    """Every refund once in the provider's ledger and in ours."""
    return _proven("refunds", refunds.prove(refunds.Options(**chosen)), as_json=as_json)


@main.command("kafka")
@click.option("--test", "tests", multiple=True, type=click.Choice(kafka.TESTS), help="Of Kafka's; without: all.")
@_count("--messages", 100_000, "That the copiers copy.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object in place of a table.")
def _kafka(*, as_json: bool, tests: tuple[str, ...], messages: int) -> bool:
    """Kafka's own system tests on three brokers, killed as its own harness kills them."""
    return _proven("kafka", kafka.prove(tests or kafka.TESTS, messages), as_json=as_json)


def _proven(name: str, proving: Coroutine[Any, Any, Found], *, as_json: bool) -> bool:
    try:
        found = asyncio.run(proving)
    except Unavailable as fault:
        raise click.ClickException(str(fault)) from None
    if as_json:
        click.echo(json.dumps({"proof": name, **found}))
    else:
        Console().print(_shown(name, found))
    return bool(found["proven"])


def _shown(name: str, found: Found) -> Table:
    """A row for each thing that was found; numbers that belong together on one."""
    table = Table(title=name, title_justify="left", show_header=False, box=SIMPLE_HEAD)
    for what, value in found.items():
        parts = value.items() if isinstance(value, dict) else ()
        table.add_row(what.replace("_", " "), ", ".join(f"{one} {of}" for one, of in parts) or str(value))
    return table


if __name__ == "__main__":
    main()
