"""SIGSTOP: a worker stands still for longer than its group waits for it, then wakes and must do no harm."""

import asyncio
import signal

from cauce.runtime.broker.programs import birth
from chaos.deployment import Deployment, state
from chaos.nemesis import NotStruck
from chaos.recovery import Recovery
from chaos.schedule import Injection

STOPPED = "T"
_SETTLE_SECONDS = 0.1
AFTER_SECONDS = 10  # that it is looked at once it woke


class Stop:
    """The kernel stops it, and others take its work."""

    def __init__(self, deployment: Deployment, recovery: Recovery) -> None:
        self._deployment, self._recovery = deployment, recovery

    async def strike(self, injection: Injection) -> str:
        """See Striking."""
        (name,) = injection.targets
        held, pid = self._deployment.held(name), self._deployment.pid(name)
        if pid is None:
            raise NotStruck("it did not run")
        born = birth(pid)
        self._deployment.signal(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(_SETTLE_SECONDS)
            await self._recovery.watch(injection.name, held)
            await asyncio.sleep(max(0.0, injection.lasts_seconds - _SETTLE_SECONDS))
            if birth(pid) != born or state(pid) != STOPPED:
                raise NotStruck(f"pid {pid} did not stand still")
        finally:
            self._deployment.signal(pid, signal.SIGCONT)
        ended = await self._deployment.ends(pid, seconds=AFTER_SECONDS)
        woke = "ended when it woke" if ended else "took its place again when it woke"
        return f"pid {pid} stood still for {injection.lasts_seconds:.0f} s, {woke}"
