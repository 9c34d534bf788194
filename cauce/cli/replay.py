"""`cauce replay`: decide again what was recorded, and compare; or build anew from it."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import click

from cauce.cli import replay_dry, replay_into, replay_rebuild, replay_what_if
from cauce.cli.named import BOUND
from cauce.cli.plain import say_json
from cauce.cli.recorded import fitting, recorded
from cauce.cli.replay_page import TITLE, page
from cauce.cli.screen import Screen
from cauce.cli.up import deployment_lanes
from cauce.replay.columns import RECORDED
from cauce.replay.compare import Row, compare
from cauce.replay.window import EVERYTHING, Bound, Window
from cauce.runtime.engine.undecidable import BreakerTripped, Undecided
from cauce.runtime.faults import Unavailable
from cauce.runtime.lane import Lane, Misfit
from cauce.runtime.settings import Settings
from schemas.topics import TOPICS

# doors read the clock and runners touch the world: what they wrote is the input of a replay
NEVER = ("door", "runner", "team-runner")


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
@click.option("--from", "start", type=BOUND, help="Only what followed from inputs of this time or offset on.")
@click.option("--to", "stop", type=BOUND, help="Only what followed from inputs before this time or offset.")
@click.option("--dry-run", is_flag=True, help="Say what would be read, and decide nothing.")
@click.option("--rebuild", is_flag=True, help="Compare the lanes' tables with the fold of their facts instead.")
@click.option("--into", metavar="URL", help="Build a read model in this new database, as sqlite:///FILE.")
@click.option(
    "--what-if", "files", multiple=True, type=click.Path(exists=True, path_type=Path),
    help="Decide on other reference data or stock: this file, or those of this folder; repeatable.",
)  # fmt: skip
@click.option(
    "--against",
    metavar="COLUMN",
    default=RECORDED,
    show_default=True,
    help="Which column of a what-if others are compared with.",
)
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count, help="So many processes decide a what-if.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write the what-if as a page as well.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(
    *, only: tuple[str, ...], start: Bound | None, stop: Bound | None, into: str | None, files: tuple[Path, ...],
    against: str, jobs: int, html: Path | None, dry_run: bool, rebuild: bool, as_json: bool,
) -> None:  # fmt: skip
    """Decide again what was recorded, and compare.

    In memory, over empty tables, byte for byte with what was published.
    Facts are compared with key, value and headers, tables row by row. Nothing is written and nobody is contacted.
    Exit code 1 when anything differs: another release may decide otherwise, and this says where: the first record of
    every partition that differs, with its id and the first field of it that does.

    --from and --to take an instant such as 2010-12-01T12:30:00Z, by the time of the inputs, or the offset of one as
    topic/partition@offset. Everything is decided, for the state of each input is made by those before it; what followed
    from those between the two is compared, and tables where there is no --to.
    """
    _refuse_mixed(rebuild=rebuild, into=into is not None, what_if=bool(files), html=html is not None, only=bool(only))
    settings, window = Settings(), Window(start, stop)
    servers = fitting(settings, recorded(settings), replay_what_if.NEEDED if files else TOPICS)
    lanes = _chosen(settings, only, window)
    if dry_run:
        replay_dry.run(servers, settings, lanes, window, as_json=as_json)
    elif into is not None:
        sys.exit(replay_into.run(servers, settings, into, window, as_json=as_json))
    elif files:
        replay_what_if.run(servers, settings, files, window, against=against, jobs=jobs, html=html, as_json=as_json)
    else:
        found = (_rebuilt if rebuild else _decided)(servers, settings, lanes, window)
        _print(found, as_json=as_json, title=replay_rebuild.TITLE if rebuild else TITLE)
        sys.exit(0 if found.equal else 1)


def _refuse_mixed(*, rebuild: bool, into: bool, what_if: bool, html: bool, only: bool) -> None:
    if rebuild + into + what_if > 1:
        raise click.UsageError("--rebuild, --into and --what-if are asked for one at a time")
    if html and not what_if:
        raise click.UsageError("--html is the page of a --what-if")
    if only and (into or what_if):
        raise click.UsageError("--lane chooses what is decided again; --into and --what-if have lanes of their own")


def _chosen(settings: Settings, only: tuple[str, ...], window: Window) -> list[Lane]:
    lanes = [lane for lane in deployment_lanes(settings) if lane.name not in NEVER]
    if unknown := sorted(set(only) - {lane.id for lane in lanes}):
        raise Unavailable(f"no such lane: {', '.join(unknown)}; there are {', '.join(lane.id for lane in lanes)}")
    chosen = [lane for lane in lanes if (not only or lane.id in only) and window.concerns(lane)]
    if not chosen:
        raise Unavailable("no lane that is asked for reads the topics whose offsets are named: see docs/messages.md")
    return chosen


def _decided(servers: str, settings: Settings, lanes: list[Lane], window: Window) -> Replayed:
    with Screen(stderr=True).status("replaying") as status:
        return asyncio.run(replayed(servers, settings, lanes, status.update, window))


def _rebuilt(servers: str, settings: Settings, lanes: list[Lane], window: Window) -> Replayed:
    if not window.is_everything:
        raise click.UsageError("--rebuild is of everything: tables are kept as they are now, and not as they were")
    with Screen(stderr=True).status("rebuilding"):
        return Replayed(asyncio.run(replay_rebuild.rows(servers, settings, lanes)), {})


async def replayed(
    servers: str, settings: Settings, lanes: list[Lane], tell: Callable[[str], None], window: Window = EVERYTHING
) -> Replayed:
    """Every lane, whatever becomes of the others."""
    found = Replayed([], {})
    for lane in lanes:
        tell(f"replaying {lane.id}")
        try:
            found.rows.extend(await compare(servers, settings, lane, window))
        except (Misfit, BreakerTripped, Undecided) as stop:
            found.stopped[lane.id] = str(stop)
    return found


def _print(found: Replayed, *, as_json: bool, title: str) -> None:
    if not as_json:
        Screen().print(page(found.rows, found.stopped, title=title))
        return
    compared = [{**row._asdict(), "equal": row.equal} for row in found.rows]
    say_json({"equal": found.equal, "compared": compared, "stopped": found.stopped})
