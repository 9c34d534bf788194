"""Where a table's rows lie, as bytes: a dictionary, or RocksDB. One shelf is one table of one partition."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from faust.stores.rocksdb import RocksDBOptions
from rocksdict import WriteBatch

from cauce.runtime.engine.ordered import SortedKeys

Changes = Iterable[tuple[bytes, bytes | None]]

TOMBSTONES_KEPT_SECONDS = 86_400  # delete.retention.ms of every changelog, at least: Kafka's default
_MARGIN_SECONDS = 3_600
_STAMP = b"__cauce\0as-of__"  # when the store was last known to be whole


class StoreFailed(OSError):
    """The disk or the database refused; a failure of the world, never of the record at hand."""


class Shelf(Protocol):
    """Rows and how far of the changelog they hold. The rows are always a prefix of the committed changelog."""

    def get(self, key: bytes) -> bytes | None:
        """The row's bytes. Raises StoreFailed."""

    def scan(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Rows with start <= key < stop, in key order."""

    def apply(self, changes: Changes, offset: int, whole_at: float | None = None) -> None:
        """Write committed changes; `offset` is that of the last changelog record among them.

        `whole_at`: the rows are known to hold everything committed until then. None while a restore is under way.
        """

    def next_offset(self) -> int:
        """The first changelog offset not held."""

    def is_older_than_tombstones(self, now: float) -> bool:
        """Whether deletions may have vanished from the changelog since the rows were whole."""

    def wipe(self) -> None:
        """Forget everything."""

    def close(self) -> None:
        """Let go of the files, so that the next tenure can open them."""


class MemoryShelf:
    """Rows in a dictionary, restored in full each time."""

    def __init__(self) -> None:
        self.rows: dict[bytes, bytes] = {}
        self._keys: SortedKeys | None = None  # kept from the first scan on
        self._next = 0

    def get(self, key: bytes) -> bytes | None:
        """See Shelf."""
        return self.rows.get(key)

    def scan(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        """See Shelf."""
        if self._keys is None:
            self._keys = SortedKeys(self.rows)
        for key in self._keys.between(start, stop):
            yield key, self.rows[key]

    def apply(self, changes: Changes, offset: int, whole_at: float | None = None) -> None:
        """See Shelf."""
        del whole_at
        rows, keys = self.rows, self._keys
        for key, value in changes:
            if value is None:
                rows.pop(key, None)
                if keys is not None:
                    keys.discard(key)
            else:
                if keys is not None and key not in rows:
                    keys.add(key)
                rows[key] = value
        self._next = offset + 1

    def next_offset(self) -> int:
        """See Shelf."""
        return self._next

    def is_older_than_tombstones(self, now: float) -> bool:
        """Never: it does not outlive its tenure."""
        del now
        return False

    def wipe(self) -> None:
        """See Shelf."""
        self.rows, self._keys, self._next = {}, None, 0

    def close(self) -> None:
        """Nothing is held."""


@contextmanager
def _world() -> Iterator[None]:
    """RocksDB raises plain exceptions; what reads a row must not take them for a fault of its record."""
    try:
        yield
    except Exception as exc:
        raise StoreFailed(f"local store: {exc}; free or replace the disk, or delete the store: it is rebuilt") from exc


class RocksShelf:
    """Rows of one partition of a Faust `rocksdb://` table, whose database Faust opens and forgets with the assignment.

    Rows and changelog offset go into one write batch, and only after the Kafka transaction committed: a kill can
    leave the database behind the changelog, never ahead of it.
    """

    def __init__(self, store: Any, partition: int) -> None:
        self._store, self._partition = store, partition
        with _world():
            self._db = store._db_for_partition(partition)  # noqa: SLF001  # asserted in tests/runtime/test_seam.py
        self._meta = (store.offset_key, _STAMP)

    def get(self, key: bytes) -> bytes | None:
        """See Shelf."""
        try:
            return self._db.get(key)  # type: ignore[no-any-return]  # raw mode: bytes
        except Exception as exc:
            raise StoreFailed(f"local store: {exc}") from exc

    def scan(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        """See Shelf."""
        with _world():
            rows = self._db.items(from_key=start)
        for key, value in rows:
            if key >= stop:
                return
            if key not in self._meta:
                yield key, value

    def apply(self, changes: Changes, offset: int, whole_at: float | None = None) -> None:
        """See Shelf."""
        batch = WriteBatch(raw_mode=True)
        for key, value in changes:
            if value is None:
                batch.delete(key)
            else:
                batch.put(key, value)
        batch.put(self._store.offset_key, b"%d" % offset)
        if whole_at is not None:
            batch.put(_STAMP, b"%d" % whole_at)
        with _world():
            self._db.write(batch)

    def next_offset(self) -> int:
        """See Shelf."""
        offset = self.get(self._store.offset_key)
        return 0 if offset is None else int(offset) + 1

    def is_older_than_tombstones(self, now: float) -> bool:
        """See Shelf. A store without a stamp was left by a kill before its first one: as good as old."""
        stamp = self.get(_STAMP)
        return stamp is None or now - float(stamp) > TOMBSTONES_KEPT_SECONDS - _MARGIN_SECONDS

    def wipe(self) -> None:
        """See Shelf."""
        self.close()
        with _world():
            shutil.rmtree(Path(self._store.partition_path(self._partition)))
            self._db = self._store._db_for_partition(self._partition)  # noqa: SLF001  # see __init__

    def close(self) -> None:
        """See Shelf."""
        with _world():
            self._store._dbs.pop(self._partition, None)  # noqa: SLF001  # see __init__
            self._db.close()


class _StoreOptions(RocksDBOptions):  # type: ignore[misc]  # Faust is not typed
    """Faust's, with a filter of the keys not yet on disk: half of all keys that are asked for are new orders'."""

    def as_options(self) -> Any:
        """See RocksDBOptions."""
        options = super().as_options()
        options.set_memtable_prefix_bloom_ratio(0.1)
        options.set_memtable_whole_key_filtering(True)
        return options


def tune_store(store: Any, **options: int) -> None:
    """Open the databases of a Faust store with these options; one in memory has none."""
    if hasattr(store, "rocksdb_options"):
        store.rocksdb_options = _StoreOptions(**options)


def shelf_of(store: Any, partition: int) -> Shelf:
    """The shelf of one partition of a Faust store.

    Not Faust's own dictionary for `memory://`: that is one for all partitions, where a key of two partitions would
    be one row.
    """
    return RocksShelf(store, partition) if hasattr(store, "_db_for_partition") else MemoryShelf()
