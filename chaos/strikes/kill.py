"""Kill -9: of one worker or all of them, again while it comes back, or with its disk."""

import asyncio
import signal
from collections.abc import Iterable

from chaos.deployment import Deployment, Place
from chaos.nemesis import NotStruck
from chaos.recovery import Recovery
from chaos.schedule import Injection

DEAD_SECONDS, BACK_SECONDS = 5, 60


class Kill:
    """The supervisor starts again what was killed."""

    def __init__(self, deployment: Deployment, recovery: Recovery) -> None:
        self._deployment, self._recovery = deployment, recovery

    async def strike(self, injection: Injection) -> str:
        """See Striking."""
        held = {place for name in injection.targets for place in self._deployment.held(name)}
        pids = await self._kill(injection.targets)
        match injection.form:
            case "again":
                return await self._again(injection, pids, held)
            case "wiped":
                self._deployment.wipe(*injection.targets)
        await self._recovery.watch(injection.name, held)
        return f"{_listed(pids)} dead"

    async def _again(self, injection: Injection, pids: dict[str, int], held: set[Place]) -> str:
        """Once more as it starts, fences or restores."""
        (name,) = injection.targets
        if await self._deployment.starts(name, but=pids[name], seconds=BACK_SECONDS) is None:
            raise NotStruck(f"{name} was not started again in {BACK_SECONDS} s")
        await asyncio.sleep(injection.lasts_seconds)
        early = not self._deployment.held(name)
        again = await self._kill(injection.targets)
        await self._recovery.watch(injection.name, held)
        return f"{_listed(pids)} dead, {_listed(again)} too, {'before' if early else 'after'} it had work again"

    async def _kill(self, names: Iterable[str]) -> dict[str, int]:
        running = {name: pid for name in names if (pid := self._deployment.pid(name)) is not None}
        for pid in running.values():
            self._deployment.signal(pid, signal.SIGKILL)
        for pid in running.values():
            if not await self._deployment.ends(pid, seconds=DEAD_SECONDS):
                raise NotStruck(f"pid {pid} lives on")
        if not running:
            raise NotStruck("nobody of that name ran")
        return running


def _listed(pids: dict[str, int]) -> str:
    return ", ".join(f"pid {pid}" for pid in pids.values())
