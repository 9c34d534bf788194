"""`cauce parked`: what lanes could not decide, and an operator's word to retry or drop it."""

import asyncio
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from cauce.cli.recorded import recorded
from cauce.runtime.engine.parked import Missing, Parked, drop, out_of_turn, retry, waiting
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import Settings
from services import NAMES, load

WITH_LANES = tuple(name for name in NAMES if load(name).lanes)
SERVICE = click.argument("service", type=click.Choice(WITH_LANES))
NUMBERS = click.argument("numbers", type=int, nargs=-1)
ALL = click.option("--all", "everything", is_flag=True, help="All that wait.")


@click.group()
def command() -> None:
    """Mend what could not be decided.

    See what a service's lanes could not decide, and retry or drop it.
    Later records of the same order, pool or person wait behind a parked one; other work goes on.
    """


@command.command(name="list")
@click.argument("service", type=click.Choice(WITH_LANES), required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_(service: str | None, *, as_json: bool) -> None:
    """What waits in SERVICE, or in all of them, oldest first.

    Only records marked `next` can be taken now; the others follow them.
    """
    rows = asyncio.run(_rows(*_deployment(), (service,) if service else WITH_LANES))
    if as_json:
        for row in rows:
            click.echo(json.dumps(row))
        return
    if not rows:
        click.echo("nothing waits")
        return
    table = Table(title=f"{len(rows)} records of {service or 'all services'} wait", title_justify="left")
    for column in rows[0]:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    Console().print(table)


async def _rows(settings: Settings, servers: str, services: Iterable[str]) -> list[dict[str, Any]]:
    found = [await waiting(servers, settings.prefix, service) for service in services]
    return [row for parked, missing in found for row in (*map(_row, parked), *map(_missing_row, missing))]


@command.command()
@SERVICE
@click.argument("number", type=int)
def show(service: str, number: int) -> None:
    """One record as it came: headers and value. Personal data in it is sealed."""
    settings, servers = _deployment()
    parked, _ = asyncio.run(waiting(servers, settings.prefix, service))
    [one] = _chosen(parked, (number,), everything=False)
    for name, value in _row(one).items():
        click.echo(f"{name}: {value}")
    for name, content in one.own_headers:
        click.echo(f"header {name}: {content.decode(errors='replace')}")
    click.echo((one.record.value or b"").decode(errors="replace"))


@command.command(name="retry")
@SERVICE
@NUMBERS
@ALL
@click.option(
    "--value",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the value to use instead.",
)
def retry_(service: str, numbers: tuple[int, ...], *, everything: bool, value: Path | None) -> None:
    """Decide records again, in the order in which they were parked. What fails again stays where it is."""
    if value and len(numbers) != 1:
        raise click.UsageError("--value mends one record: name its number")
    instead = value.read_bytes() if value else None

    async def send(settings: Settings, servers: str, chosen: list[Parked]) -> int:
        return await retry(
            servers, settings.prefix, chosen, lambda one: one.record.value if instead is None else instead
        )

    _act(service, numbers, everything=everything, done="sent back", act=send)


@command.command(name="drop")
@SERVICE
@NUMBERS
@ALL
@click.option("--because", required=True, help="Why; recorded beside the input.")
def drop_(service: str, numbers: tuple[int, ...], *, everything: bool, because: str) -> None:
    """Give records up for good. What waits behind them is next. With --all, also those whose records have expired."""

    async def send(settings: Settings, servers: str, chosen: list[Parked]) -> int:
        missing = (await waiting(servers, settings.prefix, service))[1] if everything else []
        return await drop(servers, settings.prefix, [*chosen, *missing], because)

    _act(service, numbers, everything=everything, done="given up", act=send)


def _act(
    service: str,
    numbers: tuple[int, ...],
    *,
    everything: bool,
    done: str,
    act: Callable[[Settings, str, list[Parked]], Any],
) -> None:
    settings, servers = _deployment()

    async def run() -> int:
        parked, _ = await waiting(servers, settings.prefix, service)
        chosen = _chosen(parked, numbers, everything=everything)
        if late := out_of_turn(parked, chosen):
            pairs = ", ".join(f"{one.number} waits behind {elder.number}" for one, elder in late)
            raise Unavailable(f"{pairs}: name the elder too")
        return int(await act(settings, servers, chosen))

    click.echo(f"{asyncio.run(run())} records {done}")


def _chosen(parked: Iterable[Parked], numbers: tuple[int, ...], *, everything: bool) -> list[Parked]:
    if everything == bool(numbers):
        raise click.UsageError("name the records by number, or say --all")
    chosen = [one for one in parked if everything or one.number in numbers]
    if unknown := sorted(set(numbers) - {one.number for one in chosen}):
        raise Unavailable(f"{', '.join(map(str, unknown))} does not wait; see `cauce parked list`")
    return chosen


def _deployment() -> tuple[Settings, str]:
    settings = Settings()
    return settings, recorded(settings)


def _row(one: Parked) -> dict[str, Any]:
    return {
        "service": one.about.lane.partition("-")[0],
        "number": one.number,
        "parked_at": datetime.fromtimestamp(one.parked_at_ms / 1000, UTC).isoformat(timespec="seconds"),
        "lane": one.about.lane,
        "subject": one.about.subject.decode(errors="replace"),
        "next": "next" if one.is_next else "",
        "reason": one.about.reason,
        "came_as": f"{one.about.topic}/{one.about.partition}/{one.about.offset}",
    }


def _missing_row(one: Missing) -> dict[str, Any]:
    return {
        "service": one.lane.partition("-")[0],
        "number": "",
        "parked_at": "",
        "lane": one.lane,
        "subject": one.subject.decode(errors="replace"),
        "next": "",
        "reason": "its record has expired; it can only be dropped, with --all",
        "came_as": one.turn,
    }
