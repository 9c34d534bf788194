"""`cauce parked`: what lanes could not decide and doors could not read, and an operator's word to retry or drop it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import click

from cauce.cli.parked_page import page
from cauce.cli.plain import say, say_content, say_json
from cauce.cli.recorded import present, recorded
from cauce.cli.screen import Screen
from cauce.cli.waiting import Listed, all_of, chosen_of, one_of, row_of, rows_of
from cauce.runtime.deployment import vault_of
from cauce.runtime.doors.aside import SetAside, give_up, originals, send_again, unsealed
from cauce.runtime.engine.parked import Parked, drop, retry
from cauce.runtime.settings import Settings
from services import NAMES, load
from services.insight.domain.sentences import counted

WITH_LANES = tuple(name for name in NAMES if load(name).lanes)
SERVICE = click.argument("service", type=click.Choice(WITH_LANES))
NUMBERS = click.argument("numbers", type=int, nargs=-1)
ALL = click.option("--all", "everything", is_flag=True, help="All that are listed.")

Act = Callable[[Settings, str, Listed], Awaitable[int]]


@click.group()
def command() -> None:
    """Mend what could not be decided or read.

    A record that `waits` is one that a lane could not decide: later records of the same order, pool or person wait
    behind it, and other work goes on. One that is `set aside` is one that a door could not read: nothing waits for it.
    """


@command.command(name="list")
@click.argument("service", type=click.Choice(WITH_LANES), required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_(service: str | None, *, as_json: bool) -> None:
    """What waits or is set aside in SERVICE, or in all of them, oldest first.

    Only records marked `next` can be taken now; the others follow them.
    """
    services = (service,) if service else WITH_LANES
    found = asyncio.run(all_of(*_deployment(*services), services))
    rows = [row for there in found for row in rows_of(there)]
    if as_json:
        for row in rows:
            say_json(row)
        return
    if not rows:
        say("nothing waits")
        return
    Screen().print(page(rows, service))


@command.command()
@SERVICE
@click.argument("number", type=int)
@click.option("--open", "is_opened", is_flag=True, help="Break the seal of a record that a door set aside.")
def show(service: str, number: int, *, is_opened: bool) -> None:
    """One record as it came: headers and value. Personal data in it is sealed.

    What a door set aside is sealed as a whole; --open shows it, personal data and all, with the vault of CAUCE_HOME.
    """
    settings, servers = _deployment(service)
    one = asyncio.run(one_of(settings, servers, service, number))
    content = _content(settings, one, is_opened=is_opened)
    for name, value in row_of(one).items():
        say(f"{name}: {value}")
    for name, header in one.own_headers:
        say(f"header {name}: {header.decode(errors='backslashreplace')}")
    say_content(content)


def _content(settings: Settings, one: Parked | SetAside, *, is_opened: bool) -> str:
    if isinstance(one, Parked):
        return (one.record.value or b"").decode(errors="backslashreplace")
    if one.record.value is None:
        return f"too large to seal: it lies in its raw topic, at {one.about.place}, as long as that is kept"
    if not is_opened:
        return "sealed: --open shows what came, which may hold personal data"
    with closing(asyncio.run(vault_of(settings))) as vault:
        return unsealed(one, vault).decode(errors="backslashreplace")


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
    """Decide or read records again, in the order in which they were parked.

    What cannot be decided again stays where it is; what cannot be read again is set aside again, under another number.
    Without --value, what a door set aside is opened with the vault of CAUCE_HOME.
    """
    if value and len(numbers) != 1:
        raise click.UsageError("--value mends one record: name its number")
    instead = value.read_bytes() if value else None

    async def send(settings: Settings, servers: str, chosen: Listed) -> int:
        given = await _originals(settings, servers, chosen.aside) if instead is None else [instead] * len(chosen.aside)
        sent = await send_again(servers, settings.prefix, list(zip(chosen.aside, given, strict=True)))
        return sent + await retry(
            servers, settings.prefix, chosen.parked, lambda one: one.record.value if instead is None else instead
        )

    _act(service, numbers, everything=everything, done="sent back", act=send)


async def _originals(settings: Settings, servers: str, aside: list[SetAside]) -> list[bytes]:
    if not aside:
        return []
    with closing(await vault_of(settings)) as vault:
        return await originals(servers, settings.prefix, aside, vault)


def _reason(_: click.Context, __: click.Parameter, because: str) -> str:
    if not because.strip():
        raise click.BadParameter("say why, in a word or two: it is all that is left of what is given up")
    return because.strip()


@command.command(name="drop")
@SERVICE
@NUMBERS
@ALL
@click.option("--because", required=True, callback=_reason, help="Why; recorded beside the input.")
def drop_(service: str, numbers: tuple[int, ...], *, everything: bool, because: str) -> None:
    """Give records up for good. What waits behind them is next. With --all, also those whose records have expired."""

    async def send(settings: Settings, servers: str, chosen: Listed) -> int:
        given_up = await give_up(servers, settings.prefix, chosen.aside, because)
        return given_up + await drop(servers, settings.prefix, [*chosen.parked, *chosen.missing], because)

    _act(service, numbers, everything=everything, done="given up", act=send)


def _act(service: str, numbers: tuple[int, ...], *, everything: bool, done: str, act: Act) -> None:
    settings, servers = _deployment(service)

    async def run() -> int:
        return await act(settings, servers, await chosen_of(settings, servers, service, numbers, everything=everything))

    say(f"{counted(asyncio.run(run()), 'record')} {done}")


def _deployment(*services: str) -> tuple[Settings, str]:
    found = Settings()
    servers = recorded(found)
    present(found, servers, [f"{name}-parked" for name in services])
    return found.model_copy(update={"servers": servers}), servers
