"""One transaction of a tenure at a time, under way while the next batch is decided on what it will leave."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any


class Commits:
    """Commits in their order, one after the other. One that fails is the last."""

    def __init__(self) -> None:
        self._running: asyncio.Task[None] | None = None

    def under_way(self) -> asyncio.Task[None] | None:
        """The one that runs now."""
        return None if self._running is None or self._running.done() else self._running

    def begin(self, commit: Coroutine[Any, Any, None]) -> None:
        """Start the next, once `done`."""
        self._running = asyncio.get_running_loop().create_task(commit)

    async def done(self) -> None:
        """Wait for the one under way. Raises why it failed; it goes on when whoever waits is canceled."""
        if self._running is not None:
            await asyncio.shield(self._running)

    async def settle(self) -> None:
        """As `done`, whatever came of it."""
        if self._running is not None:
            await asyncio.wait([self._running])

    def failure(self) -> BaseException | None:
        """Why the last one failed."""
        running = self._running
        return running.exception() if running is not None and running.done() and not running.cancelled() else None


@contextmanager
def told_when_late(tell: Callable[[], None], seconds: float) -> Iterator[None]:
    """Call `tell` once where what is done within takes longer: brokers are asked again and again, without a word."""
    waiting = asyncio.get_running_loop().call_later(seconds, tell)
    try:
        yield
    finally:
        waiting.cancel()
