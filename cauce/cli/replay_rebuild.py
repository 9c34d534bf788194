"""`cauce replay --rebuild`: the tables of the lanes, beside the fold of the facts that they published."""

from collections.abc import Iterable

from cauce.replay.compare import Row
from cauce.replay.rebuilt import rebuilt
from cauce.runtime.lane import Lane
from cauce.runtime.service import EntityLane, RowsLane
from cauce.runtime.settings import Settings
from services import NAMES, load

TITLE = "Kept, and rebuilt from facts"


async def rows(servers: str, settings: Settings, lanes: Iterable[Lane]) -> list[Row]:
    """Every table of the lanes that is a fold of facts."""
    declared = {
        f"{lane.service}-{lane.name}": lane
        for name in NAMES
        for lane in load(name).lanes
        if isinstance(lane, EntityLane | RowsLane)
    }
    return [row for lane in lanes for row in await rebuilt(servers, settings, declared[lane.id], lane)]
