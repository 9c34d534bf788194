"""Brokers are killed, stopped, or all of them gone at once; each comes back on the data that it had."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from cauce.runtime.broker.programs import birth
from chaos.cluster import Cluster
from chaos.deployment import state
from chaos.nemesis import NotStruck
from chaos.recovery import Recovery
from chaos.schedule import Injection

STOPPED = "T"


class Broker:
    """Where one broker is the only one, work stands still meanwhile; where there are three, it goes on.

    One that is killed is back after some 10 s, when its session is given up: the next strike waits for that.
    """

    def __init__(self, cluster: Cluster, recovery: Recovery) -> None:
        self._cluster, self._recovery = cluster, recovery
        self._free = {name: asyncio.Lock() for name in cluster.nodes}

    async def strike(self, injection: Injection) -> str:
        """See Striking."""
        async with self._alone(injection.targets):
            return await self._strike(injection)

    @asynccontextmanager
    async def _alone(self, names: Sequence[str]) -> AsyncIterator[None]:
        """Nobody else strikes these brokers meanwhile; all take them in one order, so that none waits for ever."""
        async with AsyncExitStack() as stack:
            for name in sorted(names):
                await stack.enter_async_context(self._free[name])
            yield

    async def _strike(self, injection: Injection) -> str:
        began = time.monotonic()
        if injection.form == "stop":
            proof = await self._stop(injection.targets[0], injection.lasts_seconds)
        else:
            proof = await self._kill(injection.targets, injection.lasts_seconds)
        outage = len(injection.targets) == len(self._cluster.nodes)
        again = time.monotonic() if outage else began
        await self._recovery.watch(injection.name, self._recovery.places, since=again)
        return f"{proof}, answered again after {time.monotonic() - began:.1f} s"

    async def _kill(self, names: Sequence[str], seconds: float) -> str:
        pids = [await self._cluster.kill(name) for name in names]
        try:
            answered = [name for name in names if await self._cluster.answers(name)]
            if answered or any(birth(pid) is not None for pid in pids):
                raise NotStruck(f"{', '.join(answered)} lives on")
            await asyncio.sleep(seconds)
        finally:
            for name in names:
                await self._cluster.begin(name)
            for name in names:
                await self._cluster.ready(name)
        return f"{', '.join(f'pid {pid}' for pid in pids)} dead and deaf for {seconds:.0f} s"

    async def _stop(self, name: str, seconds: float) -> str:
        pid = self._cluster.nodes[name].pid
        if pid is None:
            raise NotStruck("it did not run")
        self._cluster.signal(name, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
            if state(pid) != STOPPED or await self._cluster.answers(name):
                raise NotStruck(f"pid {pid} did not stand still")
        finally:
            self._cluster.signal(name, signal.SIGCONT)
        await self._cluster.ready(name)
        return f"pid {pid} stood still for {seconds:.0f} s"
