"""A tenure over the log: the real unit of work, with its steps apart, so that a crash can come between any two."""

import asyncio
from collections import deque
from typing import NamedTuple

from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.engine.stores import MemoryShelf
from cauce.runtime.engine.tenure import MOST_HELD
from cauce.runtime.engine.work import UnitOfWork
from cauce.runtime.lane import TenureLost


class UnderWay(NamedTuple):
    """What was decided and is not committed; `turn` tells the background that asked for it."""

    work: UnitOfWork
    turn: asyncio.Future | None = None


class Tenure:
    """Fence, restore, read, commit, apply. It is also the handle of its lane's background task."""

    def __init__(self, lane, partition, log, disk):
        self.lane, self.partition, self._log = lane, partition, log
        self.epoch = log.fence(lane, partition)
        self.shelves = disk or {name: MemoryShelf() for name in lane.changelogs}
        self._inputs = [(topic, log.places[topic, partition]) for topic in lane.inputs]
        self._restore()
        self._offline = OfflineTenure(lane, partition, self.shelves)
        self.held = []
        self._turns = deque()
        self.under_way = self.ahead = None  # the transaction that commits, and what was decided on what it will leave
        self.changed = asyncio.Event()
        self.background = None
        self.lost = False

    def __str__(self):
        return f"{self.lane.id}/{self.partition}#{self.epoch}"

    def _restore(self):
        """From where the store on disk stands."""
        for name, shelf in self.shelves.items():
            changes = self._log.places[self.lane.changelogs[name], self.partition]
            rest = changes[shelf.next_offset() :]
            if rest:
                shelf.apply(((record.key, record.value) for record in rest), len(changes) - 1)

    # -- reading

    def unread(self):
        """What lies ahead in each input that has something: its records, and the first of them that is not read."""
        offsets = self.offsets
        return [(place, start) for topic, place in self._inputs if (start := offsets.get(topic, 0)) < len(place)]

    def begin(self, batch):
        """Decide a batch. One that may wait is held, and commits with the next."""
        work = self._offline.unit()
        work.journal.extend(self.held)
        work.decide(batch)
        if len(self.held) < MOST_HELD and work.may_wait(batch):
            self.held = work.journal
        else:
            self.held = []
            self._line_up(UnderWay(work))
        return work

    def _line_up(self, decided):
        if self.under_way is None:
            self.under_way, self._encoded = decided, self._offline.stage(decided.work)
        else:
            self.ahead = decided

    # -- committing

    def commit(self):
        """What is under way becomes visible, and nothing of it is in the store yet. Raises Fenced."""
        work, _ = self.under_way
        self._ends = self._log.commit(self.epoch, work, self._encoded)

    def apply(self):
        """The store follows, and who waits for the commit is told."""
        (work, turn), self.under_way = self.under_way, None
        self._offline.keep(work, self._ends)
        self.changed.set()
        if turn is not None and not turn.done():
            turn.set_result(None)
        if self.ahead is not None:
            decided, self.ahead = self.ahead, None
            self._line_up(decided)

    # -- the background (cauce.runtime.lane.TenureHandle)

    @property
    def is_asked(self):
        """Whether the background waits for its turn."""
        return any(not turn.done() for _, turn in self._turns)

    def grant(self):
        """Decide what the background asked for first."""
        while self._turns:
            decide, turn = self._turns.popleft()
            if not turn.done():
                work = self._offline.unit()
                decide(work)
                self._line_up(UnderWay(work, turn))
                return

    def scan(self, table, start, stop, limit=None):
        return list(self._offline.rows[table.name].committed(start, stop))[:limit]

    async def transact(self, decide):
        if self.lost:
            raise TenureLost(str(self))
        turn = asyncio.get_running_loop().create_future()
        self._turns.append((decide, turn))
        await turn

    def lose(self):
        """Nothing of it will be committed any more."""
        self.lost, self.under_way, self.ahead = True, None, None
        self._turns.clear()

    @property
    def offsets(self):
        """How far each input was read."""
        return self._offline.standing.offsets

    @property
    def blocked(self):
        """Who waits behind a parked record."""
        return self._offline.standing.blocked

    def tables(self):
        """All rows as bytes."""
        return self._offline.tables()
