"""Writes records to topics at a pace, and remembers what it wrote."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaProducer

from chaos.proofs.outside import Kafka

Fed = tuple[str, bytes, bytes]  # topic, key, value
_BREATH = 100  # records between two looks at the clock


class Feed:
    """Of one deployment."""

    def __init__(self, kafka: Kafka) -> None:
        self.kafka = kafka
        self.sent: dict[str, list[tuple[bytes, bytes]]] = defaultdict(list)

    @property
    def count(self) -> int:
        """How many records it wrote."""
        return sum(len(sent) for sent in self.sent.values())

    async def write(
        self, records: Iterable[Fed], pace: float | None = None, enough: asyncio.Event | None = None, least: int = 0
    ) -> None:
        """`pace` a second, to the last or until there are `enough` and `least`. All have arrived then."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self.kafka.servers, enable_idempotence=True, linger_ms=5, max_batch_size=1 << 18
        )
        await producer.start()
        started, deliveries = time.monotonic(), []
        for number, (topic, key, value) in enumerate(records):
            hurried = enough is not None and enough.is_set()
            if hurried and number >= least:
                break
            self.sent[topic].append((key, value))
            deliveries.append(await producer.send(self.kafka.settings.topic(topic), value, key=key))
            if number % _BREATH == 0:
                if pace and not hurried:
                    await asyncio.sleep(max(0.0, started + number / pace - time.monotonic()))
                deliveries = [delivery for delivery in deliveries if not _arrived(delivery)]
        await asyncio.gather(*deliveries)
        await producer.stop()

    @asynccontextmanager
    async def feeding(self, records: Iterable[Fed], pace: float, least: int = 0) -> AsyncIterator[None]:
        """Records keep coming as long as this lasts: faults without work prove nothing. Afterwards the rest at once."""
        enough = asyncio.Event()
        writing = asyncio.ensure_future(self.write(records, pace, enough, least))
        try:
            yield
        except BaseException:
            writing.cancel()
            raise
        enough.set()
        await writing


def _arrived(delivery: "asyncio.Future[Any]") -> bool:
    """Raises what went wrong with it."""
    if not delivery.done():
        return False
    delivery.result()
    return True
