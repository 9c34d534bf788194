"""The tenures this worker holds: taken and given up with Faust's assignment, fed with what its consumer fetched."""

import asyncio
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from aiokafka import TopicPartition

from cauce.runtime.engine.restore import restore
from cauce.runtime.engine.station import Station
from cauce.runtime.engine.tenure import Tenure
from cauce.runtime.lane import Lane, Misfit

Place = tuple[str, int]  # lane and partition number


class Tenures:
    """All lanes of the app, and the tenures this worker holds of them."""

    def __init__(self, lanes: Iterable[Lane], station: Station) -> None:
        self.lanes = {lane.name: lane for lane in lanes}
        self.station = station
        self.held: dict[Place, Tenure] = {}
        self._expelled = False  # the group gave us up since tenures were last taken
        self._taking = asyncio.Lock()  # a canceled acquire lets go of its stores before the next one opens them

    # -- with the assignment

    def wanted(self, assigned: Iterable[tuple[str, int]]) -> set[Place]:
        """The tenures that go with an assignment.

        Raises Misfit when only some inputs of a partition number are ours. Faust assigns topics together when they
        have the same partition count *and the same subscribers*, so this is old and new code with other inputs
        running at once.
        """
        numbers: dict[str, set[int]] = {}
        for topic, number in assigned:
            numbers.setdefault(topic, set()).add(number)
        wanted = set()
        for lane in self.lanes.values():
            parts = {topic: numbers.get(self.station.prefix + topic, set()) for topic in lane.inputs}
            first = parts[lane.inputs[0]]
            if any(part != first for part in parts.values()):
                spread = {topic: sorted(part) for topic, part in parts.items()}
                raise Misfit(
                    f"{lane.id}: its inputs are not assigned together: {spread}; stop all its workers, then start them"
                )
            wanted |= {(lane.name, number) for number in first}
        return wanted

    async def acquire(self, assigned: Iterable[tuple[str, int]]) -> None:
        """Take the tenures of the assigned partitions: fence, then open the stores, then restore.

        A tenure kept across a rebalance needs nothing: had anybody else worked on it, its next commit would fail. One
        that failed so is taken anew; who was given up by the group keeps none, since others were to work on all.
        """
        async with self._taking:
            wanted, expelled = self.wanted(assigned), self._expelled
            self._expelled = False
            self.lose()
            if not expelled:
                self.raise_failures()
            await self._close([p for p, held in self.held.items() if expelled or held.lost or p not in wanted])
            kept = sorted(self.held)
            fresh = [Tenure(self.lanes[name], number, self.station) for name, number in sorted(wanted - set(kept))]
            try:
                figures = await self._take(fresh)
            except BaseException:
                await asyncio.gather(*(tenure.close() for tenure in fresh), return_exceptions=True)
                raise
            self.held.update({(tenure.lane.name, tenure.partition): tenure for tenure in fresh})
        self.station.watch.tell(
            "acquired",
            kept=",".join(f"{name}/{number}" for name, number in kept),
            fresh=",".join(f"{tenure.lane.name}/{tenure.partition}" for tenure in fresh),
            **figures,
        )

    async def _take(self, fresh: Sequence[Tenure]) -> dict[str, int]:
        started = time.perf_counter()
        await asyncio.gather(*(tenure.fence() for tenure in fresh))
        fenced = time.perf_counter()
        for tenure in fresh:
            tenure.open()
        restored = await restore(fresh, self.station) if fresh else 0
        spent = time.perf_counter() - fenced
        return {"fence_ms": round((fenced - started) * 1e3), "restore_ms": round(spent * 1e3), "restored": restored}

    def expel(self) -> None:
        """The group had given us up: what we hold may be another's by now. May be called from any thread."""
        self._expelled = True

    async def release(self, revoked: Collection[tuple[str, int]]) -> None:
        """Give up the tenures of revoked partitions, before Faust closes and reopens their stores."""
        async with self._taking:
            gone = set(revoked)
            await self._close([place for place, held in self.held.items() if not gone.isdisjoint(held.inputs)])

    async def _close(self, places: Sequence[Place]) -> None:
        await asyncio.gather(*(self.held.pop(place).close() for place in places))

    async def close(self) -> None:
        """Give up all."""
        self.suspend()
        await self._close(list(self.held))

    # -- the flow of records

    def suspend(self) -> None:
        """Rebalance or stop: no new transaction; those under way may finish."""
        for tenure in self.held.values():
            tenure.gate.suspend()

    async def settle(self) -> None:
        """No new transactions, and wait for those under way."""
        self.suspend()
        await asyncio.gather(*(tenure.settle() for tenure in self.held.values()))

    def resume(self) -> None:
        """Transactions may start."""
        for tenure in self.held.values():
            tenure.resume()

    def lose(self) -> bool:
        """Whether others have fenced tenures of ours that we took for ours until now; `acquire` lets go of them."""
        lost = [tenure for tenure in self.held.values() if tenure.lose()]
        return bool(lost)

    def raise_failures(self) -> None:
        """Raise the error of a tenure that cannot go on, unless it is lost."""
        for tenure in self.held.values():
            if not tenure.lost and (failure := tenure.failure()) is not None:
                raise failure

    def free(self) -> dict[TopicPartition, Tenure]:
        """Input partitions whose tenure is ready for records. Raises the error of one that failed."""
        self.raise_failures()
        return {tp: tenure for tenure in self.held.values() if tenure.is_free for tp in tenure.inputs}

    def running(self) -> list[asyncio.Task[None]]:
        """The tasks after which tenures will be ready."""
        return [task for tenure in self.held.values() if (task := tenure.under_way) is not None]

    def launch(self, fetched: Mapping[tuple[str, int], Sequence[Any]], free: Mapping[Any, Tenure]) -> None:
        """Start a task for each tenure that got records; tenures run side by side."""
        shares: dict[Tenure, dict[str, Sequence[Any]]] = {}
        prefix = len(self.station.prefix)
        for tp, records in fetched.items():
            shares.setdefault(free[tp], {})[tp[0][prefix:]] = records
        for tenure, share in shares.items():
            tenure.task = asyncio.ensure_future(tenure.process(share))

    def positions(self, tenures: Iterable[Tenure]) -> dict[TopicPartition, int]:
        """Next offsets of the inputs of `tenures`."""
        return {tp: offset for tenure in tenures for tp, offset in tenure.positions().items()}
