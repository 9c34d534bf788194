"""Time that passes when the simulation says so: an event loop that waits for nothing, and the hand of all clocks."""

import asyncio
from datetime import UTC, datetime, timedelta

from cauce.runtime.clock import ClockHand

OPENS_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class VirtualLoop(asyncio.BaseEventLoop):
    """Runs what is ready in the order it became so. Its own selector: there is nothing to select."""

    def __init__(self):
        super().__init__()
        self._selector = self
        self.seconds = 0.0

    def time(self):
        return self.seconds

    def select(self, _timeout):
        return []

    def _process_events(self, _events):
        """None ever come."""

    def settle(self):
        """Run until nothing is ready and no timer is due."""
        while self._ready or self.next_timer() <= self.seconds:
            self.stop()
            self.run_forever()

    def next_timer(self):
        """When something will be due; infinity if nothing ever will."""
        if not self._scheduled:
            return float("inf")
        return min((timer.when() for timer in self._scheduled if not timer.cancelled()), default=float("inf"))


class Times:
    """The one time that all clocks of a simulation tell."""

    def __init__(self, path):
        self.loop = VirtualLoop()
        self._hand = ClockHand(path, OPENS_AT)

    @property
    def now(self):
        return OPENS_AT + timedelta(seconds=self.loop.seconds)

    def pass_by(self, seconds):
        """Let time pass, at once; what became due by it runs."""
        self.loop.seconds += seconds
        self._hand.set(self.now)
        self.loop.settle()
