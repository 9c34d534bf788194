"""A read model of its own, built once from recorded facts: as of now or as of any time, whole or of one order."""

from collections.abc import AsyncIterator, Callable
from hashlib import blake2b

from pydantic import SecretStr
from sqlalchemy import Engine, inspect, select
from sqlalchemy.exc import DBAPIError

from cauce.runtime.database import engine_of, unreachable
from cauce.runtime.faults import Unavailable
from cauce.runtime.lane import Record
from cauce.runtime.settings import Settings
from services.insight.columns import METADATA
from services.insight.following import BATCH, projected
from services.insight.store import UNSTORABLE, Projected, Store
from services.insight.tables import OFFSETS

IN_MEMORY = "sqlite://"
_HASH_BYTES = 16
Covers = Callable[[Record], bool]


def fresh_engine(settings: Settings, url: str) -> Engine:
    """The database of `url`, which must be empty. Raises Unavailable."""
    engine = engine_of(settings.model_copy(update={"database_url": SecretStr(url)}))
    try:
        taken = url != IN_MEMORY and inspect(engine).get_table_names()
    except DBAPIError as fault:
        raise unreachable(engine, fault) from fault
    if taken:
        shown = engine.url.render_as_string(hide_password=True)
        raise Unavailable(f"{shown} holds tables already, and nothing is written over: name a database that is new")
    return engine


async def build(engine: Engine, records: AsyncIterator[Record], covers: Covers) -> int:
    """Project the facts that are covered; how many they were. It knows no offsets: a follower would begin anew."""
    store, batch, count = Store(engine), list[Projected](), 0
    async for record in records:
        if covers(record):
            batch.append(projected(record.topic, record))
            count += 1
        if len(batch) == BATCH:
            _write(store, batch)
            batch = []
    _write(store, batch)
    return count


def _write(store: Store, batch: list[Projected]) -> None:
    try:
        store.write((row for record in batch for row in record.rows), {})
    except UNSTORABLE:
        store.write_each(batch, {})


def hashes(engine: Engine) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and one hash of them, whatever their order. Where a reader stands is left out."""
    found = {}
    with engine.connect() as connection:
        for table in METADATA.sorted_tables:
            if table is not OFFSETS:
                total = count = 0
                for row in connection.execute(select(table)):
                    count, total = count + 1, total + _number(repr(tuple(row)))
                found[table.name] = count, f"{total % (1 << 8 * _HASH_BYTES):032x}"[:16]
    return found


def _number(row: str) -> int:
    return int.from_bytes(blake2b(row.encode(errors="surrogatepass"), digest_size=_HASH_BYTES).digest())
