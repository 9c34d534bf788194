"""Bring fresh tenures up to what was committed: tables from changelogs, offsets from state and group."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import TopicPartition

from cauce.runtime.engine.standing import BLOCKED, HEAD, Standing
from cauce.runtime.engine.station import Station
from cauce.runtime.engine.stores import Shelf
from cauce.runtime.engine.tenure import Tenure
from cauce.runtime.lane import STANDING, Misfit
from cauce.runtime.records import reading

Offsets = Mapping[Any, int]


async def restore(tenures: Sequence[Tenure], station: Station) -> int:
    """Restore tenures that are fenced; answer how many changelog records were read."""
    shelves = {tenure.changelog(name): rows.shelf for tenure in tenures for name, rows in tenure.rows.items()}
    inputs = [tp for tenure in tenures for tp in tenure.inputs]
    async with reading(station.servers, [*shelves, *inputs], station.group) as reader:
        reader.pause(*inputs)
        count = await _replay(reader, shelves, station)
        begins, ends = await reader.beginning_offsets(inputs), await reader.end_offsets(inputs)
        for tenure in tenures:
            tenure.standing = _standing(tenure)
            for topic, tp in zip(tenure.lane.inputs, tenure.inputs, strict=True):
                known = await _known_offset(reader, tp, tenure.standing.offsets.get(topic), station)
                tenure.standing.offsets[topic] = _start(tp, known, begins[tp], ends[tp], station)
    return count


def _standing(tenure: Tenure) -> Standing:
    shelf = tenure.rows[STANDING].shelf
    return Standing.read(row for prefix in (BLOCKED, HEAD) for row in shelf.scan(prefix, prefix + b"\xff"))


async def _known_offset(reader: Any, tp: TopicPartition, in_state: int | None, station: Station) -> int | None:
    """What the state knows: a lane that lost its group's offsets resumes from it.

    Both commit in one transaction, so a group that is ahead means that the changelog is not the one it was. Raises
    Misfit: going on would be deciding over empty tables.
    """
    in_group = await reader.committed(tp)
    if (in_group or 0) > (in_state or 0):
        raise Misfit(
            f"{tp.topic}/{tp.partition}: the group is at {in_group}, the state at {in_state}: its changelog was "
            f"lost or the group was moved; bring the changelog back, or set the group {station.group} back to the state"
        )
    if (in_state or 0) != (in_group or 0):
        station.watch.tell("offsets-from-state", topic=tp.topic, partition=tp.partition, state=in_state, group=in_group)
    return in_state


def _start(tp: TopicPartition, known: int | None, begin: int, end: int, station: Station) -> int:
    if known is not None and known > end:
        raise Misfit(f"{tp.topic}/{tp.partition}: the next offset is {known}, beyond its end {end}: was it recreated?")
    if known is not None and known < begin:  # proves no loss: markers and aborted records expire too
        station.watch.tell("inputs-expired", topic=tp.topic, partition=tp.partition, next=known, begin=begin)
    return max(known or 0, begin)


async def _replay(reader: Any, shelves: Mapping[Any, Shelf], station: Station) -> int:
    begins, ends = await reader.beginning_offsets(list(shelves)), await reader.end_offsets(list(shelves))
    pending = set()
    for tp, shelf in shelves.items():
        start = _first_to_read(tp, shelf, begins[tp], ends[tp], station)
        if start == ends[tp] or shelf.next_offset() == ends[tp] - 1:
            continue  # a commit is its records and one marker, so no record lies behind
        reader.seek(tp, start)
        pending.add(tp)
    reader.pause(*(tp for tp in shelves if tp not in pending))
    count = 0
    while pending:
        for tp, records in (await reader.getmany(*pending, timeout_ms=100)).items():
            shelves[tp].apply(((r.key, r.value) for r in records), records[-1].offset)
            count += len(records)
        for tp in list(pending):  # the last record is a transaction marker: compare positions, not records
            if await reader.position(tp) >= ends[tp]:
                pending.discard(tp)
    return count


def _first_to_read(tp: TopicPartition, shelf: Shelf, begin: int, end: int, station: Station) -> int:
    """Where the changelog goes on from the local store, which is wiped when it cannot be trusted."""
    held = shelf.next_offset()
    reason = ""
    if held > end:
        reason = "ahead of its changelog"
    elif 0 < held < end - 1 and shelf.is_older_than_tombstones(time.time()):
        reason = "older than the tombstones its changelog keeps"
    if reason:
        station.watch.tell(
            "store-rebuilt", topic=tp.topic, partition=tp.partition, held=held, end=end, reason=repr(reason)
        )
        shelf.wipe()
        held = 0
    return max(held, begin)
