"""With --kill-each: kill -9 of one worker of each service after the other, while orders flow."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from cauce.demo.waiting import Ask
from cauce.runtime.supervisor import Supervisor


class Killer:
    """Kills each of `names` once. `killed` counts them by name."""

    def __init__(self, supervisor: Supervisor, names: Iterable[str]) -> None:
        self._supervisor, self._names = supervisor, list(names)
        self.killed: Counter[str] = Counter()

    async def kill_each(self, until: Callable[[Ask], Awaitable[None]], decided: Callable[[], float]) -> None:
        """Spread over the orders: `decided` is the share of them that is decided on, `until` waits."""
        for number, name in enumerate(self._names, start=1):
            await until(partial(_reached, decided, number / (len(self._names) + 1)))
            await until(partial(self._kill, name))

    def _kill(self, name: str) -> bool:
        """Whether it ran, so that it could be killed."""
        if self._supervisor.kill(name) is None:
            return False
        self.killed[name] += 1
        return True


def _reached(decided: Callable[[], float], share: float) -> bool:
    return decided() >= share
