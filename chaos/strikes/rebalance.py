"""Workers leave and come: one by SIGTERM, all of a service one after the other, or one more for a while."""

import asyncio
import signal
import time

from chaos.deployment import Deployment
from chaos.nemesis import NotStruck
from chaos.recovery import Recovery
from chaos.schedule import Injection

LEAVE_SECONDS, WORK_SECONDS = 25, 60


class Rebalance:
    """Every form makes the group assign anew, twice."""

    def __init__(self, deployment: Deployment, recovery: Recovery) -> None:
        self._deployment, self._recovery = deployment, recovery
        self.leaving_seconds: list[float] = []

    async def strike(self, injection: Injection) -> str:
        """See Striking."""
        if injection.form == "join":
            return await self._join(injection)
        return ", ".join([await self._leave(name, injection) for name in injection.targets])

    async def _leave(self, name: str, injection: Injection) -> str:
        held, pid = self._deployment.held(name), self._deployment.pid(name)
        if pid is None:
            raise NotStruck(f"{name} did not run")
        began = time.monotonic()
        self._deployment.signal(pid, signal.SIGTERM)
        if not await self._deployment.ends(pid, seconds=LEAVE_SECONDS):
            raise NotStruck(f"pid {pid} did not leave")
        left = time.monotonic() - began
        self.leaving_seconds.append(left)
        await self._recovery.watch(injection.name, held, since=began)
        if injection.form == "roll" and await self._deployment.acquires(name, but=pid, seconds=WORK_SECONDS) is None:
            raise NotStruck(f"{name} had no work again in {WORK_SECONDS} s")
        return f"pid {pid} left in {left:.1f} s"

    async def _join(self, injection: Injection) -> str:
        (service,) = injection.targets
        async with self._deployment.joined(service) as name:
            pid = await self._deployment.acquires(name, but=None, seconds=WORK_SECONDS)
            if pid is None:
                raise NotStruck(f"{name} was given nothing in {WORK_SECONDS} s")
            held = len(self._deployment.held(name))
            await asyncio.sleep(injection.lasts_seconds)
        return f"{name} had {held} places for {injection.lasts_seconds:.0f} s"
