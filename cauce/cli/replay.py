"""`cauce replay`: decide again what was recorded, and compare."""

import asyncio
import sys
from collections.abc import Callable
from typing import NamedTuple

import click

from cauce.cli.plain import say_json
from cauce.cli.recorded import fitting, recorded
from cauce.cli.replay_page import page
from cauce.cli.screen import Screen
from cauce.cli.up import deployment_lanes
from cauce.replay.compare import Row, compare
from cauce.runtime.engine.undecidable import BreakerTripped, Undecided
from cauce.runtime.faults import Unavailable
from cauce.runtime.lane import Lane, Misfit
from cauce.runtime.settings import Settings

NEVER = ("door", "runner")  # doors read the clock and runners touch the world: what they wrote is replay's input


class Replayed(NamedTuple):
    """What was compared, and by lane why it could not be decided again to its end."""

    rows: list[Row]
    stopped: dict[str, str]

    @property
    def equal(self) -> bool:
        """Whether every lane was decided again, and nothing differs."""
        return not self.stopped and all(row.equal for row in self.rows)


@click.command()
@click.option("--lane", "only", multiple=True, help="`service-lane`, as in the table; every one without it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(only: tuple[str, ...], *, as_json: bool) -> None:
    """Decide again what was recorded, and compare.

    In memory, over empty tables, byte for byte with what was published.
    Facts are compared with key, value and headers, tables row by row. Nothing is written and nobody is contacted.
    Exit code 1 when anything differs: another release may decide otherwise, and this says where: the first record of
    every partition that differs, with its id and the first field of it that does.
    """
    settings = Settings()
    lanes = [lane for lane in deployment_lanes(settings) if lane.name not in NEVER]
    if unknown := sorted(set(only) - {lane.id for lane in lanes}):
        raise Unavailable(f"no such lane: {', '.join(unknown)}; there are {', '.join(lane.id for lane in lanes)}")
    servers = fitting(settings, recorded(settings))
    chosen = [lane for lane in lanes if not only or lane.id in only]
    with Screen(stderr=True).status("replaying") as status:
        told: Callable[[str], None] = status.update
        found = asyncio.run(replayed(servers, settings, chosen, told))
    _print(found, as_json=as_json)
    sys.exit(0 if found.equal else 1)


async def replayed(servers: str, settings: Settings, lanes: list[Lane], tell: Callable[[str], None]) -> Replayed:
    """Every lane, whatever becomes of the others."""
    found = Replayed([], {})
    for lane in lanes:
        tell(f"replaying {lane.id}")
        try:
            found.rows.extend(await compare(servers, settings, lane))
        except (Misfit, BreakerTripped, Undecided) as stop:
            found.stopped[lane.id] = str(stop)
    return found


def _print(found: Replayed, *, as_json: bool) -> None:
    if not as_json:
        Screen().print(page(found.rows, found.stopped))
        return
    compared = [{**row._asdict(), "equal": row.equal} for row in found.rows]
    say_json({"equal": found.equal, "compared": compared, "stopped": found.stopped})
