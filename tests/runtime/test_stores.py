"""Both shelves keep the same rows in the same order, and know how far of the changelog they hold."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rocksdict import Options, Rdict

from cauce.runtime.engine.stores import TOMBSTONES_KEPT_SECONDS, MemoryShelf, RocksShelf, StoreFailed, shelf_of

KEYS = st.binary(min_size=1, max_size=3)


class FaustStore:
    """The part of Faust's RocksDB store that a shelf uses, over real databases."""

    offset_key = b"__faust\0offset__"

    def __init__(self, path):
        self.path, self._dbs = path, {}

    def partition_path(self, partition):
        return self.path / f"{partition}.db"

    def _db_for_partition(self, partition):
        if partition not in self._dbs:
            self._dbs[partition] = Rdict(str(self.partition_path(partition)), options=Options(raw_mode=True))
        return self._dbs[partition]


@pytest.fixture
def shelf(tmp_path):
    opened = RocksShelf(FaustStore(tmp_path), 0)
    yield opened
    opened.close()


@given(
    st.lists(st.lists(st.tuples(KEYS, st.none() | st.binary(max_size=3)), max_size=5), max_size=8),
    st.lists(st.tuples(KEYS, KEYS), min_size=1, max_size=4),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_memory_and_disk_hold_the_same_rows_in_the_same_order(shelf, batches, ranges):
    memory, model = MemoryShelf(), {}
    shelf.wipe()
    for offset, batch in enumerate(batches):
        memory.apply(batch, offset)
        shelf.apply(batch, offset)
        model |= dict(batch)
        for start, stop in ranges:
            rows = sorted((key, value) for key, value in model.items() if value is not None and start <= key < stop)
            assert list(memory.scan(start, stop)) == list(shelf.scan(start, stop)) == rows
    assert memory.next_offset() == shelf.next_offset() == len(batches)
    assert all(memory.get(key) == shelf.get(key) == value for key, value in model.items())


def test_a_store_remembers_its_offset_when_reopened_and_forgets_it_when_wiped(tmp_path):
    store = FaustStore(tmp_path)
    shelf = RocksShelf(store, 0)
    shelf.apply([(b"a", b"1")], 41)
    shelf.close()
    again = RocksShelf(FaustStore(tmp_path), 0)
    assert (again.next_offset(), again.get(b"a")) == (42, b"1")
    again.wipe()
    assert (again.next_offset(), again.get(b"a"), list(again.scan(b"", b"\xff"))) == (0, None, [])
    again.close()


def test_a_store_that_was_not_whole_for_longer_than_tombstones_are_kept_is_too_old(shelf):
    assert shelf.is_older_than_tombstones(1000.0)
    shelf.apply([(b"a", b"1")], 0, 1000.0)
    assert not shelf.is_older_than_tombstones(1000.0 + TOMBSTONES_KEPT_SECONDS / 2)
    assert shelf.is_older_than_tombstones(1000.0 + TOMBSTONES_KEPT_SECONDS)


def test_what_the_shelf_notes_for_itself_is_never_scanned(shelf):
    shelf.apply([(b"__z", b"1")], 0, 1000.0)
    assert list(shelf.scan(b"", b"\xff")) == [(b"__z", b"1")]


def test_a_failing_database_is_a_failure_of_the_world(tmp_path):
    shelf = RocksShelf(FaustStore(tmp_path), 0)
    shelf.close()
    with pytest.raises(StoreFailed):
        shelf.get(b"a")


def test_the_kind_of_shelf_follows_the_store(tmp_path):
    assert isinstance(shelf_of({}, 0), MemoryShelf)
    disk = shelf_of(FaustStore(tmp_path), 0)
    assert isinstance(disk, RocksShelf)
    disk.close()
