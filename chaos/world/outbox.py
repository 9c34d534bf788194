"""What outsiders send, tried again until it is acknowledged: at least once, and in no certain order."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from cauce.demo.stage import Said
from cauce.runtime.settings import Settings

ATTEMPT_SECONDS = 6.0
AGAIN_SECONDS = 0.5
_FAILURES = (KafkaError, aiohttp.ClientError, TimeoutError, OSError)


class Outbox:
    """Sends to topics and to the payment provider; made by `sending`. `requests` counts what was tried and failed."""

    def __init__(self, producer: AIOKafkaProducer, provider: aiohttp.ClientSession, settings: Settings) -> None:
        self._producer, self._provider, self._settings = producer, provider, settings
        self._under_way: set[asyncio.Task[None]] = set()
        self._hurried = asyncio.Event()
        self.requests: Counter[str] = Counter()

    @property
    def left(self) -> int:
        """How many things are still to be said, or not yet acknowledged."""
        return len(self._under_way)

    def post(self, said: Said, *, after: float = 0.0, then: Callable[[], None] | None = None) -> None:
        """Say it after so many seconds, and call `then` once it is acknowledged."""
        self.start(self._say(said, after=after, then=then))

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it beside everything else; `check` raises its failure."""
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def hurry(self) -> None:
        """Say at once, from now on, what was to be said later."""
        self._hurried.set()

    def check(self) -> None:
        """Raise what went wrong with our own work."""
        for task in self._under_way:
            if task.done():
                task.result()

    async def write(self, topic: str, key: bytes | None, value: bytes | None, headers: Any = ()) -> Any:
        """One record as it is; where it lies, once it is acknowledged."""
        name, headers = self._settings.topic(topic), list(headers)
        return await self._until_done(lambda: self._producer.send_and_wait(name, value, key=key, headers=headers))

    async def charge(self, content: bytes) -> list[dict[str, Any]]:
        """The charges that the payment provider made, once it answers."""
        charges: list[dict[str, Any]] = await self._until_done(lambda: self._charged(content))
        return charges

    async def close(self) -> None:
        """Give up what is not yet said."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _charged(self, content: bytes) -> list[dict[str, Any]]:
        async with self._provider.post("/v1/charges/batch", data=content) as answer:
            answer.raise_for_status()
            charges: list[dict[str, Any]] = (await answer.json())["charges"]
            return charges

    async def _say(self, said: Said, *, after: float, then: Callable[[], None] | None) -> None:
        value = said.form.model_dump_json(exclude_none=True).encode()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurried.wait(), after)
        await self.write(said.topic, said.key.encode(), value)
        if then:
            then()

    async def _until_done(self, attempt: Callable[[], Awaitable[Any]]) -> Any:
        while True:
            self.requests["tried"] += 1
            try:
                async with asyncio.timeout(2 * ATTEMPT_SECONDS):
                    return await attempt()
            except _FAILURES:
                self.requests["failed"] += 1
            await asyncio.sleep(AGAIN_SECONDS)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """What failed stays, for `check`."""
        if task.cancelled() or task.exception() is None:
            self._under_way.discard(task)


@asynccontextmanager
async def sending(servers: str, settings: Settings) -> AsyncIterator[Outbox]:
    """An outbox, open for as long as this lasts."""
    producer = AIOKafkaProducer(
        bootstrap_servers=servers,
        acks="all",
        linger_ms=5,
        max_request_size=2 << 20,
        request_timeout_ms=int(ATTEMPT_SECONDS * 1000),
    )
    timeout = aiohttp.ClientTimeout(total=ATTEMPT_SECONDS)
    async with producer, aiohttp.ClientSession(settings.payments_url, timeout=timeout) as provider:
        outbox = Outbox(producer, provider, settings)
        try:
            yield outbox
        finally:
            await outbox.close()
