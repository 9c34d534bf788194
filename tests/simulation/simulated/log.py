"""The broker: topics in memory, one transaction for all a tenure commits, and the epoch that fences a stale one."""

import hashlib
from collections import Counter, defaultdict

import orjson

from cauce.runtime.lane import Record
from cauce.runtime.partitions import partition_of
from cauce.runtime.topics import specs


class Fenced(RuntimeError):
    """Somebody else has taken the transactional id since: the commit leaves no trace."""


class Log:
    """Every topic of a deployment, committed records only, by topic and partition."""

    def __init__(self, settings, lanes):
        self.counts = {spec.name: spec.partitions for spec in specs(settings, lanes)}
        self.places = {(name, number): [] for name, count in self.counts.items() for number in range(count)}
        self.committed = defaultdict(list)  # outputs of each lane and partition, in the order they were committed
        self._epochs = Counter()

    def append(self, topic, key, value, headers, *, partition=None, own=0):
        """Write one record, to the partition of its key unless one is named; keyless ones stay with their writer."""
        count = self.counts[topic]
        if partition is None:
            partition = own % count if key is None else partition_of(key, count)
        place = self.places[topic, partition]
        place.append(Record(topic, partition, len(place), key, value, headers))

    def of(self, topic):
        """All records of a topic, partition after partition."""
        return [record for number in range(self.counts[topic]) for record in self.places[topic, number]]

    def digest(self):
        """One hash over every record of every topic."""
        whole = hashlib.sha256()
        for place, records in self.places.items():
            for record in records:
                whole.update(repr((place, record.key, record.value, tuple(record.headers))).encode())
        return whole.hexdigest()[:16]

    def fence(self, lane, partition):
        """The epoch of a new tenure; from now on nobody else's commit succeeds."""
        self._epochs[lane.id, partition] += 1
        return self._epochs[lane.id, partition]

    def commit(self, epoch, work, encoded):
        """Outputs, journal and changelogs, all or nothing; answers the last changelog offset by table."""
        lane, own = work.lane, work.partition
        if epoch != self._epochs[lane.id, own]:
            raise Fenced(f"{lane.id}/{own}: epoch {epoch} of {self._epochs[lane.id, own]}")
        for output in work.out:
            self.append(output.topic, output.key, output.value, output.headers, partition=output.partition, own=own)
        self.committed[lane.id, own] += work.out
        if lane.journal and work.journal:
            self.append(lane.journal, None, orjson.dumps(work.journal), [], own=own)
        return {name: self._change(lane.changelogs[name], own, changes) for name, changes in encoded.items()}

    def _change(self, changelog, own, changes):
        for key, value in changes:
            self.append(changelog, key, value, [], partition=own)
        return len(self.places[changelog, own]) - 1
