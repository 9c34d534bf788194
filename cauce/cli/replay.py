"""`cauce replay`: decide again what was recorded, and compare."""

import asyncio
import json
import sys
from itertools import groupby
from operator import attrgetter

import click
from rich.console import Console
from rich.table import Table

from cauce.cli.recorded import recorded
from cauce.cli.up import deployment_lanes
from cauce.ids import digest
from cauce.replay.compare import Row, compare
from cauce.runtime.faults import Unavailable
from cauce.runtime.lane import Lane, Misfit
from cauce.runtime.settings import Settings

NEVER = ("door", "runner")  # doors read the clock and runners touch the world: what they wrote is replay's input


@click.command()
@click.option("--lane", "only", multiple=True, help="`service-lane`, as in the table; every one without it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(only: tuple[str, ...], *, as_json: bool) -> None:
    """Decide again what was recorded, and compare.

    In memory, over empty tables, byte for byte with what was published.
    Facts are compared with key, value and headers, tables row by row. Nothing is written and nobody is contacted.
    Exit code 1 when anything differs: another release may decide otherwise, and this says where.
    """
    settings = Settings()
    console = Console(stderr=True)
    servers = recorded(settings)
    lanes = [lane for lane in deployment_lanes(settings) if lane.name not in NEVER]
    if unknown := sorted(set(only) - {lane.id for lane in lanes}):
        raise Unavailable(f"no such lane: {', '.join(unknown)}; there are {', '.join(lane.id for lane in lanes)}")
    chosen = [lane for lane in lanes if not only or lane.id in only]
    rows = asyncio.run(_compare(servers, settings, chosen, console))
    _print(rows, as_json=as_json)
    sys.exit(0 if all(row.equal for row in rows) else 1)


async def _compare(servers: str, settings: Settings, lanes: list[Lane], console: Console) -> list[Row]:
    rows: list[Row] = []
    with console.status("replaying") as status:
        for lane in lanes:
            status.update(f"replaying {lane.id}")
            try:
                rows += await compare(servers, settings, lane)
            except Misfit as misfit:
                raise Unavailable(str(misfit)) from None
    return rows


def _print(rows: list[Row], *, as_json: bool) -> None:
    if as_json:
        found = [{**row._asdict(), "equal": row.equal} for row in rows]
        click.echo(json.dumps({"equal": all(row.equal for row in rows), "compared": found}))
        return
    table = Table(title="Recorded, and decided again", title_justify="left")
    for column, justify in (
        ("lane", "left"),
        ("facts", "right"),
        ("table rows", "right"),
        ("then", "left"),
        ("now", "left"),
    ):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]  # rich's own literals
    table.add_column("")
    for lane, of_lane in groupby(rows, key=attrgetter("lane")):
        table.add_row(lane, *_summed(list(of_lane)))
    console = Console()
    console.print(table)
    for row in (row for row in rows if not row.equal):
        console.print(f"[red]{row.lane}, partition {row.partition}, {row.what}: {row.difference}")


def _summed(rows: list[Row]) -> tuple[str, str, str, str, str]:
    facts = sum(row.records for row in rows if not row.is_table)
    kept = sum(row.records for row in rows if row.is_table)
    then, now = (digest("".join(getattr(row, side) for row in rows).encode()) for side in ("then", "now"))
    verdict = "[green]equal" if then == now else "[bold red]differs"
    return f"{facts:,}", f"{kept:,}", then, now, verdict
