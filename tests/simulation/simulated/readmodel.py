"""The read model against the log: its tables do not depend on how partitions are interleaved, nor on repeats.

And wherever it stands, the audit finds in it what the facts say that it has read, and nothing else.
"""

from contextlib import closing
from random import Random

from sqlalchemy import create_engine, select

from cauce.audit.read_model import ReadModel
from cauce.audit.record import Entry
from cauce.cli.read_model import shown_of
from cauce.runtime.lane import is_control
from schemas.upcasts import read_message
from services.insight.columns import METADATA
from services.insight.domain.projection import project
from services.insight.held import held
from services.insight.store import Store
from services.insight.tables import OFFSETS
from services.insight.translate import INPUTS, to_fact


def read_models(sim):
    """Projected topic after topic, and in the order in which a projector that starts again might read: the same."""
    if not sim.weather.projected:
        return
    chance = Random(f"{sim.seed}/projection")
    places = [[_fact(record) for record in sim.log.places[topic, n] if not is_control(record.headers)]
              for topic in INPUTS for n in range(sim.log.counts[topic])]  # fmt: skip
    calm = _tables([fact for place in places for fact in place], 1000)
    mixed = _tables(_interleaved(places, chance), 40)
    yield from (f"the read model's {name} depend on the order of reading" for name in calm if calm[name] != mixed[name])
    yield from _audited(places, chance)


def _audited(places, chance):
    """What law 11 says of it, read to some place in every partition, and read to the end."""
    for reading in (lambda facts: chance.randrange(len(facts) + 1), len):
        read = [facts[: reading(facts)] for facts in places]
        check = ReadModel(_shown([fact for facts in read for fact in facts]))
        for fact in (fact for facts in places for fact in facts):
            check.see(_entry(fact))
        yield from (f"law 11: {one.place} {one.subject}: {one.detail}" for one in check.violations())
        left = sum(len(facts) for facts in places) - sum(len(facts) for facts in read)
        if check.behind != left:
            yield f"the read model is {left} facts behind, the audit says {check.behind}"


def _shown(facts):
    engine = create_engine("sqlite://")
    Store(engine).write([row for fact in facts for row in project(fact)], {})
    with closing(engine.connect()) as connection:
        shown = shown_of(held(connection))
    engine.dispose()
    return shown._replace(read={(fact.topic, fact.partition): fact.offset + 1 for fact in facts})


def _fact(record):
    return to_fact(record.topic, record.partition, record.offset, record.value, list(record.headers))


def _entry(fact):
    """As the audit reads it: not in its light form."""
    return Entry(*fact._replace(message=read_message(fact.message.type, fact.message.to_bytes())))


def _interleaved(places, chance):
    """Each partition in its order, but for a step back here and there."""
    left = {number: 0 for number, facts in enumerate(places) if facts}
    facts = []
    while left:
        number = chance.choice(tuple(left))
        start = max(0, left[number] - (chance.random() < 0.1))
        stop = min(len(places[number]), start + chance.randrange(1, 6))
        facts += places[number][start:stop]
        left[number] = stop
        if stop == len(places[number]):
            del left[number]
    return facts


def _tables(facts, batch):
    engine = create_engine("sqlite://")
    store = Store(engine)
    for start in range(0, len(facts), batch):
        store.write([row for fact in facts[start : start + batch] for row in project(fact)], {})
    with closing(engine.connect()) as connection:
        found = {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in METADATA.sorted_tables
            if table is not OFFSETS
        }
    engine.dispose()
    return found
