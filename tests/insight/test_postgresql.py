"""The read model on a real PostgreSQL: what SQLite holds, it holds, and what it cannot hold it refuses by itself."""

from random import Random

import pytest
from sqlalchemy import select

from cauce.runtime.database import engine_of
from cauce.runtime.settings import Settings
from services.insight.domain.projection import project
from services.insight.offsets import Advance, Overtaken
from services.insight.store import UNSTORABLE, UNSTORABLE_REASON, Projected, Store, unread
from services.insight.tables import TIMELINE

pytestmark = pytest.mark.live

PLACE = ("order-placed", 0)


@pytest.fixture(name="postgres_model")
def _postgres_model(new_model, database):
    model = new_model(database)
    yield model
    model.engine.dispose()


def shuffled(facts, seed):
    """Some of them twice."""
    chance = Random(seed)
    mixed = facts + chance.sample(facts, len(facts) // 3)
    moves = iter([fact for fact in mixed if fact.topic == "stock-moved"])
    chance.shuffle(mixed)
    return [next(moves) if fact.topic == "stock-moved" else fact for fact in mixed]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_facts_in_any_order_and_batches_give_the_tables_that_sqlite_holds(new_model, postgres_model, live, size):
    facts = [fact for number in (1, 2, 3) for fact in live(number) if fact.topic != "stock-moved" or number == 1]
    expected = new_model()
    expected.take(facts)
    mixed = shuffled(facts, size)
    for start in range(0, len(mixed), size):
        postgres_model.take(mixed[start : start + size])
    assert postgres_model.tables() == expected.tables()


def test_a_projector_that_was_overtaken_writes_nothing(postgres_model, life):
    store = postgres_model.store
    store.write([], {PLACE: Advance(0, 7), ("shipped", 0): Advance(0, 3)})
    with pytest.raises(Overtaken, match="order-placed/0 is no longer at offset 0"):
        store.write(
            [row for fact in life for row in project(fact)], {PLACE: Advance(0, 5), ("shipped", 0): Advance(3, 4)}
        )
    assert postgres_model.rows("orders") == []
    assert store.begin([PLACE])["shipped", 0] == 3


def test_a_projector_overtaken_by_one_that_got_exactly_as_far_writes_nothing(postgres_model, life):
    store = postgres_model.store
    store.write([], {PLACE: Advance(0, 7)})
    with pytest.raises(Overtaken, match="order-placed/0 is no longer at offset 0"):
        store.write([row for fact in life for row in project(fact)], {PLACE: Advance(0, 7)})
    assert postgres_model.rows("orders") == []


@pytest.mark.parametrize("grams", [2**63, 2**64])
def test_a_fact_that_cannot_be_stored_is_unread_and_its_batch_is_written(new_model, database, live, grams):
    model, unspoiled = new_model(database), new_model()
    facts = live()
    packed = next(fact for fact in facts if fact.topic == "packed")
    heavy = packed._replace(message=packed.message.model_copy(update={"weight_grams": grams}))
    records = [Projected(fact.topic, 0, fact.offset, project(heavy if fact is packed else fact)) for fact in facts]
    with pytest.raises(UNSTORABLE):
        model.store.write([row for record in records for row in record.rows], {PLACE: Advance(0, 7)})
    assert [record.offset for record in model.store.write_each(records, {PLACE: Advance(0, 7)})] == [packed.offset]
    unspoiled.take([fact for fact in facts if fact is not packed])
    unspoiled.store.write([unread("packed", 0, packed.offset, UNSTORABLE_REASON)], {})
    assert model.tables() == unspoiled.tables()
    model.engine.dispose()


def test_a_text_that_no_database_takes_is_unread_too(postgres_model, life):
    fact = next(fact for fact in life if fact.topic == "packed")
    told = fact._replace(message=fact.message.model_copy(update={"tracking_number": "C\x00"}))
    record = Projected("packed", 0, told.offset, project(told))
    assert postgres_model.store.write_each([record], {}) == [record]
    assert postgres_model.rows("unread")[0]["reason"] == UNSTORABLE_REASON


def test_a_commit_waits_for_no_disk(database):
    engine = engine_of(Settings(database_url=database))
    Store(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "off"
        assert connection.exec_driver_sql("SHOW random_page_cost").scalar() == "1.1"
        assert list(connection.execute(select(TIMELINE))) == []
    engine.dispose()
