"""SIGSTOP: workers stand still for longer than their group waits for them, then wake and must do no harm."""

import asyncio
import signal

from cauce.runtime.broker.programs import birth
from chaos.deployment import Deployment, state
from chaos.nemesis import NotStruck
from chaos.recovery import Recovery
from chaos.schedule import Injection

STOPPED = "T"
AFTER_SECONDS = 10  # that they are looked at once they woke
_SETTLE_SECONDS = 0.1


class Stop:
    """The kernel stops one worker, and others take its work; or all of a service, and their work piles up."""

    def __init__(self, deployment: Deployment, recovery: Recovery) -> None:
        self._deployment, self._recovery = deployment, recovery

    async def strike(self, injection: Injection) -> str:
        """See Striking."""
        held = {place for name in injection.targets for place in self._deployment.held(name)}
        pids = {pid: birth(pid) for name in injection.targets if (pid := self._deployment.pid(name)) is not None}
        if not pids:
            raise NotStruck("nobody of that name ran")
        self._signal(pids, signal.SIGSTOP)
        try:
            await asyncio.sleep(_SETTLE_SECONDS)
            await self._recovery.watch(injection.name, held)
            await asyncio.sleep(max(0.0, injection.lasts_seconds - _SETTLE_SECONDS))
            moved = [pid for pid, born in pids.items() if birth(pid) != born or state(pid) != STOPPED]
        finally:
            self._signal(pids, signal.SIGCONT)
        if moved:
            raise NotStruck(f"pid {moved[0]} did not stand still")
        ended = [await self._deployment.ends(pid, seconds=AFTER_SECONDS / len(pids)) for pid in pids]
        listed = ", ".join(f"pid {pid}" for pid in pids)
        return f"{listed} stood still for {injection.lasts_seconds:.0f} s, {ended.count(True)} ended when they woke"

    def _signal(self, pids: dict[int, str | None], number: signal.Signals) -> None:
        for pid in pids:
            self._deployment.signal(pid, number)
