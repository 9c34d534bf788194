"""A table's rows as objects, over a shelf of bytes: a row in use is decoded once."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cauce.runtime.engine.ordered import SortedKeys, overlaid
from cauce.runtime.engine.stores import Shelf
from cauce.runtime.lane import Lane, Table

ABSENT: Any = object()
Encoded = list[tuple[bytes, bytes | None]]


class Rows:
    """Rows of one table and partition, as the last transaction leaves them that began to commit: `stage`, then `keep`.

    Only the tenure that holds them changes them, and it ends with a transaction that fails. Two generations of decoded
    rows: what was not used during one generation is forgotten with the next.
    """

    def __init__(self, table: Table, shelf: Shelf) -> None:
        self.table, self.shelf = table, shelf
        self._young: dict[bytes, Any] = {}
        self._old: dict[bytes, Any] = {}
        self._sized: dict[bytes, tuple[Any, bytes]] = {}  # encoded since the last `stage`
        self._staged: Mapping[bytes, Any] = {}  # on their way to the shelf
        self._staged_keys: SortedKeys | None = None  # kept from the first scan on
        self._encoded: Encoded = []

    def get(self, key: bytes) -> Any | None:
        """The row, or None."""
        row = self._young.get(key, ABSENT)
        return self._fetch(key) if row is ABSENT else row

    def _fetch(self, key: bytes) -> Any | None:
        row = self._staged.get(key, ABSENT)
        if row is ABSENT:
            row = self._old.get(key, ABSENT)
        if row is ABSENT:
            value = self.shelf.get(key)
            row = None if value is None else self.table.decode(value)
        self._young[key] = row
        if len(self._young) > self.table.cached:
            self._turn_over()
        return row

    def _turn_over(self) -> None:
        self._old, self._young = self._young, {}

    def scan(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, Any]]:
        """Rows with start <= key < stop, in key order; a scan fills no cache."""
        below = self._kept(start, stop)
        if not self._staged:
            return below
        if self._staged_keys is None:
            self._staged_keys = SortedKeys(self._staged)
        own = [(key, self._staged[key]) for key in self._staged_keys.between(start, stop)]
        return overlaid(own, below) if own else below

    def _kept(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, Any]]:
        young, old, decode = self._young, self._old, self.table.decode
        for key, value in self.shelf.scan(start, stop):
            row = young.get(key, ABSENT)
            if row is ABSENT:
                row = old.get(key, ABSENT)
            yield key, decode(value) if row is ABSENT else row

    def committed(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, Any]]:
        """As `scan`, without what is staged."""
        return ((key, self.table.decode(value)) for key, value in self.shelf.scan(start, stop))

    def size(self, key: bytes, row: Any) -> int:
        """Bytes of a row that is about to be put."""
        return len(self._bytes(key, row))

    def _bytes(self, key: bytes, row: Any) -> bytes:
        """Rows are immutable, so the same object has the same bytes: one that was measured is not encoded again."""
        sized = self._sized.get(key)
        if sized is not None and sized[0] is row:
            return sized[1]
        value = self.table.encode(row)
        self._sized[key] = row, value
        return value

    def stage(self, changes: Mapping[bytes, Any]) -> Encoded:
        """Show the changes of a transaction that is about to commit, and answer their bytes."""
        encode = self._bytes
        self._encoded = [(key, None if row is None else encode(key, row)) for key, row in changes.items()]
        self._sized.clear()
        self._staged, self._staged_keys = changes, None
        self._young.update(changes)
        if len(self._young) > self.table.cached:
            self._turn_over()
        return self._encoded

    def keep(self, *, offset: int, now: float) -> None:
        """What was staged is committed; `offset` is the last of it in the changelog."""
        self.shelf.apply(self._encoded, offset, now)
        self._staged, self._staged_keys, self._encoded = {}, None, []


def rows_of(lane: Lane, shelf: Callable[[str], Shelf]) -> dict[str, Rows]:
    """The rows of all the lane's tables by name, its own among them, whose rows are bytes."""
    tables = {table.name: table for table in lane.tables}
    own = {name: Table(name, encode=bytes, decode=bytes) for name in lane.changelogs}
    return {name: Rows(table, shelf(name)) for name, table in (own | tables).items()}
