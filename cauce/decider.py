"""The shape of every decision: state first, command second, a tuple of events out.

`decide(state, command) -> events` chooses and touches nothing; `evolve(state, event) -> state` folds one event; the
state of a lane is always the fold of what it published. Small entities keep one immutable state a key (`Decider`);
where the state is thousands of rows under one decider (a pool's stock), it is a view over `Rows` behind the same
two functions.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

State = TypeVar("State")
Command = TypeVar("Command")
Event = TypeVar("Event")


class Rows(Protocol):
    """Rows by kind and key, as one batch sees them: its own changes over what is committed."""

    def get(self, kind: str, key: str) -> Any | None:
        """The row, or None. Rows are immutable values."""

    def put(self, kind: str, key: str, row: Any | None) -> None:
        """Set or, with None, delete a row."""

    def scan(self, kind: str, start: str, stop: str) -> Iterator[tuple[str, Any]]:
        """Rows with start <= key < stop, in the order of their keys' UTF-8 bytes."""


def _never(_state: Any) -> datetime | None:
    return None


@dataclass(frozen=True, slots=True)
class Decider(Generic[State, Command, Event]):
    """`initial(key)` is the state before anything happened; `due(state)` when a tick should reach it, None if never."""

    initial: Callable[[str], State]
    decide: Callable[[State, Command], tuple[Event, ...]]
    evolve: Callable[[State, Event], State]
    due: Callable[[State], datetime | None] = _never


class MemoryRows:
    """Rows in a dictionary: for pure tests, simulations and replays without a store."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Any] = {}

    def get(self, kind: str, key: str) -> Any | None:
        """The row, or None."""
        return self.rows.get((kind, key))

    def put(self, kind: str, key: str, row: Any | None) -> None:
        """Set or, with None, delete a row."""
        if row is None:
            self.rows.pop((kind, key), None)
        else:
            self.rows[kind, key] = row

    def scan(self, kind: str, start: str, stop: str) -> Iterator[tuple[str, Any]]:
        """Rows with start <= key < stop, in order."""
        found = [(key, row) for (of, key), row in self.rows.items() if of == kind and start <= key < stop]
        yield from sorted(found, key=lambda pair: pair[0].encode())


class Reference(Protocol):
    """Reference data as a decision sees it: items by kind and id, each kind at one version."""

    def item(self, kind: str, item_id: str) -> Any | None:
        """The item of the active version, or None."""

    def items(self, kind: str) -> tuple[Any, ...]:
        """All items of the active version, ordered by id."""

    def version(self, kind: str) -> str:
        """The active version's content address; empty when none was published."""


class MemoryReference:
    """Reference data given at once: for pure tests and replays."""

    def __init__(self, **kinds: tuple[Any, ...]) -> None:
        self.kinds = {kind: {item.id: item for item in items} for kind, items in kinds.items()}

    def item(self, kind: str, item_id: str) -> Any | None:
        """The item, or None."""
        return self.kinds.get(kind, {}).get(item_id)

    def items(self, kind: str) -> tuple[Any, ...]:
        """All items, ordered by id."""
        found = self.kinds.get(kind, {})
        return tuple(found[item_id] for item_id in sorted(found))

    def version(self, kind: str) -> str:
        """One fixed version a kind that has items."""
        return "memory" if self.kinds.get(kind) else ""
