"""A lane's states rebuilt from nothing but the facts it published: the table must be their fold."""

from collections import defaultdict
from functools import partial
from typing import Any

from cauce.runtime.deciding import Entity, entity_table, receive
from cauce.runtime.lane import is_control
from cauce.runtime.log_reader import Read, read_to_end
from cauce.runtime.publishing import home_topics
from cauce.runtime.service import EntityLane
from cauce.runtime.settings import Settings


async def folded(servers: str, settings: Settings, lane: EntityLane) -> dict[bytes, bytes]:
    """The rows of the lane's table of states over all partitions, as `evolve` gives them from its facts in order."""
    return await fold_records(partial(read_to_end, servers, settings), lane)


async def fold_records(read: Read, lane: EntityLane) -> dict[bytes, bytes]:
    """The same, wherever the records are read from."""
    source = f"/cauce/{lane.service}/{lane.name}/"
    facts: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    async for record in read(home_topics(lane.publishes)):
        if is_control(record.headers) or not dict(record.headers).get("ce_source", b"").startswith(source.encode()):
            continue
        received = receive(record)
        entity = str(getattr(received.message, lane.entity_of(type(received.message))))
        facts[entity].append((received.envelope.sequence, received.message))
    table = entity_table(lane)
    return {key.encode(): table.encode(_fold(lane, key, of_key)) for key, of_key in facts.items()}


def _fold(lane: EntityLane, key: str, facts: list[tuple[int, Any]]) -> Entity:
    state = lane.decider.initial(key)
    for _, fact in sorted(facts, key=lambda numbered: numbered[0]):
        state = lane.decider.evolve(state, fact)
    return Entity(len(facts), state)
