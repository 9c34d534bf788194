"""From a service's declaration to the lanes that its worker runs."""

from collections.abc import Callable
from dataclasses import replace

from cauce.runtime.deciding import EntityHandler, RowsHandler, receive
from cauce.runtime.doors.door import door_lane
from cauce.runtime.lane import Lane, Record, Unprocessable
from cauce.runtime.publishing import home_topics
from cauce.runtime.runners.runner import runner_lane
from cauce.runtime.service import DoorLane, EntityLane, RowsLane, RunnerLane, Service, ServiceLane
from cauce.runtime.settings import Settings
from schemas.reference import ReferenceActivated, ReferencePublished, TimeReached
from schemas.topics import Family

_TICK = ("ce_type", TimeReached.type.encode())
CLOCK = "ticks"
Subject = Callable[[Record], bytes | None]


def lanes_of(service: Service, settings: Settings) -> tuple[Lane, ...]:
    """The lanes of a service, ready for a worker; also what topics to create and what to replay."""
    return tuple(replace(_lane(declared, settings), pause_seconds=service.pause_seconds) for declared in service.lanes)


def _lane(declared: ServiceLane, settings: Settings) -> Lane:
    build: Callable[..., Lane] = _BUILDERS[type(declared)]
    return build(declared, settings)


def _entity(declared: EntityLane, settings: Settings) -> Lane:
    handler = EntityHandler(declared, settings.release)
    return _decided(declared, handler, family=Family.ORDERS, subject=_entity_subject)


def _entity_subject(record: Record) -> bytes | None:
    """The entity. A tick is about nobody: one that cannot be read must not stop the clock."""
    return None if record.topic == CLOCK else record.key


def _rows(declared: RowsLane, settings: Settings) -> Lane:
    handler = RowsHandler(declared, settings.release)
    return _decided(declared, handler, family=declared.family, subject=_subject)


def _decided(
    declared: EntityLane | RowsLane, handler: EntityHandler | RowsHandler, *, family: Family, subject: Subject
) -> Lane:
    return Lane(
        service=declared.service,
        name=declared.name,
        inputs=tuple(declared.inputs),
        outputs=home_topics(declared.publishes),
        tables=handler.tables,
        handler=handler,
        subject=subject,
        family=family.value,
        waits=_is_tick,
    )


def _is_tick(record: Record) -> bool:
    return _TICK in record.headers


def _subject(record: Record) -> bytes | None:
    """Whom a command to a keeper is about: its key is the pool, and one bad command must not stop a pool.

    Versions of one kind of reference data, and which is active, are about the same: one that is retried must not
    replace a later one.
    """
    try:
        message = receive(record).message
    except (ValueError, Unprocessable):
        return None
    if isinstance(message, ReferencePublished | ReferenceActivated):
        return f"{ReferencePublished.type}/{message.kind}".encode()
    return (getattr(message, "order_id", "") or f"{message.type}/{message.natural_key()}").encode()


_BUILDERS: dict[type, Callable[..., Lane]] = {
    DoorLane: door_lane,
    EntityLane: _entity,
    RowsLane: _rows,
    RunnerLane: runner_lane,
}
