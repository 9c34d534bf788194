"""Runners: lanes that perform effects at a provider and record each one's answer, once.

The handler notes requests down; a background task of each tenure performs them (`calls.py`). A replay has no tenures,
so it can touch nobody.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from cauce.runtime.clock import clock_of
from cauce.runtime.deciding import receive
from cauce.runtime.lane import Lane, Record, TenureHandle, Work
from cauce.runtime.runners.calls import Calls
from cauce.runtime.runners.circuit import Circuit, Patience
from cauce.runtime.runners.errands import COUNTS, ERRANDS, REQUESTS, Results, request
from cauce.runtime.runners.performing import KnowsItsWidth, LooksUp, Provider
from cauce.runtime.service import RunnerLane
from cauce.runtime.settings import Settings
from schemas.light import read_light
from schemas.topics import Family


class Runner:
    """A declared runner at work: one connection and one circuit, whatever number of partitions the worker holds."""

    def __init__(self, declared: RunnerLane, settings: Settings, patience: Patience | None = None) -> None:
        self._declared, self._settings = declared, settings
        self._patience = patience or Patience()
        self._circuit = Circuit(self._patience)
        self._results = Results(
            service=declared.service, lane=declared.name, topic=declared.results, release=settings.release
        )
        self._connecting = asyncio.Lock()
        self._connection: tuple[Provider, AsyncExitStack] | None = None
        self._users = 0

    def handle(self, record: Record, work: Work) -> None:
        """See cauce.runtime.lane.Handler: a request that comes twice is one errand."""
        request(work, receive(record, read_light))

    async def background(self, tenure: TenureHandle) -> None:
        """See cauce.runtime.lane.Background."""
        async with self._connected() as provider:
            calls = Calls(
                tenure,
                provider,
                results=self._results,
                circuit=self._circuit,
                patience=self._patience,
                clock=clock_of(self._settings),
                concurrency=self._width(provider),
            )
            await calls.run()

    def _width(self, provider: Provider) -> int:
        return provider.concurrency if isinstance(provider, KnowsItsWidth) else self._declared.concurrency

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Provider]:
        """The provider: opened by the first tenure that needs it, closed after the last."""
        async with self._connecting:
            if self._connection is None:
                stack = AsyncExitStack()
                self._connection = await stack.enter_async_context(self._declared.connect(self._settings)), stack
            self._users += 1
        provider, stack = self._connection
        try:
            yield provider
        finally:
            self._users -= 1
            if not self._users:
                self._connection = None
                await stack.aclose()


def runner_lane(declared: RunnerLane, settings: Settings, patience: Patience | None = None) -> Lane:
    """The lane of a declared runner."""
    runner = Runner(declared, settings, patience)
    return Lane(
        service=declared.service,
        name=declared.name,
        inputs=(declared.effects,),
        outputs=(declared.results,),
        tables=(ERRANDS, REQUESTS, COUNTS),
        handler=runner.handle,
        family=Family.ORDERS.value,
        background=runner.background,
    )


__all__ = ["LooksUp", "Provider", "Runner", "runner_lane"]
