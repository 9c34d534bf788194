"""What a run shows while it lasts: a line an event, and on a terminal a line of figures that changes."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console

from chaos.run import Run

REFRESH_SECONDS, FIGURES_SECONDS = 0.5, 15.0


class Screen:
    """Writes to a console; where that is no terminal, figures come every now and then as a line of their own."""

    def __init__(self, console: Console) -> None:
        self._console, self._begun = console, time.monotonic()

    def show(self, line: str) -> None:
        """One line, with the time."""
        self._console.print(f"{time.monotonic() - self._begun:6.1f} s  {line}", highlight=False, soft_wrap=True)

    @asynccontextmanager
    async def watching(self, run: Run) -> AsyncIterator[None]:
        """Meanwhile show the figures of the run."""
        task = asyncio.ensure_future(self._live(run) if self._console.is_terminal else self._lines(run))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _live(self, run: Run) -> None:
        with self._console.status("") as status:
            while True:
                status.update(f"{time.monotonic() - self._begun:6.1f} s  {run.step}; {run.figures()}")
                await asyncio.sleep(REFRESH_SECONDS)

    async def _lines(self, run: Run) -> None:
        while True:
            await asyncio.sleep(FIGURES_SECONDS)
            self.show(run.figures())
