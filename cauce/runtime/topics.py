"""Creating the topics of a deployment: those of the table, and what the lanes keep for themselves."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from cauce.runtime.faults import Unavailable
from cauce.runtime.lane import Lane
from cauce.runtime.settings import Settings
from schemas.topics import TOPICS, Family, TopicKind

DEPLOYMENT = "deployment"  # what all of a deployment must share; its first record counts, so none may be lost
RAW_DAYS = 30
_LEADERS_SECONDS = 60  # a broker makes some two hundred partitions in a second or two
_LOOK_AGAIN_SECONDS = 0.05
_DAY_MS = 24 * 60 * 60 * 1000
_FOREVER = {"retention.ms": "-1", "retention.bytes": "-1"}
_RAW = {"retention.ms": str(RAW_DAYS * _DAY_MS)}
_PARKED = {**_RAW, "max.message.bytes": str(4 << 20)}  # a record that is as large as any may be, its key twice, and why
_COMPACT = {"cleanup.policy": "compact", "segment.bytes": str(16 << 20), "min.cleanable.dirty.ratio": "0.3"}

_KEPT = {TopicKind.RAW: _RAW, TopicKind.STATE: _COMPACT}  # all others for ever


class TopicSpec(NamedTuple):
    """A topic to create, without the deployment's prefix."""

    name: str
    partitions: int
    config: Mapping[str, str]


class TopicMisfit(Unavailable):
    """A topic exists with another partition count than the settings ask for: keys would move."""


def partitions_of(settings: Settings, family: str) -> int:
    """How many partitions the topics of a family have."""
    return settings.pools if family == Family.POOLS else settings.partitions


def specs(settings: Settings, lanes: Iterable[Lane] = ()) -> list[TopicSpec]:
    """The topics of the table and the deployment's own, then changelogs, journals and parked topics of `lanes`."""
    found = [
        TopicSpec(topic.name, partitions_of(settings, topic.family), _KEPT.get(topic.kind, _FOREVER))
        for topic in TOPICS
    ]
    found.append(TopicSpec(DEPLOYMENT, 1, _FOREVER))
    for lane in lanes:
        count = partitions_of(settings, lane.family)
        found += [TopicSpec(name, count, _COMPACT) for name in lane.changelogs.values()]
        if lane.journal:
            found.append(TopicSpec(lane.journal, count, _FOREVER))
        found.append(TopicSpec(lane.parked, 1, _PARKED))
    return list({spec.name: spec for spec in found}.values())


@asynccontextmanager
async def administering(servers: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """A client for what is asked of brokers beside records."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


async def create_topics(bootstrap: str, settings: Settings, wanted: Iterable[TopicSpec]) -> list[str]:
    """Create what is absent and return those names, prefixed. Raises TopicMisfit for a wrong partition count."""
    async with administering(bootstrap) as admin:
        replicas = min(3, len((await admin.describe_cluster())["brokers"]))
        config = {"min.insync.replicas": "2"} if replicas == 3 else {}
        topics = [
            NewTopic(settings.topic(spec.name), spec.partitions, replicas, topic_configs={**spec.config, **config})
            for spec in wanted
        ]
        created = await _create(admin, topics)
        await _check(admin, topics)
        return created


async def _create(admin: AIOKafkaAdminClient, topics: list[NewTopic]) -> list[str]:
    answer = await admin.create_topics(topics)
    created = []
    for name, code, *_ in answer.topic_errors:
        if code == 0:
            created.append(name)
        elif code != TopicAlreadyExistsError.errno:
            raise for_code(code)(f"cannot create {name}")
    return created


async def _check(admin: AIOKafkaAdminClient, topics: list[NewTopic]) -> None:
    """Wait until every partition has a leader, so that whoever comes next finds it, and compare the counts."""
    wanted = {topic.name: topic.num_partitions for topic in topics}
    for described in await _led(admin, list(wanted)):
        count = len(described["partitions"])
        if count != wanted[described["topic"]]:
            raise TopicMisfit(
                f"{described['topic']} has {count} partitions, the settings ask for {wanted[described['topic']]}: "
                "set CAUCE_PARTITIONS and CAUCE_POOLS as they were, or replay into a new prefix"
            )


async def _led(admin: AIOKafkaAdminClient, names: list[str]) -> list[Mapping[str, Any]]:
    """The topics' descriptions, once every partition has a leader; a broker tells nobody when that is."""
    async with asyncio.timeout(_LEADERS_SECONDS):
        while True:
            found: list[Mapping[str, Any]] = await admin.describe_topics(names)
            if all(_is_led(described) for described in found):
                return found
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)


def _is_led(described: Mapping[str, Any]) -> bool:
    partitions = described["partitions"]
    return bool(partitions) and all(partition["leader"] >= 0 for partition in partitions)
