"""What commands that only look begin with: the broker and the topics that are there; nothing is started or made."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from cauce.runtime.broker import ladder
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import Settings
from cauce.runtime.topics import administering, partitions_of
from schemas.topics import TOPICS, Topic
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


def fitting(settings: Settings, servers: str, topics: Sequence[Topic] = TOPICS) -> str:
    """The same servers, where these topics have as many partitions as the settings say. Raises Unavailable."""
    wanted = {settings.topic(topic.name): partitions_of(settings, topic.family) for topic in topics}
    for topic, count in present(settings, servers, [topic.name for topic in topics]).items():
        if count != wanted[topic]:
            raise Unavailable(
                f"{topic} has {count} partitions, the settings ask for {wanted[topic]}: "
                "set CAUCE_PARTITIONS and CAUCE_POOLS as they are for the deployment."
            )
    return servers


def present(settings: Settings, servers: str, topics: Iterable[str]) -> Mapping[str, int]:
    """How many partitions these topics have. Raises Unavailable where one is not there: nobody waits for it to come."""
    wanted = {settings.topic(name) for name in topics}
    found = _partitions(servers, wanted)
    if missing := sorted(wanted - found.keys()):
        more = f" and {len(missing) - 1} more" if missing[1:] else ""
        raise Unavailable(
            f"{servers} has no topic {missing[0]}{more}. Name the deployment in CAUCE_PREFIX and its broker in "
            "CAUCE_SERVERS, or make what is missing: `cauce topics`."
        )
    return found


def _partitions(servers: str, names: set[str]) -> Mapping[str, int]:
    return asyncio.run(_described(servers, names))


async def _described(servers: str, names: set[str]) -> Mapping[str, int]:
    """How many partitions those of the topics have that exist."""
    async with administering(servers) as admin:
        existing = sorted(names & set(await admin.list_topics()))
        described = await admin.describe_topics(existing) if existing else []
        return {topic["topic"]: len(topic["partitions"]) for topic in described}
