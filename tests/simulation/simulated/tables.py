"""Tables against facts: each is the fold of what its lane published, and deciding again gives the same bytes."""

from collections import Counter
from random import Random

import orjson
from simulated.verdicts import messages

from cauce.decider import MemoryReference, MemoryRows
from cauce.demo.retail_company import SITES
from cauce.replay.fold import fold_records
from cauce.runtime.deciding import DUE
from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.engine.stores import MemoryShelf
from cauce.runtime.lane import STANDING
from cauce.runtime.service import EntityLane, RowsLane
from schemas.envelope import instant_text
from schemas.light import lightened
from services.allocation.domain import rows as kinds

REPLAYED = (EntityLane, RowsLane)
ROUTER = "router"
KNOWN = {site.id for site in SITES}


def declared(sim, *shapes):
    """The declared lanes of some shapes, each with its assembled lane."""
    for service in sim.fleet.services.values():
        for lane in service.lanes:
            if isinstance(lane, shapes):
                yield lane, sim.fleet.lanes[f"{lane.service}-{lane.name}"]


def tenures_of(sim, lane):
    """The tenures of a lane at rest, by partition."""
    return [sim.fleet.owners[place].tenures[place] for place in sim.fleet.places if place[0] == lane.id]


def folds(sim):
    """The states of every entity are the fold of its facts, and its timer is what its state says."""

    async def read(topics):
        for topic in topics:
            for record in sim.log.of(topic):
                yield record

    for entity_lane, lane in declared(sim, EntityLane):
        folded = sim.times.loop.run_until_complete(fold_records(read, entity_lane))
        tables = [tenure.tables() for tenure in tenures_of(sim, lane)]
        if folded != {key: row for of_partition in tables for key, row in of_partition["states"].items()}:
            yield f"{lane.id}: its states are not the fold of its facts"
        if DUE in lane.tables:
            yield from _timers(entity_lane, lane, tables)


def _timers(entity_lane, lane, tables):
    states = lane.tables[0]
    for of_partition in tables:
        rows = {key.decode(): states.decode(row).state for key, row in of_partition["states"].items()}
        due = {key: entity_lane.decider.due(state) for key, state in rows.items()}
        wanted = {f"{instant_text(at)}\x1f{key}".encode() for key, at in due.items() if at is not None}
        if wanted != set(of_partition[DUE.name]):
            yield f"{lane.id}: its timers are not those of its states"


def pools(sim):
    """The keeper's rows are the fold of its ledger, none is below zero, and every reserved unit is some order's."""
    for rows_lane, lane in declared(sim, RowsLane):
        for tenure in tenures_of(sim, lane):
            rows = _folded(sim, rows_lane, lane, tenure.partition)
            kept = tenure.tables()
            for kind, codec in rows_lane.kinds.items():
                encoded = {key.encode(): codec.encode(row) for key, row in rows.kinds.get(kind, {}).items()}
                if encoded != kept[kind]:
                    yield f"{lane.id}: its {kind} are not the fold of its facts"
            yield from _held(lane, rows)


def _folded(sim, rows_lane, lane, partition):
    source = f"/cauce/{lane.service}/{lane.name}/{partition}"
    facts = [fact for topic in lane.outputs for fact in messages(sim, topic)]
    ours = sorted((fact for fact in facts if fact[0].source == source), key=lambda fact: fact[0].sequence)
    rows = MemoryRows()
    state = rows_lane.view(rows, MemoryReference())
    for _, message in ours:
        state = rows_lane.evolve(state, lightened(message))
    return rows


def _held(lane, rows):
    units = {}
    for order in rows.kinds.get(kinds.ORDERS, {}).values():
        for shipment in order.open:
            for line in shipment.lines:
                held = units.setdefault((line.sku, shipment.site), [0, 0, 0])
                units[line.sku, shipment.site] = [a + b for a, b in zip(held, line[2:], strict=True)]
    for key, position in _positions(rows):
        if min(position) < 0 or position.on_hand != sum(position[1:]):
            yield f"{lane.id}: {key} has {position}"
        if [position.reserved, position.picked, position.packed] != units.get(key, [0, 0, 0]):
            yield f"{lane.id}: {key} has {position}, its orders hold {units.get(key)}"


def _positions(rows):
    for sku, spread in rows.kinds.get(kinds.POSITIONS, {}).items():
        for site, position in spread.positions.items():
            yield (sku, site), position


def _closed(rows):
    closures = rows.kinds.get(kinds.CLOSURES, {}).get(kinds.ALL_SITES, {})
    return {site for site, closure in closures.items() if closure.closed}


def hungry(sim):
    """Nobody waits for goods that are there: the first in each queue wants more than all sites have free.

    An order of which sites failed some was passed over by the decision on that, and so may wait for the next one.
    """
    for rows_lane, lane in declared(sim, RowsLane):
        for tenure in tenures_of(sim, lane):
            rows = _folded(sim, rows_lane, lane, tenure.partition)
            free, first = Counter(), {}
            for (sku, site), position in _positions(rows):
                free[sku] += position.free if site in KNOWN - _closed(rows) else 0  # the rest is sent from nowhere
            for key, turn in sorted(rows.kinds.get(kinds.QUEUE, {}).items()):
                sku = key[2 : 2 + int(key[:2])]
                failed = turn.order_id in rows.kinds.get(kinds.FAILED, {})
                if sku not in first and not failed and turn.quantity <= free[sku] and not _kit(rows, turn):
                    yield f"{turn} waits, and {free[sku]} of {sku} are free"
                if first.setdefault(sku, turn.order_id) == turn.order_id and not failed:
                    yield from _hungry_kit(rows, turn, first)


def _kit(rows, turn):
    """The kit that a line which waits is part of."""
    terms = rows.get(kinds.WAITING, turn.order_id).terms
    kits = (terms and terms.kits) or ()
    return next((kit for kit in kits if turn.line_id in [part.line_id for part in kit.parts]), None)


def _hungry_kit(rows, turn, first):
    """A kit is there where one site has all of it, and nobody is before it for any of its goods."""
    kit = _kit(rows, turn)
    waiting = {line.line_id: line for line in rows.get(kinds.WAITING, turn.order_id).lines}
    lines = [(waiting[part.line_id], part.quantity) for part in kit.parts if part.line_id in waiting] if kit else []
    counts = {line.quantity / each for line, each in lines}
    if len(lines) != len(kit.parts if kit else ()) or len(counts) != 1:
        return
    if any(first.get(line.sku) != turn.order_id for line, _ in lines):
        return
    free = {(sku, site): position.free for (sku, site), position in _positions(rows)}
    there = sum(min(free.get((line.sku, site), 0) // each for line, each in lines) for site in KNOWN)
    if there >= counts.pop():
        yield f"{turn} waits for {kit.sku}, and {there} are there"


def replays(sim):
    """What a lane took, in the order it took it and in other batches, gives what it published and what it keeps.

    Another release decides otherwise, so lanes that stumbled meanwhile are left out.
    """
    chance = Random(f"{sim.seed}/batches")
    for _, lane in declared(sim, *REPLAYED):
        for tenure in tenures_of(sim, lane) if lane.id not in sim.poison.lanes else ():
            again = OfflineTenure(lane, tenure.partition)
            if _decided(again, _taken(sim, lane, tenure), chance) != sim.log.committed[lane.id, tenure.partition]:
                yield f"{tenure}: deciding again gives other facts"
            yield from _differences(tenure, again.tables(), "deciding again")


def repeats(sim):
    """All inputs of a lane from their beginning, into what it has become: no fact is added and no row changes.

    The router remembers nothing, by design: the lane of the person absorbs its repeats.
    """
    chance = Random(f"{sim.seed}/repeats")
    for declared_lane, lane in declared(sim, *REPLAYED):
        for tenure in tenures_of(sim, lane) if declared_lane.name != ROUTER else ():
            shelves = {name: _copied(shelf) for name, shelf in tenure.shelves.items()}
            again = OfflineTenure(lane, tenure.partition, shelves)
            outputs = _decided(again, _taken(sim, lane, tenure), chance)
            if outputs:
                yield f"{tenure}: the same inputs once more add {len(outputs)} facts, the first to {outputs[0].topic}"
            yield from _differences(tenure, again.tables(), "the same once more")


def _copied(shelf):
    copy = MemoryShelf()
    copy.apply(shelf.rows.items(), 0)
    return copy


def _decided(tenure, taken, chance):
    outputs = []
    while taken:
        size = chance.choice((1, 3, 50))
        outputs += tenure.decide(taken[:size])
        taken = taken[size:]
    return outputs


def _taken(sim, lane, tenure):
    """By the journal; one input is its own order."""
    if lane.journal is None:
        (topic,) = lane.inputs
        return sim.log.places[topic, tenure.partition][: tenure.offsets.get(topic, 0)]
    entries = [orjson.loads(record.value) for record in sim.log.places[lane.journal, tenure.partition]]
    runs = [*(run for entry in entries for run in entry), *tenure.held]
    ends = Counter()
    for topic, first, count in runs:
        assert first == ends[topic], f"{lane.journal}: {topic} goes on at {first}, it was read up to {ends[topic]}"
        ends[topic] += count
    return [
        record
        for topic, first, count in runs
        for record in sim.log.places[topic, tenure.partition][first : first + count]
    ]


def _differences(tenure, tables, why):
    for name, rows in tenure.tables().items():
        if name != STANDING and rows != tables[name]:
            yield f"{tenure}: {why} gives another table {name}"
