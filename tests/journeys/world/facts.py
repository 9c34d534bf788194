"""Everything the topics hold, as it comes: what the journeys wait for, and what they look back on."""

import asyncio
import time
from collections import defaultdict
from contextlib import asynccontextmanager, contextmanager
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer

from cauce.runtime.lane import is_control
from cauce.runtime.log_reader import record_of
from cauce.runtime.records import places_of
from schemas.envelope import Envelope, EnvelopeBroken
from schemas.reference import TimeReached
from schemas.topics import BY_NAME
from schemas.upcasts import read_message

PATIENCE_SECONDS = 60
LOOK_MS = 500


class Seen(NamedTuple):
    """A record with what it says; nothing of it where it is raw, parked, or an operator's word."""

    record: object
    envelope: Envelope | None
    message: object

    def __str__(self):
        place = f"{self.record.topic}/{self.record.partition}@{self.record.offset}"
        return f"  {place} {type(self.message).__name__} {getattr(self.message, 'order_id', '')}"

    @property
    def id(self):
        return self.envelope.id

    @property
    def cause(self):
        return self.envelope.cause_id


class Facts:
    """Follows topics of one deployment from their beginning, committed records only."""

    def __init__(self, settings, topics):
        self.settings, self.topics = settings, topics
        self.moved = asyncio.Event()
        self.all = []
        self.watchers = []  # called with every record, at once
        self.last = {}  # by logical topic and partition, the offset after what must be decided: ticks may wait
        self._by_type, self._by_topic = defaultdict(list), defaultdict(list)
        self._by_id = {}
        self._background = []

    @asynccontextmanager
    async def following(self):
        """Sees what is there and what comes, until the end."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.settings.servers,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
        )
        async with consumer:
            names = [self.settings.topic(topic) for topic in self.topics]
            self.places = await places_of(consumer, names)
            consumer.assign(self.places)
            self.position = consumer.position  # past the markers of transactions, where `last` counts records alone
            following = asyncio.ensure_future(self._follow(consumer))
            with self.minding(following):
                try:
                    yield self
                finally:
                    following.cancel()
                    await asyncio.gather(following, return_exceptions=True)

    @contextmanager
    def minding(self, task):
        """Meanwhile whoever waits fails if this task has ended."""
        self._background.append(task)
        yield
        self._background.remove(task)

    async def _follow(self, consumer):
        while True:
            fetched = await consumer.getmany(timeout_ms=LOOK_MS, max_records=2000)
            for records in fetched.values():
                for record in records:
                    self._take(record_of(record, self.settings.prefix))
            self.moved.set()

    def _take(self, record):
        seen = _seen(record)
        if not isinstance(seen.message, TimeReached):
            self.last[record.topic, record.partition] = record.offset + 1
        self.all.append(seen)
        self._by_topic[record.topic].append(seen)
        if seen.message is not None:
            self._by_type[type(seen.message)].append(seen)
            self._by_id.setdefault(seen.id, seen)
        for watcher in list(self.watchers):
            watcher(seen)

    def of(self, kind, /, **fields):
        """The messages of a type with these fields, each with its envelope, in the order they were seen."""
        return [seen for seen in self._by_type[kind] if _has(seen.message, fields)]

    def messages(self, kind, /, **fields):
        return [seen.message for seen in self.of(kind, **fields)]

    def about(self, order_id):
        """All that names an order."""
        return [seen for seen in self.all if getattr(seen.message, "order_id", None) == order_id]

    def by_id(self, identity):
        """The record of that id; None where no topic has it."""
        return self._by_id.get(identity)

    def on(self, topic):
        """All records of a topic."""
        return self._by_topic[topic]

    async def one(self, kind, /, **fields):
        """The one message of a type with these fields, once it is there."""
        (message,) = await self.some(kind, 1, **fields)
        return message

    async def some(self, kind, count, /, **fields):
        """Exactly `count` such messages, once they are there."""
        await self.until(lambda: len(self.of(kind, **fields)) >= count, f"{count} {kind.type} with {fields}")
        found = self.messages(kind, **fields)
        assert len(found) == count, f"not {count}:\n{self.tell(self.of(kind, **fields))}"
        return found

    async def until(self, ready, what, seconds=PATIENCE_SECONDS):
        """What `ready` answers, once that is something; a failure that names what did not come."""
        end = time.monotonic() + seconds
        while not (answer := ready()):
            self.check()
            self.moved.clear()
            left = end - time.monotonic()
            assert left > 0, (
                f"within {seconds} s there was no {what}; of {len(self.all)} records the last:\n{self.tell()}"
            )
            try:
                await asyncio.wait_for(self.moved.wait(), left)
            except TimeoutError:
                continue
        return answer

    def check(self):
        for task in self._background:
            if task.done():
                task.result()
                raise AssertionError("what must go on has ended")

    def tell(self, some=None):
        """Records, the last ones if none are given, for a test that failed."""
        return "\n".join(map(str, some or self.all[-25:]))


def _seen(record):
    if is_control(record.headers) or record.topic not in BY_NAME:
        return Seen(record, None, None)
    try:
        envelope = Envelope.from_headers(list(record.headers))
        return Seen(record, envelope, read_message(envelope.type, record.value))
    except (EnvelopeBroken, ValueError, LookupError):
        return Seen(record, None, None)


def _has(message, fields):
    return all(getattr(message, name) == value for name, value in fields.items())
