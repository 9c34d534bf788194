"""Doors: a lane that reads what outsiders write and publishes commands, and sets aside, sealed, what it cannot read.

The only place that reads a clock for an order, seals personal data and makes ids. Headers of outsiders go no further,
and none of them is taken for an operator's word. A record set aside is mended and sent to its raw topic again: the
ids of its commands come from business keys, so that sending twice adds nothing.
"""

import logging
from collections.abc import Callable
from functools import cached_property
from traceback import extract_tb
from typing import NamedTuple

from aiokafka.errors import KafkaError

from cauce.runtime.clock import Clock, clock_of
from cauce.runtime.doors.foreign import read_form
from cauce.runtime.doors.gazetteer import Gazetteer
from cauce.runtime.doors.vault import Vault
from cauce.runtime.doors.vault_keys import Erased
from cauce.runtime.engine.parking import alone, parked
from cauce.runtime.engine.work import MAX_VALUE_BYTES
from cauce.runtime.faults import Unavailable
from cauce.runtime.lane import Lane, Misfit, Record, Work
from cauce.runtime.publishing import home_topics, send
from cauce.runtime.service import Command, DoorLane, DoorTools, Unreadable
from cauce.runtime.settings import Settings
from schemas.envelope import Envelope
from schemas.raw import RawTopic
from schemas.topics import Family

log = logging.getLogger("cauce.door")

SEALED = ("sealed", b"deployment")  # on a record set aside: `Vault.open_raw` opens its value
SURPRISES = 20  # records in a row that our own code stumbled over: the fault is ours, stop before all are set aside
_WORLD = (OSError, KafkaError, MemoryError, Misfit, Unavailable)  # never the record's fault: these stop the worker
_SEAL_BYTES = 16


class Desk(NamedTuple):
    """What a door works with."""

    clock: Clock
    vault: Vault
    gazetteer: Gazetteer


def desk_of(settings: Settings) -> Desk:
    """The clock, the keys and the gazetteer of a deployment."""
    return Desk(clock_of(settings), Vault(settings.home), Gazetteer(settings.gazetteer))


def door_lane(declared: DoorLane, settings: Settings) -> Lane:
    """The lane of a declared door. It touches no clock, key or file before its first record."""
    return _lane(declared, Door(declared, settings.release, lambda: desk_of(settings)))


def _lane(declared: DoorLane, door: "Door") -> Lane:
    lane = Lane(
        service=declared.service,
        name=declared.name,
        inputs=tuple(topic.value for topic in declared.inputs),
        outputs=(*home_topics(declared.publishes), f"{declared.service}-parked"),
        tables=(),
        handler=lambda record, work: door.take(lane, record, work),
        settle=door.settle,
        family=Family.ORDERS.value,
        parks=False,
    )
    return lane


class Door:
    """Turns raw records into commands, one at a time."""

    def __init__(self, declared: DoorLane, release: str, open_desk: Callable[[], Desk]) -> None:
        self._functions, self._release, self._open_desk = declared.inputs, release, open_desk
        self._source = f"/cauce/{declared.service}/{declared.name}"
        self._surprises = 0

    @cached_property
    def desk(self) -> Desk:
        """Opened once, when it is first needed."""
        return self._open_desk()

    def take(self, lane: Lane, record: Record, work: Work) -> None:
        """Publish the commands in a record, all or none, or set it aside with the reason."""
        try:
            commands = self._read(record)
        except _WORLD:
            raise
        except Erased:
            self._set_aside(lane, record, work, "customer: erased; readmit the person, then send the record again")
        except Unreadable as unreadable:
            self._set_aside(lane, record, work, str(unreadable))
        except Exception as surprise:  # noqa: BLE001  # outsiders must not stop a door by what our code stumbles over
            self._set_aside(lane, record, work, self._surprise(record, surprise))
        else:
            self._surprises = 0
            for command, value, envelope in commands:
                send(work, command.message, value, envelope)

    def settle(self) -> None:
        """Bring the keys of people who were new in a batch to the disk, before anybody sees what was sealed."""
        self.desk.vault.settle()

    def _read(self, record: Record) -> list[tuple[Command, bytes, Envelope]]:
        topic = RawTopic(record.topic)
        form = read_form(topic, record.value)
        tools = self._tools()
        commands = self._functions[topic](form, tools)
        return [(one, _bytes(one), self._envelope(one, record, tools)) for one in commands]

    def _tools(self) -> DoorTools:
        clock, vault, gazetteer = self.desk
        return DoorTools(now=clock.now(), secret=vault.secret, seal=vault.seal_unsettled, locate=gazetteer.locate)

    def _envelope(self, command: Command, record: Record, tools: DoorTools) -> Envelope:
        return Envelope(
            id=command.cause_id,
            type=command.message.type,
            source=f"{self._source}/{record.topic}/{record.partition}",
            subject=command.message.key_value(),
            sequence=record.offset,
            at=tools.now,
            release=self._release,
        )

    def _set_aside(self, lane: Lane, record: Record, work: Work, reason: str) -> None:
        """Without its key, which is an outsider's text; what is too large to seal lies in its raw topic as long."""
        value = record.value or b""
        fits = len(value) + _SEAL_BYTES <= MAX_VALUE_BYTES
        sealed = self.desk.vault.seal_raw(value) if fits else None
        stripped = record._replace(key=None, value=sealed, headers=[SEALED])
        turn = f"{record.topic}/{record.offset}/0".encode()
        work.send(*parked(lane, stripped, reason=reason, subject=alone(record), turn=turn))
        log.warning(
            "set aside topic=%s partition=%d offset=%d reason=%r", record.topic, record.partition, record.offset, reason
        )

    def _surprise(self, record: Record, surprise: Exception) -> str:
        """What may be told: its type and place, as its text could quote the record. The last of many is raised."""
        self._surprises += 1
        if self._surprises >= SURPRISES:
            raise surprise
        frame = extract_tb(surprise.__traceback__)[-1]
        kind = type(surprise).__name__
        place = f"{frame.filename}:{frame.lineno}"
        log.error("stumbled topic=%s offset=%d by=%s at=%s", record.topic, record.offset, kind, place)
        return f"our own fault: {kind}; report it, then send the record again"


def _bytes(command: Command) -> bytes:
    value = command.message.to_bytes()
    if len(value) > MAX_VALUE_BYTES:
        raise Unreadable(f"{command.message.type} would have more than {MAX_VALUE_BYTES} bytes")
    return value
