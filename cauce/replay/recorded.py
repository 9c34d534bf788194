"""What a lane published and what its tables hold, read from the topics: the other side of the comparison."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from aiokafka import TopicPartition

from cauce.replay.fingerprint import Fact, Stream
from cauce.runtime.lane import STANDING, Headers, Lane, Misfit, Output, is_control
from cauce.runtime.log_reader import read_to_end
from cauce.runtime.partitions import partition_of
from cauce.runtime.records import reading, stored_records
from cauce.runtime.settings import Settings
from cauce.runtime.topics import partitions_of
from schemas.topics import BY_NAME

Place = tuple[str, int]
Tables = dict[str, dict[bytes, bytes]]
Belongs = Callable[[Headers], bool]  # whether a fact is among those that are asked for


def always(_headers: Headers) -> bool:
    """Every fact is."""
    return True


def source_of(lane: Lane, partition: int) -> bytes:
    """How the lane signs what it publishes."""
    return f"/cauce/{lane.service}/{lane.name}/{partition}".encode()


async def published(servers: str, settings: Settings, lane: Lane, belongs: Belongs) -> dict[int, dict[Place, Stream]]:
    """What each partition number of the lane published, by topic and partition."""
    sources = {source_of(lane, number): number for number in range(partitions_of(settings, lane.family))}
    found: dict[int, dict[Place, Stream]] = {number: defaultdict(Stream) for number in sources.values()}
    async for record in read_to_end(servers, settings, lane.outputs):
        number = sources.get(dict(record.headers).get("ce_source", b""))
        if number is None or is_control(record.headers):  # an operator's word repeats the record it is about
            continue
        if belongs(record.headers):
            place = record.topic, record.partition
            found[number][place].add(Fact.of(record.key, record.value, record.headers), record.offset)
    return found


async def published_at(servers: str, settings: Settings, place: Place, offset: int) -> Fact:
    """One of them again."""
    tp = TopicPartition(settings.topic(place[0]), place[1])
    async with reading(servers, [tp]) as reader:
        async for record in stored_records(reader, tp, offset, offset + 1):
            return Fact.of(record.key, record.value, record.headers)
    raise Misfit(f"{place[0]}/{place[1]}@{offset} was there, and is there no more")


def decided(settings: Settings, partition: int, outputs: Iterable[Output], belongs: Belongs) -> dict[Place, Stream]:
    """The same of what a replay decided; parked records are inputs that came to nothing, and are left out."""
    found: dict[Place, Stream] = defaultdict(Stream)
    for origin, output in enumerate(outputs):
        if output.topic in BY_NAME and belongs(output.headers):
            count = partitions_of(settings, BY_NAME[output.topic].family)
            number = output.partition if output.partition is not None else _by_key(output.key, partition, count)
            found[output.topic, number].add(Fact.of(output.key, output.value, output.headers), origin)
    return found


def _by_key(key: bytes | None, partition: int, count: int) -> int:
    return partition % count if key is None else partition_of(key, count)


async def tables(servers: str, settings: Settings, lane: Lane) -> dict[int, Tables]:
    """The tables of each partition number as their changelogs give them, the lane's own left out."""
    names = {topic: name for name, topic in lane.changelogs.items() if name != STANDING}
    found: dict[int, Tables] = {}
    for number in range(partitions_of(settings, lane.family)):
        found[number] = {name: {} for name in names.values()}
    async for record in read_to_end(servers, settings, names):
        rows = found[record.partition][names[record.topic]]
        if record.value is None:
            rows.pop(record.key or b"", None)
        else:
            rows[record.key or b""] = record.value
    return found
