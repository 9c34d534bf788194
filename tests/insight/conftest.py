"""One order's life in facts, as their writers publish them, and a read model in memory."""

import json
import uuid
from collections import defaultdict
from datetime import datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text

from cauce.ids import event_id
from cauce.sandbox.postgresql import postgresql
from schemas.envelope import Envelope
from schemas.upcasts import read_message
from services.insight.columns import METADATA
from services.insight.domain.projection import project
from services.insight.domain.rows import Fact
from services.insight.offsets import Advance
from services.insight.store import Store
from services.insight.tables import OFFSETS
from services.insight.translate import INPUTS

LIVES = Path(__file__).parent / "lives"
SEALED = "YzJWaGJHVmtJRzVoYldVZ1lXNWtJSE4wY21WbGRB"  # what every sealed part of the lives holds, in base64


def live(number: int = 1, life: str = "part-shipped") -> list[Fact]:
    """The facts of a recorded life, in the order they were decided, as those of the order `number`.

    Three lines; two parcels at once and a wait for the rest; one unit canceled while promised and one while waiting; a
    third parcel when stock came; two units sent back, refunds, and a parcel lost.
    """
    recorded = (LIVES / f"{life}.jsonl").read_text("utf-8")
    for mark in ("ord{:04d}", "ORD{:04d}", "person{:04d}"):
        recorded = recorded.replace(mark.format(1), mark.format(number))
    recorded = recorded.replace("536365", str(536364 + number))
    offsets: dict[str, Any] = defaultdict(lambda: count((number - 1) * 100))
    return [_fact(json.loads(line), f"{number}/{at}", offsets) for at, line in enumerate(recorded.splitlines())]


def _fact(recorded: dict[str, Any], name: str, offsets: dict[str, Any]) -> Fact:
    message = read_message(recorded["type"], json.dumps(recorded["message"]).encode())
    envelope = Envelope(
        id=event_id("lives", recorded["source"], recorded["type"], name),
        type=recorded["type"],
        source=recorded["source"],
        subject=message.key_value(),
        sequence=recorded["sequence"],
        at=datetime.fromisoformat(recorded["at"]),
        release="0.1.0",
    )
    return Fact(recorded["topic"], 0, next(offsets[recorded["topic"]]), envelope, message)


class Model:
    """A read model, in memory unless a URL says otherwise."""

    def __init__(self, url: str = "sqlite://") -> None:
        self.engine = create_engine(url)
        self.store = Store(self.engine)
        self._offset = self.store.begin((topic, 0) for topic in INPUTS)

    def take(self, facts: list[Fact]) -> None:
        """Project facts as one batch."""
        place = (INPUTS[0], 0)
        advance = Advance(self._offset[place], self._offset[place] + 1)
        self.store.write([row for fact in facts for row in project(fact)], {place: advance})
        self._offset[place] += 1

    def tables(self) -> dict[str, set[Any]]:
        """Everything but the offsets, as sets of rows."""
        with self.engine.connect() as connection:
            return {
                table.name: {tuple(row) for row in connection.execute(select(table))}
                for table in METADATA.sorted_tables
                if table is not OFFSETS
            }

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The rows of a table in the order of their keys."""
        table = METADATA.tables[name]
        with self.engine.connect() as connection:
            return [row._asdict() for row in connection.execute(select(table).order_by(*table.primary_key))]


@pytest.fixture(scope="session")
def life():
    return live()


@pytest.fixture(scope="session", name="live")
def _live():
    return live


@pytest.fixture(scope="session")
def new_model():
    return Model


@pytest.fixture(scope="session")
def server():
    """A PostgreSQL; not in pytest's own folders, which nobody else may look into, and it does not run as root."""
    with TemporaryDirectory() as folder, postgresql(Path(folder)) as server:
        yield server


@pytest.fixture
def database(server):
    """The URL of an empty database on it."""
    name = f"insight_{uuid.uuid4().hex}"
    engine = create_engine(server.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.url.replace("/postgres?", f"/{name}?")


@pytest.fixture
def model(life):
    made = Model()
    made.take(life)
    return made


@pytest.fixture(scope="session")
def sealed():
    return SEALED
