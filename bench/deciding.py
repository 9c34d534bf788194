"""What an order costs each lane to decide, without a broker: prints one JSON object.

The orders of `pipeline` go through all lanes in this process, from the doors to the mails, in batches of BENCH_BATCH
records; the crew, the carriers and the mail server answer at once. Processor time, in microseconds an order; `told`
counts records. `bytes` is a digest of all outputs, equal from run to run over one BENCH_HOME (its keys seal names): a
change that is for speed alone must leave it as it is.
"""

import json
import os
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from _figures import rounded, say
from _orders import goods, orders

from cauce.cli.up import deployment_lanes
from cauce.demo import carrier, crew, supplier
from cauce.demo.builtin import postal_folder
from cauce.demo.retail_company import SITES, reference_for
from cauce.demo.stage import Said
from cauce.ids import outside_id
from cauce.runtime.clock import ClockHand
from cauce.runtime.deciding import receive
from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.engine.process import tune
from cauce.runtime.lane import Lane, Output, Record
from cauce.runtime.partitions import partition_of
from cauce.runtime.reference.publisher import SOURCE, TOPICS
from cauce.runtime.reference.reference_files import published
from cauce.runtime.runners.errands import ERRANDS, Results
from cauce.runtime.service import Answer, RunnerLane
from cauce.runtime.settings import Settings
from cauce.runtime.topics import specs
from schemas.effects import EffectOutcome
from schemas.envelope import Envelope
from schemas.raw import RawTopic
from services import NAMES, load

ORDERS = int(os.environ.get("BENCH_ORDERS", "3000"))
WARM_UP = int(os.environ.get("BENCH_WARM_UP_ORDERS", "300"))
BATCH = int(os.environ.get("BENCH_BATCH", "500"))
UNITS = 1_000_000
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
WORLD = {topic: actor.respond for actor in (crew, carrier) for topic in actor.TOPICS}
_DONE = Answer(EffectOutcome.DONE, provider_reference="bench")


class Runs(NamedTuple):
    """A lane's partitions, and of a runner how it answers."""

    lane: Lane
    tenures: list[OfflineTenure]
    results: Results | None


class Company:
    """All lanes of a deployment over topics in memory."""

    def __init__(self, settings: Settings) -> None:
        lanes = deployment_lanes(settings)
        self._counts = {spec.name: spec.partitions for spec in specs(settings, lanes)}
        self._waiting: dict[tuple[str, str, int], list[Record]] = defaultdict(list)
        self._ends: Counter[tuple[str, int]] = Counter()
        self._runs = [self._run(lane, settings) for lane in lanes]
        self._readers = {topic: [lane.id for lane in lanes if topic in lane.inputs] for topic in self._counts}
        self.busy: Counter[str] = Counter()
        self.told: Counter[str] = Counter()
        self.bytes = sha256()

    def _run(self, lane: Lane, settings: Settings) -> Runs:
        tenures = [OfflineTenure(lane, number) for number in range(self._counts[lane.inputs[0]])]
        declared = [one for one in load(lane.service).lanes if isinstance(one, RunnerLane) and one.name == lane.name]
        results = [
            Results(service=one.service, lane=one.name, topic=one.results, release=settings.release) for one in declared
        ]
        return Runs(lane, tenures, results[0] if results else None)

    def write(self, output: Output) -> None:
        """As a broker does, for every lane that reads it."""
        topic, key, value, headers, chosen = output
        number = chosen if chosen is not None else partition_of(key or b"", self._counts[topic])
        record = Record(topic, number, self._ends[topic, number], key, value, headers)
        self._ends[topic, number] += 1
        for lane in self._readers[topic]:
            self._waiting[lane, topic, number].append(record)
        if topic in WORLD:
            self.say(WORLD[topic](receive(record)))

    def say(self, said: Iterable[Said]) -> None:
        """What the outside says, unless it lies in the future."""
        for one in said:
            if one.not_before is None or one.not_before <= AT:
                value = one.form.model_dump_json(exclude_none=True).encode()
                self.write(Output(one.topic.value, one.key.encode(), value, [], None))

    def publish_reference(self, company: dict[str, str], settings: Settings) -> None:
        """As `cauce reference` does."""
        for kind, items in reference_for(company).items():
            for part in published(kind, items):
                identity = outside_id("publisher", part.type, part.natural_key())
                headers = Envelope(identity, part.type, SOURCE, part.kind, part.part, AT, settings.release).to_headers()
                for topic in TOPICS:
                    for number in range(self._counts[topic]):
                        self.write(Output(topic, part.key_value().encode(), part.to_bytes(), headers, number))

    def work(self) -> None:
        """Until nobody has anything left to read."""
        while any(self._waiting.values()):
            for run in self._runs:
                for tenure in run.tenures:
                    self._turn(run, tenure)

    def _turn(self, run: Runs, tenure: OfflineTenure) -> None:
        batch: list[Record] = []
        for topic in run.lane.inputs:
            waiting, room = self._waiting[run.lane.id, topic, tenure.partition], BATCH - len(batch)
            batch += waiting[:room]
            del waiting[:room]
        if not batch:
            return
        out = self._timed(run.lane, lambda: tenure.decide(batch))
        if run.results is not None:
            out = out + self._timed(run.lane, lambda: _answered(tenure, run.results))
        for output in out:
            self.told[run.lane.id] += 1
            self.bytes.update(repr(output).encode())
            self.write(output)

    def _timed(self, lane: Lane, act: Callable[[], list[Output]]) -> list[Output]:
        began = time.process_time_ns()
        out = act()
        self.busy[lane.id] += time.process_time_ns() - began
        return out


def _answered(tenure: OfflineTenure, results: Results | None) -> list[Output]:
    """The provider said yes to everything."""
    work = tenure.unit()
    for key, errand in list(work.scan(ERRANDS, b"", b"\xff" * 9)):
        if results is not None:
            results.answer(work, key, errand.tried(AT, maybe_done=False), _DONE, AT)
    tenure.stage(work)
    tenure.keep(work, {})
    return work.out


def measure(home: Path) -> dict[str, object]:
    """Some orders to warm up, then those that are timed."""
    ClockHand(home / "clock", AT)
    settings = Settings(home=home, clock=str(home / "clock"), gazetteer=postal_folder(), prefix="")
    things = goods()
    company = Company(settings)
    company.publish_reference(things, settings)
    for site in SITES:
        company.say(supplier.receipts("opening", site.id, ((sku, UNITS) for sku in things)))
    company.work()
    channel = orders(things, AT)
    for count in (WARM_UP, ORDERS):
        company.busy.clear()
        company.told.clear()
        for order in islice(channel, count):
            company.write(Output(RawTopic.CHANNEL_ORDERS.value, order.number.encode(), order.value, [], None))
        company.work()
    return report(company)


def report(company: Company) -> dict[str, object]:
    """By service and by lane, the dearest first."""
    lanes = {name: rounded(spent / 1e3 / ORDERS) for name, spent in company.busy.most_common()}
    services = {name: sum(cost for lane, cost in lanes.items() if lane.startswith(name)) for name in NAMES}
    return {
        "us_per_order": rounded(sum(lanes.values())),
        "services": {name: rounded(cost) for name, cost in services.items() if cost},
        "lanes": lanes,
        "told_per_order": {name: rounded(count / ORDERS) for name, count in company.told.most_common()},
        "bytes": company.bytes.hexdigest(),
    }


if __name__ == "__main__":
    tune()
    with ExitStack() as stack:
        home = os.environ.get("BENCH_HOME") or stack.enter_context(tempfile.TemporaryDirectory())
        say(f"{ORDERS} orders")
        print(json.dumps(measure(Path(home))))
