"""Patience with a provider: how long to wait before the same call again, and when to stop calling at all."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from secrets import SystemRandom
from typing import NamedTuple

Jitter = Callable[[float, float], float]  # a number between two, as random.uniform

FIRST_SECONDS, LONGEST_SECONDS = 0.5, 300.0
LONGEST_OBEYED_SECONDS = 3600.0  # whatever a provider asks for
_DOUBLINGS = 20


@dataclass(frozen=True, slots=True)
class Patience:
    """How the waits grow. `trip_after` failures in a row open the circuit."""

    first_seconds: float = FIRST_SECONDS
    longest_seconds: float = LONGEST_SECONDS
    trip_after: int = 5
    jitter: Jitter = SystemRandom().uniform

    def before_again(self, attempts: int, retry_after_seconds: float = 0.0) -> float:
        """Seconds until the next attempt: exponential with full jitter, and never before the provider wants to see us.

        Full jitter after "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
        """
        drawn = self.jitter(0.0, self._bound(attempts))
        return max(drawn, min(retry_after_seconds, LONGEST_OBEYED_SECONDS))

    def before_probe(self, trips: int) -> float:
        """Seconds an open circuit waits: at least half of the bound, since the point is to leave the provider alone."""
        bound = self._bound(trips)
        return self.jitter(bound / 2, bound)

    def _bound(self, doublings: int) -> float:
        return min(self.longest_seconds, self.first_seconds * 2.0 ** min(doublings - 1, _DOUBLINGS))


class Room(NamedTuple):
    """How many calls may start now; with none, when to ask again, unless the circuit moves before."""

    calls: int
    until: float | None = None


MANY = 1 << 30


class Circuit:
    """Closed while the provider answers; open after failures in a row; then one probe decides. Times are of one clock.

    Whoever was told "none" waits for `moved`, an event that is replaced each time it is set.
    """

    def __init__(self, patience: Patience) -> None:
        self.moved = asyncio.Event()
        self._patience = patience
        self._failures = 0
        self._trips = 0
        self._closed_until = 0.0
        self._probing = False

    @property
    def open(self) -> bool:
        """Whether the provider is taken for down."""
        return self._trips > 0

    def room(self, now: float) -> Room:
        """How many calls may start."""
        if not self.open:
            return Room(MANY)
        if self._probing:
            return Room(0)
        return Room(1) if now >= self._closed_until else Room(0, self._closed_until)

    def started(self) -> None:
        """A call started; of an open circuit, it is the probe."""
        self._probing = self.open

    def answered(self) -> None:
        """The provider answered something final."""
        self._failures, self._trips, self._probing = 0, 0, False
        self._move()

    def failed(self, now: float, retry_after_seconds: float = 0.0) -> None:
        """A call failed. Calls that were under way when the circuit opened change nothing."""
        self._failures += 1
        if self.open and not self._probing:
            return
        if self.open or self._failures >= self._patience.trip_after:
            self._trips += 1
            pause = self._patience.before_probe(self._trips)
            self._closed_until = now + max(pause, min(retry_after_seconds, LONGEST_OBEYED_SECONDS))
            self._probing = False
            self._move()

    def abandoned(self) -> None:
        """A call was given up before it ended; if it was the probe, another may be sent."""
        self._probing = False
        self._move()

    def _move(self) -> None:
        self.moved.set()
        self.moved = asyncio.Event()
