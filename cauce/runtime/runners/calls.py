"""Which effects of a tenure are performed now, and the transactions that remember it.

Before a call its attempt is committed, so that whoever comes after a crash knows that it may have been done; after it
the answer is. All attempts and answers that are ready share a transaction. A call that waits for its next attempt, or
for a slow provider, holds up no other as long as `concurrency` calls are not all slow.
"""

import asyncio
import heapq
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from cauce.runtime.clock import Clock
from cauce.runtime.lane import TenureHandle, TenureLost, Work
from cauce.runtime.runners.circuit import Circuit, Patience, Room
from cauce.runtime.runners.errands import ERRANDS, Errand, Results
from cauce.runtime.runners.performing import Provider, call
from cauce.runtime.service import Answer, ProviderDown

log = logging.getLogger("cauce.runner")

HELD = 10_000  # errands in memory, a tenure; the rest wait in the table
LAST_WORDS_SECONDS = 3.0  # for calls under way when the tenure is given up in good order
_WORTH_SAYING = frozenset({5, 20, 100, 500, 2000})  # attempts
_END = b"\xff" * 9


@dataclass(slots=True)
class Task:
    """An errand in memory; `maybe_done`: its last attempt may have reached the provider."""

    key: bytes
    errand: Errand
    maybe_done: bool


class Calls:
    """The calls of one tenure to a provider, whose circuit all tenures of the worker share."""

    def __init__(
        self,
        tenure: TenureHandle,
        provider: Provider,
        *,
        results: Results,
        circuit: Circuit,
        patience: Patience,
        clock: Clock,
        concurrency: int,
    ) -> None:
        self._tenure, self._provider, self._results = tenure, provider, results
        self._circuit, self._patience, self._clock, self._concurrency = circuit, patience, clock, concurrency
        self._next = b""  # the first key not yet held
        self._due: list[tuple[float, bytes]] = []  # a heap, by the loop's time
        self._held: dict[bytes, Task] = {}
        self._attempted: list[Task] = []  # in the table, and not yet called
        self._running: dict[asyncio.Task[Answer | ProviderDown], Task] = {}
        self._answered: list[tuple[Task, Answer]] = []

    async def run(self) -> None:
        """Perform effects until canceled. Raises TenureLost."""
        try:
            while True:
                self._tenure.changed.clear()
                self._take()
                self._collect()
                starting = self._choose()
                if starting or self._answered:
                    await self._commit(starting)
                else:
                    await self._news()
        except asyncio.CancelledError:
            with suppress(TenureLost):
                await self._finish()
            raise
        finally:
            await self._abandon()

    def _take(self) -> None:
        """Hold what the last commits brought."""
        room = HELD - len(self._held)
        for key, errand in self._tenure.scan(ERRANDS, self._next, _END, limit=room) if room > 0 else ():
            self._held[key] = Task(key, errand, maybe_done=errand.attempts > 0)
            heapq.heappush(self._due, (self._now(), key))
            self._next = key + b"\0"

    def _choose(self) -> list[Task]:
        """Those that are due, oldest first, as far as there is room for calls."""
        now = self._now()
        room = min(self._concurrency - len(self._running), self._circuit.room(now).calls)
        chosen: list[Task] = []
        while len(chosen) < room and self._due and self._due[0][0] <= now:
            chosen.append(self._held[heapq.heappop(self._due)[1]])
            self._circuit.started()
        return chosen

    async def _commit(self, starting: Sequence[Task]) -> None:
        at = self._clock.now()

        def record(work: Work) -> None:
            self._record_answers(work, at)
            for task in starting:
                task.errand = task.errand.tried(at, maybe_done=task.maybe_done)
                work.put(ERRANDS, task.key, task.errand)
            self._attempted += starting

        try:
            await self._tenure.transact(record)
        except BaseException:
            self._circuit.abandoned()
            raise
        now = self._clock.now()  # the turn may have been long in coming, and a key grows old meanwhile
        for task in self._attempted:
            self._running[asyncio.ensure_future(call(self._provider, task.errand, now))] = task
        self._attempted = []

    def _record_answers(self, work: Work, at: datetime) -> None:
        for task, answer in self._answered:
            self._results.answer(work, task.key, task.errand, answer, at)
            del self._held[task.key]
        self._answered = []

    def _collect(self) -> None:
        """Sort out the calls that ended."""
        for running in [running for running in self._running if running.done()]:
            task, word = self._running.pop(running), running.result()
            if isinstance(word, Answer):
                self._answer(task, word)
            else:
                self._again(task, word)

    def _answer(self, task: Task, answer: Answer) -> None:
        if self._circuit.open:
            log.info("provider answers again topic=%s", self._results.topic)
        self._circuit.answered()
        self._answered.append((task, answer))

    def _again(self, task: Task, down: ProviderDown) -> None:
        attempts, was_open = task.errand.attempts, self._circuit.open
        self._circuit.failed(self._now(), down.retry_after_seconds)
        if self._circuit.open and not was_open:
            log.warning("provider down, calls pause topic=%s reason=%s", self._results.topic, down)
        if attempts in _WORTH_SAYING:
            log.warning("no answer yet effect=%s attempts=%d reason=%s", task.errand.effect_id, attempts, down)
        task.maybe_done = down.may_have_acted
        wait = self._patience.before_again(attempts, down.retry_after_seconds)
        heapq.heappush(self._due, (self._now() + wait, task.key))

    async def _news(self) -> None:
        """Wait until a call ends, a commit brings errands, one is due, or the circuit lets calls through."""
        room = self._circuit.room(self._now())
        waits = [asyncio.ensure_future(self._tenure.changed.wait())]
        if not room.calls:
            waits.append(asyncio.ensure_future(self._circuit.moved.wait()))
        try:
            await asyncio.wait(
                [*waits, *self._running], timeout=self._patience_left(room), return_when="FIRST_COMPLETED"
            )
        finally:
            for wait in waits:
                wait.cancel()

    def _patience_left(self, room: Room) -> float | None:
        if not self._due or len(self._running) >= self._concurrency or (not room.calls and room.until is None):
            return None
        return max(0.0, max(self._due[0][0], room.until or 0.0) - self._now())

    async def _finish(self) -> None:
        """Hear the calls under way out, and record what they said; take back the attempts that were not made."""
        if self._running:
            await asyncio.wait(self._running, timeout=LAST_WORDS_SECONDS)
        self._collect()

        def record(work: Work) -> None:
            self._record_answers(work, self._clock.now())
            for task in self._attempted:
                work.put(ERRANDS, task.key, task.errand.untried(maybe_done=task.maybe_done))

        if self._answered or self._attempted:
            await self._tenure.transact(record)

    async def _abandon(self) -> None:
        for running in self._running:
            running.cancel()
            self._circuit.abandoned()
        if self._running:
            await asyncio.wait(self._running)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
