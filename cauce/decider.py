"""The shape of every decision: state first, command second, a tuple of events out.

`decide(state, command) -> events` chooses and touches nothing; `evolve(state, event) -> state` folds one event; the
state of a lane is always the fold of what it published. Small entities keep one immutable state a key (`Decider`);
where the state is thousands of rows under one decider (a pool's stock), it is a view over `Rows` behind the same
two functions.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

State = TypeVar("State")
Command = TypeVar("Command")
Event = TypeVar("Event")
Derived = TypeVar("Derived")


class Rows(Protocol):
    """Rows by kind and key, as one batch sees them: its own changes over what is committed."""

    def get(self, kind: str, key: str) -> Any | None:
        """The row, or None. Rows are immutable values."""

    def put(self, kind: str, key: str, row: Any | None) -> None:
        """Set or, with None, delete a row."""

    def scan(self, kind: str, start: str, stop: str) -> Iterator[tuple[str, Any]]:
        """Rows with start <= key < stop, in the order of their keys' UTF-8 bytes."""


class RowCodec(NamedTuple):
    """How rows of one kind are written: `decode(encode(row)) == row`, and equal rows give equal bytes.

    `small` rows never come near what one record holds, so nobody needs to measure them.
    """

    encode: Callable[[Any], bytes]
    decode: Callable[[bytes], Any]
    small: bool = False


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
    """Rows in dictionaries, one a kind: for pure tests, simulations and replays without a store."""

    def __init__(self) -> None:
        self.kinds: dict[str, dict[str, Any]] = {}

    def get(self, kind: str, key: str) -> Any | None:
        """The row, or None."""
        rows = self.kinds.get(kind)
        return rows.get(key) if rows else None

    def put(self, kind: str, key: str, row: Any | None) -> None:
        """Set or, with None, delete a row."""
        if row is None:
            self.kinds.get(kind, {}).pop(key, None)
        else:
            self.kinds.setdefault(kind, {})[key] = row

    def scan(self, kind: str, start: str, stop: str) -> Iterator[tuple[str, Any]]:
        """Rows with start <= key < stop, in the order of their keys' UTF-8 bytes."""
        first, end = start.encode(), stop.encode()
        found = [(key.encode(), key, row) for key, row in self.kinds.get(kind, {}).items()]
        within = sorted((one for one in found if first <= one[0] < end), key=lambda one: one[0])
        yield from ((key, row) for _, key, row in within)


class Reference(Protocol):
    """Reference data as a decision sees it: items by kind and id, each kind at one version."""

    def item(self, kind: str, item_id: str) -> Any | None:
        """The item of the active version, or None."""

    def items(self, kind: str) -> tuple[Any, ...]:
        """All items of the active version, ordered by id."""

    def version(self, kind: str) -> str:
        """The active version's content address; empty when none was published."""

    def derived(self, kind: str, build: Callable[[tuple[Any, ...]], Derived]) -> Derived:
        """What `build`, a pure function, makes of all items of the active version; made once a version."""


class MemoryReference:
    """Reference data given at once: for pure tests and replays."""

    def __init__(self, **kinds: tuple[Any, ...]) -> None:
        self.kinds = {kind: {item.id: item for item in items} for kind, items in kinds.items()}
        self._derived: dict[tuple[str, Any], Any] = {}

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

    def derived(self, kind: str, build: Callable[[tuple[Any, ...]], Derived]) -> Derived:
        """What `build` makes of all items, made once."""
        if (kind, build) not in self._derived:
            self._derived[kind, build] = build(self.items(kind))
        found: Derived = self._derived[kind, build]
        return found
