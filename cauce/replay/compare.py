"""The comparison of a lane's recorded decisions with those of today."""

from collections.abc import Mapping
from typing import NamedTuple

from cauce.replay import recorded
from cauce.replay.fingerprint import Stream, table_hash
from cauce.replay.recorded import Place, Tables
from cauce.runtime.engine.journal import rerun
from cauce.runtime.lane import Lane
from cauce.runtime.settings import Settings
from cauce.runtime.topics import partitions_of

_TABLE = "table "


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


async def compare(servers: str, settings: Settings, lane: Lane) -> list[Row]:
    """Every partition of the lane, decided again and compared. Raises Misfit where an input is no longer there."""
    then, kept = await recorded.published(servers, settings, lane), await recorded.tables(servers, settings, lane)
    rows: list[Row] = []
    for number in range(partitions_of(settings, lane.family)):
        again = await rerun(lane, number, servers, settings.prefix)
        now = recorded.decided(settings, number, again.outputs)
        rows += _streams(lane, number, then[number], now)
        rows += _tables(lane, number, kept[number], again.tables)
    return rows


def _streams(lane: Lane, number: int, then: Mapping[Place, Stream], now: Mapping[Place, Stream]) -> list[Row]:
    rows = []
    for place in sorted({*then, *now}):
        ours, theirs = then.get(place, Stream()), now.get(place, Stream())
        at = ours.first_difference(theirs)
        why = "" if at is None else f"the {at + 1}. fact differs"
        rows.append(Row(lane.id, number, f"{place[0]}/{place[1]}", ours.count, ours.hash, theirs.hash, why))
    return rows


def _tables(lane: Lane, number: int, then: Tables, now: Tables) -> list[Row]:
    rows = []
    for name in sorted(then):
        mine = now.get(name, {})
        different = sum(1 for key in {*then[name], *mine} if then[name].get(key) != mine.get(key))
        why = f"{different} rows differ" if different else ""
        hashes = table_hash(then[name]), table_hash(mine)
        rows.append(Row(lane.id, number, f"{_TABLE}{name}", len(then[name]), *hashes, why))
    return rows
