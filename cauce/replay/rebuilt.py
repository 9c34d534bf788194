"""The tables of lanes rebuilt from the facts they published, beside those that their changelogs give."""

from functools import partial

from cauce.decider import MemoryReference, MemoryRows
from cauce.replay import recorded
from cauce.replay.compare import Row, of_tables
from cauce.replay.fold import fold_records
from cauce.replay.recorded import Tables
from cauce.runtime.deciding import receive
from cauce.runtime.lane import Lane, is_control
from cauce.runtime.log_reader import Read, read_to_end
from cauce.runtime.partitions import partition_of
from cauce.runtime.publishing import home_topics
from cauce.runtime.service import EntityLane, Received, RowsLane
from cauce.runtime.settings import Settings
from cauce.runtime.topics import partitions_of
from schemas.light import read_light


async def rebuilt(servers: str, settings: Settings, declared: EntityLane | RowsLane, lane: Lane) -> list[Row]:
    """A line for each table of each partition that is a fold of facts; nothing is decided, and nothing written."""
    read: Read = partial(read_to_end, servers, settings)
    kept = await recorded.tables(servers, settings, lane)
    count = partitions_of(settings, lane.family)
    folds = await (
        _entities(read, declared, count) if isinstance(declared, EntityLane) else _rows(read, declared, count)
    )
    found: list[Row] = []
    for number, fold in enumerate(folds):
        found += of_tables(lane, number, {name: kept[number][name] for name in fold}, fold)
    return found


async def _entities(read: Read, lane: EntityLane, count: int) -> list[Tables]:
    folds: list[Tables] = [{"states": {}} for _ in range(count)]
    for key, row in (await fold_records(read, lane)).items():
        folds[partition_of(key, count)]["states"][key] = row
    return folds


async def _rows(read: Read, lane: RowsLane, count: int) -> list[Tables]:
    """What each partition published is numbered through, so its facts have one order whatever their topics."""
    sources = {f"/cauce/{lane.service}/{lane.name}/{number}": number for number in range(count)}
    facts: list[list[Received]] = [[] for _ in range(count)]
    async for record in read(home_topics(lane.publishes)):
        if is_control(record.headers):
            continue
        fact = receive(record, read_light)
        if fact.envelope.source in sources:
            facts[sources[fact.envelope.source]].append(fact)
    return [fold_rows(lane, of_partition) for of_partition in facts]


def fold_rows(lane: RowsLane, facts: list[Received]) -> Tables:
    """The rows of one partition as `evolve` gives them from its facts."""
    rows = MemoryRows()
    state = lane.view(rows, MemoryReference())
    for fact in sorted(facts, key=lambda one: one.envelope.sequence):
        state = lane.evolve(state, fact.message)
    return {
        kind: {key.encode(): codec.encode(row) for key, row in rows.kinds.get(kind, {}).items()}
        for kind, codec in lane.kinds.items()
    }
