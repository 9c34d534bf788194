"""When a tenure may begin a transaction: one at a time, none while suspended, none once it is given up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cauce.runtime.lane import TenureLost


class Gate:
    """Batches pass while the gate is open. The background passes then too, and says its last words at the closing."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._turn = asyncio.Lock()
        self._moved = asyncio.Event()  # set unless suspended
        self.open = False
        self._last_words = False
        self._closed = False

    def resume(self) -> None:
        """Let transactions begin."""
        self.open = True
        self._moved.set()

    def suspend(self) -> None:
        """Let no transaction begin; the one under way may finish."""
        self.open = False
        self._moved.clear()

    def let_last_words(self) -> None:
        """Suspend batches for good, and let the background pass: harmless, as its commits fail where we were fenced."""
        self.open, self._last_words = False, True
        self._moved.set()

    def close(self) -> None:
        """Nothing passes any more, and whoever waits is told."""
        self.open, self._last_words, self._closed = False, False, True
        self._moved.set()

    @asynccontextmanager
    async def batch(self) -> AsyncIterator[bool]:
        """The turn of a batch; False when it must not begin."""
        async with self._turn:
            yield self.open

    @asynccontextmanager
    async def between_batches(self) -> AsyncIterator[None]:
        """The turn of the background, when it comes. Raises TenureLost."""
        while True:
            await self._moved.wait()
            async with self._turn:
                if self._closed:
                    raise TenureLost(f"{self._name} was given up")
                if self.open or self._last_words:
                    yield
                    return

    async def settle(self) -> None:
        """Return when no transaction is under way."""
        async with self._turn:
            return
