"""Where the lane enters Faust: its consumer hands fetched lists to tenures, its recovery takes tenures.

Faust keeps group membership, assignment, rebalancing, service lifecycle and table declarations. What is replaced, and
why, is in docs/decisions/0002; tests/runtime/test_seam.py holds the private names used here.
"""

import asyncio
from contextlib import suppress
from typing import Any

from aiokafka.errors import IllegalStateError
from faust.tables.manager import TableManager
from faust.tables.recovery import RebalanceAgain, Recovery, ServiceStopped
from faust.transport.drivers import aiokafka as driver
from mode import Service

from cauce.runtime.engine.tenures import Tenures

_BROKER_WAIT_MS = 250
_FETCH_SECONDS = 1.0


class LaneConsumerThread(driver.AIOKafkaConsumerThread):
    """Reads committed records only; Faust ties that to its own exactly-once."""

    _fetching: asyncio.Task[Any] | None = None
    _hurried = False

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._isolation_level = "read_committed"  # noqa: SLF001  # no setting reaches these two
        consumer._fetch_max_wait_ms = _BROKER_WAIT_MS  # noqa: SLF001  # an idle changelog's poll holds up the inputs'
        return consumer

    async def _fetch_records(self, consumer: Any, active_partitions: Any, **limits: Any) -> Any:
        """As Faust's, until `hurry`. aiokafka hands records out in its last step, so one that is ended took none."""
        if self._hurried:
            limits["timeout"] = 0
        records = super()._fetch_records(consumer, active_partitions, **limits)
        fetching = self._fetching = asyncio.ensure_future(records)
        try:
            await asyncio.wait([fetching])
            return {} if fetching.cancelled() else fetching.result()
        finally:
            fetching.cancel()
            self._fetching, self._hurried = None, False

    def hurry(self) -> None:
        """End the fetch under way, or the next where none is, with what there is. May be called from any thread."""
        self.thread_loop.call_soon_threadsafe(self._hurry)

    def _hurry(self) -> None:
        self._hurried = True
        if self._fetching is not None:
            self._fetching.cancel()

    async def on_thread_stop(self) -> None:
        """Leave the group. A static member would not: its partitions would wait until it is back, or given up."""
        coordinator = getattr(self._consumer, "_coordinator", None)
        if coordinator is not None:
            coordinator._group_instance_id = None  # noqa: SLF001  # no setting reaches it either
        await super().on_thread_stop()

    def join_again(self) -> None:
        """Ask the group anew what is ours. May be called from any thread."""
        self.thread_loop.call_soon_threadsafe(self._consumer._coordinator.request_rejoin)  # noqa: SLF001  # as above


class LaneRebalanceListener(driver.ConsumerRebalanceListener):
    """The words of a rebalance, in the consumer's thread."""

    _member: str | None = None  # as which the group knew us when it last gave us something

    async def on_partitions_assigned(self, assigned: Any) -> None:
        """Tell the tenures when the group had given us up: it takes us back as another member.

        Stay in the group while Faust opens the stores: aiokafka would send no heartbeat before that is done, and a
        busy disk takes longer than a session, again and again.
        """
        coordinator = self._thread._consumer._coordinator  # noqa: SLF001  # nobody else knows of the group
        if coordinator.member_id != self._member:
            self._thread.app.tenures.expel()
        self._member = coordinator.member_id
        coordinator._start_heartbeat_task()  # noqa: SLF001  # as above
        await super().on_partitions_assigned(assigned)


class LaneConsumer(driver.Consumer):
    """Faust's consumer without its conductor, channels, streams and acknowledgements."""

    RebalanceListener = LaneRebalanceListener
    _dropped = 0  # fetches that nobody took

    @property
    def tenures(self) -> Tenures:
        """Those of the app."""
        return self.app.tenures

    def _new_consumer_thread(self) -> Any:
        return LaneConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def verify_all_partitions_active(self) -> None:
        """Nothing: Faust would miss its own streams here, and say so every few minutes."""

    async def wait_empty(self) -> None:
        """Called on revoke and on stop, after the flow was stopped."""
        await self.tenures.settle()
        await super().wait_empty()

    async def perform_seek(self) -> None:
        """Called by Recovery before the flow is resumed, when partitions are.

        A fetch that began before the rebalance may end meanwhile, and take records after the seek: they are dropped,
        so the seek is made again.
        """
        sought = -1
        while sought < self._dropped:
            sought = self._dropped
            await self.seek_wait(self.tenures.positions(self.tenures.held.values()))
        self.tenures.resume()

    async def _drain_messages(self, fetcher: Any) -> None:
        try:
            while not (self._stopped.is_set() or fetcher._stopped.is_set()):  # noqa: SLF001  # Faust's own loop does so
                await asyncio.sleep(0)
                if not self.flow_active:
                    await self.wait(self.can_resume_flow)
                await self._turn()
        except (asyncio.CancelledError, *self.consumer_stopped_errors):
            if not self.app.should_stop:
                raise
        except Exception as exc:
            await self.app.fail(exc)
            raise

    async def _turn(self) -> None:
        """Fetch for the tenures that are free, and set them to work. Who was fenced asks anew what is his."""
        if self.tenures.lose():
            self._thread.join_again()
        # Captured before the fetch: one that waited through a rebalance must not be taken for the new tenure.
        epoch, free, running = self.app.rebalancing_count, self.tenures.free(), self.tenures.running()
        if not free:
            await asyncio.wait(running or [asyncio.ensure_future(asyncio.sleep(0.05))], return_when="FIRST_COMPLETED")
            return
        records = await self._fetched(set(free), running)
        if epoch == self.app.rebalancing_count and self.flow_active:
            self.tenures.launch(records, free)
        else:
            await self._rewind()

    async def _fetched(self, free: set[Any], running: list[asyncio.Task[None]]) -> Any:
        """What came for the free ones, until another is free too: one's backlog must not delay others."""
        fetching = asyncio.ensure_future(self._getmany(free, _FETCH_SECONDS))
        try:
            await asyncio.wait([fetching, *running], return_when=asyncio.FIRST_COMPLETED)
            if not fetching.done():
                self._thread.hurry()
            return await fetching
        finally:
            fetching.cancel()

    async def _rewind(self) -> None:
        """Fetched records were dropped: put the fetch positions back. Suspended tenures are sought before resume."""
        self._dropped += 1
        with suppress(IllegalStateError):
            await self.seek_wait(self.tenures.positions(set(self.tenures.free().values())))


class LaneTransport(driver.Transport):
    """Faust's transport with the lane's consumer."""

    Consumer = LaneConsumer


class LaneRecovery(Recovery):
    """Faust's recovery with the reading of changelogs replaced by taking tenures."""

    _superseded: asyncio.Event | None = None  # set when the assignment that is being taken is one no more

    def on_partitions_revoked(self, revoked: set[Any]) -> None:
        """First word of a rebalance or a stop."""
        del revoked
        self.app.tenures.suspend()
        if self._superseded is not None:
            self._superseded.set()

    async def _acquire(self) -> None:
        """Take what is assigned. Raises RebalanceAgain as soon as others may be given it: a late fence would end them.

        The signal that Faust waits for comes only with the next assignment.
        """
        superseded = self._superseded = asyncio.Event()
        taking = asyncio.ensure_future(self.app.tenures.acquire(self.app.consumer.assignment()))
        ending = asyncio.ensure_future(superseded.wait())
        try:
            await asyncio.wait([taking, ending], return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._superseded = None
            ending.cancel()
            if not taking.done():
                taking.cancel()
                await asyncio.wait([taking])
        if taking.cancelled():
            raise RebalanceAgain
        taking.result()

    @Service.task
    async def _restart_recovery(self) -> None:
        while not self.should_stop and not await self.wait_for_stopped(self.signal_recovery_start):
            self.signal_recovery_start.clear()
            generation = self._generation_id
            self._set_recovery_started()
            try:
                await self._wait(self._acquire())
                await self.on_recovery_completed(generation)
            except (RebalanceAgain, IllegalStateError):
                continue
            except ServiceStopped:
                return
            except Exception as exc:
                await self.app.fail(exc)
                raise

    @Service.task
    async def _slurp_changelogs(self) -> None:
        """Changelog partitions stay paused: nothing to slurp."""


class LaneTableManager(TableManager):
    """Faust's tables; tenures of revoked partitions let go of the stores before Faust does."""

    _lane_recovery: LaneRecovery | None = None

    @property
    def recovery(self) -> LaneRecovery:
        """The lane's recovery."""
        if self._lane_recovery is None:
            self._lane_recovery = self._recovery = LaneRecovery(self.app, self, beacon=self.beacon, loop=self.loop)
        return self._lane_recovery

    async def on_start(self) -> None:
        """As Faust's, without the second that it leaves to agents: there are none."""
        await self._update_channels()
        await self.recovery.start()

    async def on_rebalance(
        self, assigned: set[Any], revoked: set[Any], newly_assigned: set[Any], generation_id: int = 0
    ) -> None:
        """The group has a new assignment."""
        await self.app.tenures.release(revoked)
        await super().on_rebalance(assigned, revoked, newly_assigned, generation_id)
