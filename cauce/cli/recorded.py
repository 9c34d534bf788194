"""What commands that only look begin with: the broker and the topics that are there; nothing is started or made."""

import asyncio

from aiokafka.admin import AIOKafkaAdminClient

from cauce.runtime.broker import ladder
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import Settings
from schemas.topics import TOPICS
from services import NAMES

OURS = (*(topic.name for topic in TOPICS), *(f"{name}-parked" for name in NAMES))


def recorded(settings: Settings) -> str:
    """The servers that hold the deployment's topics. Raises Unavailable, saying what to name, where none does."""
    found = ladder.found(settings)
    if asyncio.run(_topics(found.servers)).isdisjoint(map(settings.topic, OURS)):
        whose = f"with the prefix {settings.prefix!r}" if settings.prefix else "without a prefix"
        raise Unavailable(
            f"{found.servers} ({found.chosen}) holds no topic of a deployment {whose}, so there is nothing to read. "
            "Name the deployment in CAUCE_PREFIX and its broker in CAUCE_SERVERS, or make one: `cauce topics`."
        )
    return found.servers


async def _topics(servers: str) -> set[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        return set(await admin.list_topics())
    finally:
        await admin.close()
