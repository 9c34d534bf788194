"""Rows and offsets stand or fall together, and one projector alone may write."""

import sqlite3

import pytest
from sqlalchemy import BigInteger, Integer, event

from cauce.runtime.database import engine_of, url_of
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import Settings
from services.insight.columns import METADATA
from services.insight.domain.projection import project
from services.insight.following import run_insight
from services.insight.offsets import Advance, Overtaken
from services.insight.store import UNSTORABLE, UNSTORABLE_REASON, Projected, Store, unread

PLACE = ("order-placed", 0)


def rows_of(facts):
    return [row for fact in facts for row in project(fact)]


def test_offsets_are_kept_from_one_start_to_the_next(new_model, life):
    model = new_model()
    model.store.write(rows_of(life), {PLACE: Advance(0, 7)})
    offsets = Store(model.engine).begin([PLACE, ("shipped", 3)])
    assert (offsets[PLACE], offsets["shipped", 3]) == (7, 0)


def test_an_offset_that_somebody_else_moved_stops_the_projector_before_it_writes(new_model, life):
    model = new_model()
    model.store.write([], {PLACE: Advance(0, 7)})
    with pytest.raises(Overtaken, match="order-placed/0 is no longer at offset 0"):
        model.store.write(rows_of(life), {PLACE: Advance(0, 5)})
    assert model.rows("orders") == []
    assert model.store.begin([PLACE])[PLACE] == 7


@pytest.mark.parametrize("others", [{}, {("shipped", 0): Advance(0, 3)}], ids=["alone", "beside one that moves"])
def test_a_projector_overtaken_by_one_that_got_exactly_as_far_writes_nothing(new_model, life, others):
    model = new_model()
    model.store.begin(others)
    model.store.write([], {PLACE: Advance(0, 7)})
    with pytest.raises(Overtaken, match="another projector writes this database"):
        model.store.write(rows_of(life), {PLACE: Advance(0, 7), **others})
    assert model.rows("orders") == []
    assert set(model.store.begin(others).values()) == {0, 7}


@pytest.mark.parametrize("broken", ["INSERT INTO timeline", "UPDATE orders", "INSERT INTO positions"])
def test_a_batch_that_breaks_anywhere_leaves_nothing_behind(new_model, life, broken):
    model = new_model()

    def breaks(_connection, _cursor, statement, *_):
        if statement.startswith(broken):
            raise RuntimeError("the database went away")

    event.listen(model.engine, "before_cursor_execute", breaks)
    with pytest.raises(RuntimeError, match="went away"):
        model.store.write(rows_of(life), {PLACE: Advance(0, 7)})
    event.remove(model.engine, "before_cursor_execute", breaks)
    assert all(rows == set() for rows in model.tables().values())
    model.store.write(rows_of(life), {PLACE: Advance(0, 7)})
    assert model.rows("orders")[0]["state"] == "part_shipped"


def too_large(fact):
    """A parcel heavier than any number that a database holds."""
    return fact._replace(message=fact.message.model_copy(update={"weight_grams": 10**20}))


def too_long(fact):
    """A parcel whose tracking number is longer than this database takes."""
    return fact._replace(message=fact.message.model_copy(update={"tracking_number": "C" * 200_000}))


@pytest.mark.parametrize("spoil", [too_large, too_long])
def test_a_fact_that_cannot_be_stored_is_unread_and_its_batch_is_written(new_model, live, spoil):
    model, unspoiled = new_model(), new_model()
    with model.engine.connect() as connection:
        connection.connection.driver_connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 100_000)
    facts = [fact for number in (1, 2) for fact in live(number) if fact.topic != "stock-moved" or number == 1]
    packed = next(fact for fact in facts if fact.topic == "packed")
    spoiled = [spoil(fact) if fact is packed else fact for fact in facts]
    records = [Projected(fact.topic, 0, fact.offset, project(fact)) for fact in spoiled]
    with pytest.raises(UNSTORABLE):
        model.store.write(rows_of(spoiled), {PLACE: Advance(0, 7)})
    assert [record.offset for record in model.store.write_each(records, {PLACE: Advance(0, 7)})] == [packed.offset]
    unspoiled.take([fact for fact in facts if fact is not packed])
    unspoiled.store.write([unread("packed", 0, packed.offset, UNSTORABLE_REASON)], {})
    assert model.tables() == unspoiled.tables()
    assert model.store.begin([PLACE])[PLACE] == 7


def test_units_and_grams_are_kept_in_eight_bytes():
    small = {"version", "decision", "pool", "work_revision", "attempts", "repeats", "rank", "partition"}
    narrow = {
        column.name
        for table in METADATA.sorted_tables
        for column in table.columns
        if isinstance(column.type, Integer) and not isinstance(column.type, BigInteger)
    }
    assert narrow <= small


def test_a_deployment_has_its_own_database(tmp_path):
    assert url_of(Settings(home=tmp_path)).database == str(tmp_path / "default" / "insight.sqlite")
    assert url_of(Settings(home=tmp_path, prefix="eu-")).database == str(tmp_path / "eu" / "insight.sqlite")
    assert url_of(Settings(database_url="sqlite:////srv/model")).database == "/srv/model"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:////proc/none/insight", "does not answer"),
        ("postgresql+nothing://shop:hunter2@db/insight", "no driver for postgresql.nothing"),
        ("hunter2", "CAUCE_DATABASE_URL is not a URL"),
    ],
)
def test_a_database_that_cannot_be_had_is_named_without_its_password(tmp_path, url, said):
    with pytest.raises(Unavailable, match=said) as fault:
        run_insight(Settings(home=tmp_path, database_url=url, servers="127.0.0.1:1"))
    assert "hunter2" not in str(fault.value)


def test_a_sqlite_read_model_can_be_read_while_it_is_written(tmp_path):
    engine = engine_of(Settings(home=tmp_path))
    Store(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    engine.dispose()
