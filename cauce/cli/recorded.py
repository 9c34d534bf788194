"""What commands that only look begin with: the broker and the topics that are there; nothing is started or made."""

import asyncio
from collections.abc import Mapping

from aiokafka.admin import AIOKafkaAdminClient

from cauce.runtime.broker import ladder
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import Settings
from cauce.runtime.topics import partitions_of
from schemas.topics import TOPICS
from services import NAMES

OURS = (*(topic.name for topic in TOPICS), *(f"{name}-parked" for name in NAMES))


def recorded(settings: Settings) -> str:
    """The servers that hold the deployment's topics. Raises Unavailable, saying what to name, where none does."""
    found = ladder.found(settings)
    if not _partitions(found.servers, {settings.topic(name) for name in OURS}):
        whose = f"with the prefix {settings.prefix!r}" if settings.prefix else "without a prefix"
        raise Unavailable(
            f"{found.servers} ({found.chosen}) holds no topic of a deployment {whose}, so there is nothing to read. "
            "Name the deployment in CAUCE_PREFIX and its broker in CAUCE_SERVERS, or make one: `cauce topics`."
        )
    return found.servers


def fitting(settings: Settings, servers: str) -> str:
    """The same servers, where topics have as many partitions as the settings say. Raises Unavailable."""
    wanted = {settings.topic(topic.name): partitions_of(settings, topic.family) for topic in TOPICS}
    found = _partitions(servers, set(wanted))
    for topic, count in found.items():
        if count != wanted[topic]:
            raise Unavailable(
                f"{topic} has {count} partitions, the settings ask for {wanted[topic]}: "
                "set CAUCE_PARTITIONS and CAUCE_POOLS as they are for the deployment."
            )
    if missing := sorted(wanted.keys() - found.keys()):
        raise Unavailable(f"{servers} has no topic {', '.join(missing)}: `cauce topics` creates them.")
    return servers


def _partitions(servers: str, names: set[str]) -> Mapping[str, int]:
    return asyncio.run(_described(servers, names))


async def _described(servers: str, names: set[str]) -> Mapping[str, int]:
    """How many partitions those of the topics have that exist."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        existing = sorted(names & set(await admin.list_topics()))
        described = await admin.describe_topics(existing) if existing else []
        return {topic["topic"]: len(topic["partitions"]) for topic in described}
    finally:
        await admin.close()
