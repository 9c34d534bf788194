"""Runs a schedule against a deployment, and keeps the proof of every fault."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from chaos.schedule import Fault, Injection


class NotStruck(Exception):
    """The fault did not come about: whom it was meant for did not run, or did not do as it was told."""


class Struck(NamedTuple):
    """An injection that is over; `proven` is what was seen of it, empty where nothing was: then `why` says so."""

    injection: Injection
    ended_seconds: float
    proven: str = ""
    why: str = ""


class Striking(Protocol):
    """One kind of fault."""

    async def strike(self, injection: Injection) -> str:
        """Do it, undo it, and answer what proves that it was done. Raises NotStruck."""


class Nemesis:
    """Strikes at its times, several at once if they are so planned."""

    def __init__(
        self, plan: Sequence[Injection], strikes: Mapping[Fault, Striking], show: Callable[[str], None]
    ) -> None:
        self.plan, self.struck = plan, list[Struck]()
        self._strikes, self._show = strikes, show

    async def run(self) -> None:
        """Return when the last fault is over, and undone."""
        clock = asyncio.get_running_loop().time
        begun = clock()
        async with asyncio.TaskGroup() as group:
            for injection in self.plan:
                await asyncio.sleep(max(0.0, begun + injection.at_seconds - clock()))
                group.create_task(self._one(injection, begun))

    async def _one(self, injection: Injection, begun: float) -> None:
        proven = why = ""
        try:
            proven = await self._strikes[injection.fault].strike(injection)
        except NotStruck as reason:
            why = str(reason)
        ended = asyncio.get_running_loop().time() - begun
        self.struck.append(Struck(injection, round(ended, 2), proven, why))
        whom = ", ".join(injection.targets)
        self._show(f"{injection.fault} {injection.form} {whom}: {proven or f'not struck, {why}'}")

    def injected(self) -> Counter[Fault]:
        """How many of each kind were proven."""
        return Counter(struck.injection.fault for struck in self.struck if struck.proven)
