"""How a service is declared: its lanes, as plain data. No service sees Faust, offsets or transactions.

- `EntityLane`: one immutable state a key (an order, a person), a `Decider`, and a translation for each input.
- `RowsLane`: one decider over thousands of rows (a pool's stock).
- `DoorLane`: raw topics of outsiders in, commands out; the only place that reads a clock, seals and makes ids.
- `RunnerLane`: effects in, answers out; the only place that calls a provider.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import BaseModel

from cauce.decider import Decider, Reference, RowCodec, Rows
from cauce.runtime.settings import Settings
from schemas.base import Message
from schemas.effects import EffectOutcome
from schemas.envelope import Envelope
from schemas.foreign import Foreign
from schemas.raw import RawTopic
from schemas.topics import Family


class Received(NamedTuple):
    """A record that a lane read: logical topic, envelope and message."""

    topic: str
    envelope: Envelope
    message: Any


Translate = Callable[[Received, Reference], Any | None]


class Unreadable(ValueError):
    """A door cannot make a command of this record; the reason names the field and carries no value of it."""


class ProviderDown(Exception):
    """The provider did not answer, or asked for patience: try the same effect again, with the same key, later.

    `may_have_acted` is False where it surely did nothing; else the next attempt counts as a repeat.
    """

    def __init__(self, reason: str, *, retry_after_seconds: float = 0, may_have_acted: bool = True) -> None:
        super().__init__(reason)
        self.retry_after_seconds = retry_after_seconds
        self.may_have_acted = may_have_acted


class Answer(NamedTuple):
    """A provider's final word on one effect."""

    outcome: EffectOutcome
    provider_reference: str = ""
    detail: str = ""


class DoorTools(NamedTuple):
    """What a door may use: the time it is, the deployment's secret, and the vault's seal for a person's details."""

    now: datetime
    secret: bytes
    seal: Callable[[str, BaseModel], Any]
    locate: Callable[[str, str], Any]


class Command(NamedTuple):
    """A command a door publishes: the id is that of the outside cause, `outside_id(channel, kind, business key)`."""

    cause_id: str
    message: Message


@dataclass(frozen=True, slots=True)
class EntityLane:
    """One state a key. `inputs` maps a topic to the pure function that makes a command (or None) of its messages.

    `entity` names the field by which every message it publishes says whose fact it is; those in `entities` say it by
    another, as a router does that hears of orders and of skus. A `light` lane is given messages
    in their light forms (`schemas.light`): it is hot, and its state keeps no part of a message.
    """

    service: str
    name: str
    inputs: Mapping[str, Translate]
    decider: Decider[Any, Any, Any]
    state: type[BaseModel]
    publishes: tuple[type[Message], ...]
    entity: str = "order_id"
    entities: Mapping[type[Message], str] = field(default_factory=dict)
    on_due: Callable[[datetime], Any] | None = None
    light: bool = False

    def entity_of(self, message: type[Message]) -> str:
        """The field by which a message says whose fact it is."""
        return self.entities.get(message, self.entity)


@dataclass(frozen=True, slots=True)
class RowsLane:
    """One decider over rows. `view(rows, reference)` is its state; `kinds` says how its rows are written."""

    service: str
    name: str
    inputs: Mapping[str, Translate]
    view: Callable[[Rows, Reference], Any]
    decide: Callable[[Any, Any], tuple[Message, ...]]
    evolve: Callable[[Any, Any], Any]
    kinds: Mapping[str, RowCodec]
    publishes: tuple[type[Message], ...]
    family: Family = Family.POOLS


@dataclass(frozen=True, slots=True)
class DoorLane:
    """Raw topics in, the service's own commands out. What cannot be read is set aside, sealed, with the reason."""

    service: str
    inputs: Mapping[RawTopic, Callable[[Foreign, DoorTools], tuple[Command, ...]]]
    publishes: tuple[type[Message], ...]
    name: str = "door"


@dataclass(frozen=True, slots=True)
class RunnerLane:
    """Effects in, one answer each out.

    `connect(settings)` opens the provider with the worker's settings, once a worker, as an async context manager.
    `perform(effect, effect_id, attempt)` of what it yields returns an Answer or raises ProviderDown; `effect_id` is the
    idempotency key. `attempt` counts from 1 and survives crashes, so a second one after a crash is known as such. A
    provider that forgets keys also has `key_life_seconds` and `look_up` (`cauce.runtime.runners.runner.LooksUp`).
    `concurrency` calls run at once, a partition, unless the provider knows better (`KnowsItsWidth` there).
    """

    service: str
    effects: str
    results: str
    connect: Callable[[Settings], Any]
    name: str = "runner"
    concurrency: int = 8


Perform = Callable[[Message, str, int], Awaitable[Answer]]
ServiceLane = EntityLane | RowsLane | DoorLane | RunnerLane


@dataclass(frozen=True, slots=True)
class Service:
    """A consumer group: the lanes that share a process. Its workers can be run many times.

    A service without lanes (the read model) runs itself: `run(settings)` answers the exit code. A lane commits at most
    once in `pause_seconds`, unless more waits than a transaction takes.
    """

    name: str
    lanes: tuple[ServiceLane, ...] = ()
    run: Callable[[Settings], int] | None = None
    pause_seconds: float = 0.0
