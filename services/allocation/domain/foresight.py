"""A pool's rows as they will be: what a decision in the making changes, over what is there."""

from collections.abc import Iterator
from typing import Any

from cauce.decider import Rows


class Foresight:
    """Rows (`cauce.decider.Rows`) over others, which stay as they are. They live as long as one decision."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._changes: dict[str, dict[str, Any]] = {}

    def get(self, kind: str, key: str) -> Any | None:
        """The row, or None."""
        changes = self._changes.get(kind, {})
        return changes[key] if key in changes else self._rows.get(kind, key)

    def put(self, kind: str, key: str, row: Any | None) -> None:
        """Set or, with None, delete a row."""
        self._changes.setdefault(kind, {})[key] = row

    def scan(self, kind: str, start: str, stop: str) -> Iterator[tuple[str, Any]]:
        """Rows with start <= key < stop, in the order of their keys' UTF-8 bytes."""
        rows = dict(self._rows.scan(kind, start, stop))
        first, end = start.encode(), stop.encode()
        rows |= {key: row for key, row in self._changes.get(kind, {}).items() if first <= key.encode() < end}
        yield from ((key, rows[key]) for key in sorted(rows, key=str.encode) if rows[key] is not None)
