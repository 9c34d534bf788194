"""The database of one measurement: a PostgreSQL of its own, or the empty one that BENCH_DATABASE_URL names."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cauce.sandbox.postgresql import Postgresql, postgresql


@contextmanager
def postgres() -> Iterator[Postgresql]:
    """An empty database, gone with the measurement where it is ours; another's server has no process here."""
    named = os.environ.get("BENCH_DATABASE_URL")
    if named:
        yield Postgresql(named, 0)
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, postgresql(Path(folder)) as server:
        yield server
