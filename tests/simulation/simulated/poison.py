"""Records that a lane stumbles over until its code is mended, and the operator who then sends them in again."""

from dataclasses import replace

from cauce.audit.reading import SERVICES
from cauce.runtime.engine.parking import about, control
from cauce.runtime.lane import RETRY


class Stumbled(Exception):
    """The code of today cannot decide this record."""


class Poison:
    """What lanes stumble over, at once or with all their work done: (lane, topic, partition, offset)."""

    def __init__(self):
        self.records, self.lanes = set(), set()

    def over(self, lane):
        """The lane, as a release with a bug has it; doors set aside and are spared."""
        return replace(lane, handler=self._guarded(lane)) if lane.parks else lane

    def _guarded(self, lane):
        def handler(record, work):
            stumbles = self.records and (lane.id, record.topic, record.partition, record.offset) in self.records
            if not stumbles or record.offset % 2:
                lane.handler(record, work)
            if stumbles:
                raise Stumbled

        return handler

    def add(self, lane, record):
        self.lanes.add(lane.id)
        self.records.add((lane.id, record.topic, record.partition, record.offset))

    def mend(self):
        """The next release decides everything."""
        self.records.clear()


def parked_by_lanes(log):
    """What lanes parked, oldest first, by service; what doors set aside is not theirs."""
    return [
        record
        for service in SERVICES
        for record in log.of(f"{service}-parked")
        if not about(record.headers).lane.endswith("-door")
    ]


def retry(log, record):
    """The operator sends a parked record in again; the lane passes over one whose turn it is not."""
    sent = control(RETRY, record, record.value)
    log.append(sent.topic, sent.key, sent.value, sent.headers, partition=sent.partition)
