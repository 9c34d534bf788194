"""How many records a service writes for an order: those of a stretch of the topics, counted, markers left out."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from _deployment import Deployment
from _figures import rounded
from aiokafka import TopicPartition

from cauce.runtime.lane import STANDING
from cauce.runtime.records import places_of, reading
from schemas.topics import TOPICS, TopicKind

Offsets = dict[TopicPartition, int]


async def ends(deployment: Deployment) -> Offsets:
    """Where every topic of the deployment ends now."""
    async with reading(deployment.servers) as reader:
        names = sorted(name for name in await reader.topics() if name.startswith(deployment.settings.prefix))
        places = await places_of(reader, names)
        found: Offsets = await reader.end_offsets(places)
        return found


async def counted(deployment: Deployment, start: Offsets, stop: Offsets) -> Counter[str]:
    """Committed records by topic, prefix left out, in a stretch of all topics."""
    async with reading(deployment.servers) as reader:
        left = {place for place, end in stop.items() if start[place] < end}
        reader.assign(list(left))
        for place in left:
            reader.seek(place, start[place])
        found: Counter[str] = Counter()
        while left:
            for place, records in (await reader.getmany(*left, timeout_ms=100)).items():
                found[place.topic] += sum(record.offset < stop[place] for record in records)
            left -= {place for place in left if await reader.position(place) >= stop[place]}
            reader.pause(*(place for place in stop if place not in left and place in reader.assignment()))
    return Counter({name.removeprefix(deployment.settings.prefix): number for name, number in found.items()})


def by_service(deployment: Deployment, records: Mapping[str, int], orders: int) -> dict[str, Any]:
    """Records an order: what each service tells others, what it keeps for itself, and its transactions."""
    told: Counter[str] = Counter()
    for topic in TOPICS:
        told[_writer(topic.writer, topic.kind)] += records.get(topic.name, 0)
    kept, transactions = Counter[str](), Counter[str]()
    for lane in deployment.lanes:
        kept[lane.service] += sum(records.get(name, 0) for name in [*lane.changelogs.values(), lane.journal or ""])
        transactions[lane.service] += records.get(lane.changelogs[STANDING], 0)
    return {
        service: {
            "told": rounded(told[service] / orders),
            "kept": rounded(kept[service] / orders),
            "transactions": rounded(transactions[service] / orders),
        }
        for service in sorted({*told, *kept})
    }


def _writer(writer: str, kind: TopicKind) -> str:
    """`outside` for raw topics; of a topic with several writers, the lane that tells of orders."""
    return "outside" if kind is TopicKind.RAW else writer.split(maxsplit=1)[0].split("-", maxsplit=1)[0]
