"""When a group committed again: its offsets, looked at a few times a second."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, suppress

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from cauce.runtime.topics import administering
from chaos.proofs.fleet import Late

_LOOK_SECONDS, _PATIENCE_SECONDS = 0.1, 60

Offsets = Mapping[TopicPartition, int]


class Commits:
    """Of one group; made by `committing`."""

    def __init__(self, admin: AIOKafkaAdminClient, group: str) -> None:
        self._admin, self._group = admin, group

    async def now(self) -> Offsets:
        """What is committed, once the brokers know who keeps it. Raises Late."""
        end = time.time() + _PATIENCE_SECONDS
        while True:
            with suppress(KafkaError, OSError):  # a broker may be down, or the group too young to have a coordinator
                return await self._asked()
            if time.time() > end:
                raise Late(f"nobody says what {self._group} committed within {_PATIENCE_SECONDS} s")
            await asyncio.sleep(_LOOK_SECONDS)

    async def _asked(self) -> Offsets:
        found = await self._admin.list_consumer_group_offsets(self._group)
        return {place: known.offset for place, known in found.items()}

    async def again(self, places: Collection[TopicPartition], before: Offsets, since: float, seconds: float) -> float:
        """Until each of the places is further than `before`; the seconds that took since a time of the clock."""
        while True:
            with suppress(KafkaError, OSError):  # a broker may be down
                now = await self._asked()
                if all(now.get(place, 0) > before.get(place, 0) for place in places):
                    return time.time() - since
            if time.time() - since > seconds:
                raise Late(f"{self._group} did not commit within {seconds} s")
            await asyncio.sleep(_LOOK_SECONDS)


@asynccontextmanager
async def committing(servers: str, group: str) -> AsyncIterator[Commits]:
    """Asks the brokers for as long as this lasts."""
    async with administering(servers) as admin:
        yield Commits(admin, group)
