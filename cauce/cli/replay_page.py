"""A replay on the terminal: a line a lane, and below, whole, whatever differs."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from cauce.cli.screen import QUIET, grid, phrase, text
from cauce.ids import digest
from cauce.replay.compare import Row

TITLE = "Recorded, and decided again"


def page(rows: Sequence[Row], stopped: Mapping[str, str], *, title: str = TITLE) -> RenderableType:
    """The lanes, their differences, and those that could not be decided again to the end."""
    if not rows and not stopped:
        return text("Nothing followed from inputs in this window: see --dry-run", "yellow")
    return Group(_table(rows, stopped, title), *_differences(rows), *_stopped(stopped))


def _table(rows: Sequence[Row], stopped: Mapping[str, str], title: str) -> RenderableType:
    numbers = ("facts", "table rows")
    table = grid("lane", *numbers, "", "hash", right=numbers, title=title)
    for lane, of_lane in groupby(rows, key=attrgetter("lane")):
        table.add_row(text(lane), *_summed(list(of_lane)))
    for lane in stopped:
        table.add_row(text(lane), text(""), text(""), text("stopped", "bold red"), text(""))
    return table


def _summed(rows: Sequence[Row]) -> list[Text]:
    facts = sum(row.records for row in rows if not row.is_table)
    kept = sum(row.records for row in rows if row.is_table)
    then, now = (digest("".join(getattr(row, side) for row in rows).encode()) for side in ("then", "now"))
    equal = all(row.equal for row in rows)
    verdict = text("equal", "green") if equal else text("differs", "bold red")
    return [text(f"{facts:,}"), text(f"{kept:,}"), verdict, text(then if equal else f"{then}, now {now}", QUIET)]


def _differences(rows: Sequence[Row]) -> Iterator[RenderableType]:
    for row in rows:
        if not row.equal:
            heading = phrase((f"{row.lane}, partition {row.partition}, {row.what}", "bold red"))
            yield Padding(Group(heading, text(row.difference)), (1, 0, 0, 0))


def _stopped(stopped: Mapping[str, str]) -> Iterator[RenderableType]:
    for lane, why in stopped.items():
        heading = text(f"{lane} could not be decided again to its end", "bold red")
        yield Padding(Group(heading, text(why)), (1, 0, 0, 0))
