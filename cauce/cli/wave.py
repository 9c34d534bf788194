"""`cauce wave decide`: orders that wait, decided on together where goods are scarce."""

import asyncio
from pathlib import Path

import click

from cauce.cli.forms import NAME, hand_in, named
from cauce.cli.named import order_id_of
from cauce.cli.plain import say, say_json
from cauce.cli.recorded import recorded
from cauce.cli.screen import Screen
from cauce.cli.wave_desk import Trial, waves
from cauce.cli.wave_page import page
from cauce.runtime.settings import Settings
from schemas.raw import RawTopic
from schemas.stock_forms import StockWave
from schemas.waves import MOST_NODES, MOST_ORDERS


@click.group()
def command() -> None:
    """Decide together on orders that wait.

    One after another, the first may take what two others need. Together, as much is sent as can be, at the least cost
    by the policy; whoever lists orders sets their turns aside.
    """


@command.command()
@click.argument("orders", nargs=-1)
@click.option(
    "--file", "listed", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Orders, one a line."
)
@click.option("--backlog", metavar="SKU", help="All orders that wait for SKU, in their turns.")
@click.option("--dry-run", is_flag=True, help="Show what each would get, one after another and together; ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="With --dry-run: one JSON object.")
@click.option(
    "--nodes",
    type=click.IntRange(1, MOST_NODES),
    metavar="N",
    help="How far the search for the best goes; at its end they are decided on in turn, and what may be lost is said.",
)
@NAME
def decide(  # an argument an option
    orders: tuple[str, ...],
    listed: Path | None,
    backlog: str | None,
    nodes: int | None,
    name: str,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Decide together on ORDERS, by number or id.

    An order that does not wait is passed over. `cauce explain` shows what became of each.
    """
    settings = Settings()
    servers = recorded(settings)
    words = [*orders, *(listed.read_text(encoding="utf-8").split() if listed else ())]
    wanted = [order_id_of(settings, word) for word in words]
    if not (wanted or backlog):
        raise click.UsageError("name orders, or give --file or --backlog")
    if dry_run or backlog:
        wanted, trial = asyncio.run(_looked(servers, settings, wanted, backlog, nodes))
        if dry_run:
            _show(trial, as_json=as_json)
            return
    form = StockWave(wave=named(name, "wave"), orders=_bounded(wanted), nodes=nodes)
    done = f"{form.wave} is handed in with {len(form.orders)} orders; see: cauce explain ORDER"
    hand_in(form, RawTopic.STOCK_REPORTS, form.wave, done)


async def _looked(
    servers: str, settings: Settings, wanted: list[str], backlog: str | None, nodes: int | None
) -> tuple[list[str], Trial]:
    async with waves(servers, settings) as desk:
        found = list(_bounded([*wanted, *(desk.backlog(backlog) if backlog else ())]))
        return found, desk.trial(found, nodes)


def _bounded(wanted: list[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(wanted))
    if not found:
        raise click.UsageError("nobody waits for it: there is nothing to decide")
    if len(found) > MOST_ORDERS:
        raise click.UsageError(f"{len(found)} orders; a wave takes {MOST_ORDERS} at most: name those that matter")
    return found


def _show(trial: Trial, *, as_json: bool) -> None:
    if as_json:
        say_json(trial.to_json())
    elif trial.reason and not trial.orders:
        say(trial.reason)
    else:
        Screen().print(page(trial))
