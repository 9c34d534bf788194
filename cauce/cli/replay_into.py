"""`cauce replay --into URL`: a read model built anew from the facts, in a database of its own, beside the live one."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import click
from rich.console import Group, RenderableType

from cauce.cli.plain import say_json
from cauce.cli.screen import QUIET, Screen, grid, text
from cauce.ids import digest
from cauce.replay.window import Window, time_of
from cauce.runtime.database import engine_of
from cauce.runtime.faults import Unavailable
from cauce.runtime.lane import Record
from cauce.runtime.log_reader import read_to_end
from cauce.runtime.settings import Settings
from services.insight.domain.sentences import counted
from services.insight.reading import reading
from services.insight.rebuilding import build, fresh_engine, hashes
from services.insight.translate import INPUTS

Tables = Mapping[str, tuple[int, str]]  # rows and hash by table


class Built(NamedTuple):
    """How many facts were projected, the tables they gave, and those of the live read model where they compare."""

    facts: int
    tables: Tables
    live: Tables | None

    @property
    def hash(self) -> str:
        """One for all tables."""
        return digest("".join(f"{name}{self.tables[name]}" for name in sorted(self.tables)).encode())

    @property
    def equal(self) -> bool:
        """Whether no table differs from the live one."""
        return self.live is None or self.live == self.tables


def run(servers: str, settings: Settings, url: str, window: Window, *, as_json: bool) -> int:
    """Build it, and compare it with the live one where it is of everything; the exit code."""
    if window.start or window.places:
        raise click.UsageError("a read model is the fold of its facts from the first one on: only --to TIME cuts it")
    engine = fresh_engine(settings, url)
    with Screen(stderr=True).status("projecting"):
        records = read_to_end(servers, settings, INPUTS)
        facts = asyncio.run(build(engine, records, partial(_before, window)))
    found = Built(facts, hashes(engine), _live(settings) if window.is_everything else None)
    if as_json:
        say_json({**found._asdict(), "hash": found.hash, "equal": found.equal, "into": url})
    else:
        Screen().print(page(found))
    return 0 if found.equal else 1


def _before(window: Window, record: Record) -> bool:
    """What is said at the time itself is left out."""
    at = time_of(record.headers)
    return window.is_everything or (at is not None and window.covers(record))


def _live(settings: Settings) -> Tables | None:
    try:
        with reading(settings):
            return hashes(engine_of(settings))
    except Unavailable:
        return None


def page(built: Built) -> RenderableType:
    """A line a table."""
    table = grid("table", "rows", "", "hash", right=("rows",), title="Built from facts")
    for name, (rows, its_hash) in built.tables.items():
        live = None if built.live is None else built.live.get(name)
        table.add_row(text(name), text(f"{rows:,}"), text(*_verdict((rows, its_hash), live)), text(its_hash, QUIET))
    return Group(table, text(""), text(f"{counted(built.facts, 'fact')}, hash {built.hash}"), text(_said(built), QUIET))


def _verdict(now: tuple[int, str], live: tuple[int, str] | None) -> tuple[str, str]:
    if live is None:
        return "", ""
    return ("as in the live one", "green") if now == live else (f"differs: {live[0]:,} rows, {live[1]}", "bold red")


def _said(built: Built) -> str:
    if built.live is None:
        return "It was compared with no live read model: there is none, or it is of another time."
    if built.equal:
        return "The live read model has the same rows."
    return "The live read model differs; where it is only behind, wait for `cauce run insight` and build another."
