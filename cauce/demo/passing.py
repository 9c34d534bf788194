"""How business time passes in a demo: with what the channel sends, then quickly."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path

from cauce.runtime.clock import SYSTEM, ClockHand
from cauce.runtime.settings import Settings

LOOK_SECONDS = 0.25
A_LOOK_LATER = timedelta(hours=3)  # how far the demo's clock goes in LOOK_SECONDS after the last order


def clock_setter(settings: Settings, at: datetime) -> Callable[[datetime], None]:
    """What sets the deployment's clock; it begins at `at`."""
    if settings.clock == SYSTEM:
        return lambda _: None  # real time passes by itself
    return ClockHand(Path(settings.clock), at).set


@contextlib.asynccontextmanager
async def time_going_on(set_clock: Callable[[datetime], None], at: datetime) -> AsyncIterator[None]:
    """After the last order the days pass quickly, so that what waits for a time need not be waited for."""

    async def pass_by() -> None:
        now = at
        while True:
            now += A_LOOK_LATER
            set_clock(now)
            await asyncio.sleep(LOOK_SECONDS)

    passing = asyncio.ensure_future(pass_by())
    try:
        yield
    finally:
        passing.cancel()
