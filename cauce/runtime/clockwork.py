"""The clock process: it writes "time reached T" to every partition of `ticks` and to every pool.

Time is an input like any other: what is due fires when a lane reads it, so a replay fires the same.
"""

import asyncio
from datetime import datetime

from aiokafka import AIOKafkaProducer

from cauce.ids import outside_id
from cauce.runtime.clock import Clock
from cauce.runtime.settings import Settings
from cauce.runtime.topics import partitions_of
from schemas.envelope import Envelope, instant_text
from schemas.reference import TimeReached
from schemas.topics import BY_NAME

SOURCE = "/cauce/clock"
TOPICS = tuple(name for name, topic in BY_NAME.items() if TimeReached in topic.messages)


async def run_clock(settings: Settings, clock: Clock, interval_seconds: float) -> None:
    """Tell the time every `interval_seconds` of real time, until canceled.

    `clock` may jump ahead between two tellings. While it stands still nothing is told. A failure of the broker is
    raised: whoever started the clock starts it again.
    """
    producer = AIOKafkaProducer(bootstrap_servers=settings.servers, enable_idempotence=True, acks="all")
    await producer.start()
    try:
        told: datetime | None = None
        while True:
            at = clock.now().replace(microsecond=0)
            if at != told:
                await tell(producer, settings, at)
                told = at
            await asyncio.sleep(interval_seconds)
    finally:
        await producer.stop()


async def tell(producer: AIOKafkaProducer, settings: Settings, at: datetime) -> None:
    """Write one time to every partition, and await every acknowledgement. Telling a time twice is telling it once."""
    message = TimeReached(reached_at=at)
    key, value, headers = message.key_value().encode(), message.to_bytes(), _envelope(message, settings).to_headers()
    sent = [
        await producer.send(settings.topic(topic), value, key=key, partition=number, headers=headers)
        for topic in TOPICS
        for number in range(partitions_of(settings, BY_NAME[topic].family))
    ]
    await asyncio.gather(*sent)


def _envelope(message: TimeReached, settings: Settings) -> Envelope:
    """Numbered by the second: always rising, although seconds may be passed over."""
    return Envelope(
        id=outside_id("clock", message.type, instant_text(message.reached_at)),
        type=message.type,
        source=SOURCE,
        subject=message.clock,
        sequence=int(message.reached_at.timestamp()),
        at=message.reached_at,
        release=settings.release,
    )
