"""The clock of the deployment: hours ahead for a while, hours back, or standing still."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cauce.runtime.clock import ClockHand
from chaos.schedule import Injection

TICK_SECONDS = 0.1
STEPS = {"ahead": timedelta(hours=3), "back": -timedelta(hours=2)}


class Hand:
    """Shows real time, unless it is told otherwise; made by `showing`."""

    def __init__(self, path: Path) -> None:
        self.off, self.stands = timedelta(), False
        self._hand = ClockHand(path, datetime.now(UTC))

    @property
    def shown(self) -> datetime:
        """What a process that looks now sees."""
        return datetime.now(UTC) + self.off

    async def run(self) -> None:
        """Go, until canceled."""
        while True:
            if not self.stands:
                self._hand.set(self.shown)
            await asyncio.sleep(TICK_SECONDS)


class Clock:
    """Doors and ticks take their time from it; where it steps back, who has read it waits until it is there."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand

    async def strike(self, injection: Injection) -> str:
        """See Striking."""
        if injection.form == "stands":
            return await self._stand(injection.lasts_seconds)
        step = STEPS[injection.form]
        self._hand.off += step
        try:
            await asyncio.sleep(injection.lasts_seconds)
        finally:
            self._hand.off -= step
        return f"{step / timedelta(hours=1):+.0f} h for {injection.lasts_seconds:.0f} s, and back"

    async def _stand(self, seconds: float) -> str:
        self._hand.stands = True
        try:
            await asyncio.sleep(seconds)
        finally:
            self._hand.stands = False
        return f"it stood still for {seconds:.0f} s"


@asynccontextmanager
async def showing(path: Path) -> AsyncIterator[Hand]:
    """A hand that goes for as long as this lasts."""
    hand = Hand(path)
    going = asyncio.ensure_future(hand.run())
    try:
        yield hand
    finally:
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
