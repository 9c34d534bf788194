"""The comparison of a lane's recorded decisions with those of today."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from cauce.replay import recorded
from cauce.replay.difference import of_facts, of_values
from cauce.replay.fingerprint import Fact, Stream, table_hash
from cauce.replay.recorded import Place, Tables
from cauce.replay.survey import covered
from cauce.replay.window import EVERYTHING, Window, is_caused
from cauce.runtime.engine.journal import rerun
from cauce.runtime.lane import Lane, Output
from cauce.runtime.log_reader import read_to_end
from cauce.runtime.settings import Settings
from cauce.runtime.topics import partitions_of

_TABLE = "table "
PublishedAt = Callable[[Place, int], Awaitable[Fact]]  # the recorded fact at an offset


class Row(NamedTuple):
    """One topic partition, or one table, of one partition number of a lane."""

    lane: str
    partition: int
    what: str
    records: int
    then: str
    now: str
    difference: str = ""

    @property
    def is_table(self) -> bool:
        """Whether it is a table, or else the facts on a topic."""
        return self.what.startswith(_TABLE)

    @property
    def equal(self) -> bool:
        """Whether today's bytes are those that were recorded."""
        return self.then == self.now


async def compare(servers: str, settings: Settings, lane: Lane, window: Window = EVERYTHING) -> list[Row]:
    """Every partition of the lane, decided again and compared. Raises Misfit where an input is no longer there.

    All inputs are decided, for the state of each is made by those before it; what followed from those in the window is
    compared, and the tables where it has no end.
    """
    belongs = await _belonging(servers, settings, lane, window)
    then = await recorded.published(servers, settings, lane, belongs)
    kept = await recorded.tables(servers, settings, lane) if window.stop is None else {}
    again_at = partial(recorded.published_at, servers, settings)
    rows: list[Row] = []
    for number in range(partitions_of(settings, lane.family)):
        again = await rerun(lane, number, servers, settings.prefix)
        now = recorded.decided(settings, number, again.outputs, belongs)
        rows += [row async for row in _streams(lane, number, then[number], Decided(now, again.outputs), again_at)]
        rows += of_tables(lane, number, kept.get(number, {}), again.tables)
    return rows


async def _belonging(servers: str, settings: Settings, lane: Lane, window: Window) -> recorded.Belongs:
    """Whether a fact followed from the window."""
    if window.is_everything:
        return recorded.always
    causes = await covered(partial(read_to_end, servers, settings), lane.inputs, window)
    return partial(is_caused, causes=causes)


class Decided(NamedTuple):
    """What today's code decides: its streams, and the outputs they are made of."""

    streams: Mapping[Place, Stream]
    outputs: Sequence[Output]

    def fact(self, place: Place, at: int) -> Fact:
        """One fact of a stream."""
        output = self.outputs[self.streams[place].origins[at]]
        return Fact.of(output.key, output.value, output.headers)


async def _streams(
    lane: Lane, number: int, then: Mapping[Place, Stream], now: Decided, again_at: PublishedAt
) -> AsyncIterator[Row]:
    for place in sorted({*then, *now.streams}):
        ours, theirs = then.get(place, Stream()), now.streams.get(place, Stream())
        at = ours.first_difference(theirs)
        why = ""
        if at is not None:
            offset = ours.origins[at] if at < ours.count else None
            was = None if offset is None else await again_at(place, offset)
            why = told(place, offset, was, now.fact(place, at) if at < theirs.count else None)
        yield Row(lane.id, number, f"{place[0]}/{place[1]}", ours.count, ours.hash, theirs.hash, why)


def told(place: Place, offset: int | None, then: Fact | None, now: Fact | None) -> str:
    """The first record of a stream that differs: its place, its id, and the first field that differs."""
    topic, partition = place
    if then is None and now is not None:
        return f"{topic}/{partition}: {_named(now)} is decided now and was never recorded; it would be the next"
    here = f"{topic}/{partition}@{offset}"
    if then is not None and now is not None:
        return f"{here}: {_named(then)}: {of_facts(then, now)}"
    return f"{here}: {_named(then)} is not decided any more" if then else here


def _named(fact: Fact) -> str:
    headers = dict(fact.headers)
    kind, name = (headers.get(header, b"?").decode(errors="backslashreplace") for header in ("ce_type", "ce_id"))
    return f"{kind} with the id {name}"


def of_tables(lane: Lane, number: int, then: Tables, now: Tables) -> list[Row]:
    """A line for each table of `then`, by what it is now."""
    rows = []
    for name in sorted(then):
        mine = now.get(name, {})
        different = sorted(key for key in {*then[name], *mine} if then[name].get(key) != mine.get(key))
        hashes = table_hash(then[name]), table_hash(mine)
        why = ""
        if different:
            key = different[0]
            where = f"{lane.changelogs[name]}/{number}, key {key.decode(errors='backslashreplace')!r}"
            why = f"{where}: {of_values(then[name].get(key), mine.get(key))}; rows that differ: {len(different)}"
        rows.append(Row(lane.id, number, f"{_TABLE}{name}", len(then[name]), *hashes, why))
    return rows
