"""The read model that lived through the faults beside one built from nothing afterwards: row for row the same."""

import asyncio
from collections import Counter

from pydantic import SecretStr
from sqlalchemy import Engine, Table, select

from cauce.runtime.database import engine_of
from cauce.runtime.settings import Settings
from services.insight.columns import METADATA
from services.insight.following import project_topics

Row = tuple[object, ...]


async def differences(settings: Settings) -> dict[str, int]:
    """By table, how many rows one has and the other has not. Both have read everything that there is."""
    rebuilt = settings.model_copy(update={"database_url": SecretStr(f"sqlite:///{settings.home / 'rebuilt.sqlite'}")})
    for each in (settings, rebuilt):
        await project_topics(each, asyncio.Event(), until_idle=True)
    lived, anew = engine_of(settings), engine_of(rebuilt)
    try:
        found = {table.name: _unlike(_rows(lived, table), _rows(anew, table)) for table in METADATA.sorted_tables}
        return {name: count for name, count in found.items() if count}
    finally:
        lived.dispose()
        anew.dispose()


def _unlike(one: Counter[Row], other: Counter[Row]) -> int:
    return (one - other).total() + (other - one).total()


def _rows(engine: Engine, table: Table) -> Counter[Row]:
    with engine.connect() as connection:
        return Counter(tuple(row) for row in connection.execute(select(table)))
