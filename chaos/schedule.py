"""Which fault strikes when, whom, and for how long: a pure function of the seed."""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from functools import partial
from typing import NamedTuple

from cauce.demo.chance import draw

FIRST_SECONDS = 5.0  # of load before the first fault
SHORTEST_GAP, LONGEST_GAP = 5.0, 15.0
_TRIES = 6  # to find somebody who is not being struck already


class Fault(StrEnum):
    """The kinds of faults, as `--faults` names them."""

    KILL = "kill"
    STOP = "stop"
    REBALANCE = "rebalance"
    BROKER = "broker"
    POISON = "poison"
    NETWORK = "network"
    CLOCK = "clock"


class Field(NamedTuple):
    """Who can be struck: services, workers of each, brokers, and whether somebody beside them can be killed."""

    services: Sequence[str]
    workers: int
    brokers: int
    others: Sequence[str] = ()


class Injection(NamedTuple):
    """One fault. `targets` are workers, services, brokers or ways, as its form wants."""

    number: int
    at_seconds: float
    fault: Fault
    form: str
    targets: tuple[str, ...]
    lasts_seconds: float

    @property
    def name(self) -> str:
        """Fault and form."""
        return f"{self.fault} {self.form}"

    @property
    def ends_seconds(self) -> float:
        """When it is over, in seconds from the first order."""
        return self.at_seconds + self.lasts_seconds


Draw = Callable[..., float]
Whom = Callable[[Field, Draw], tuple[str, ...]]


class Form(NamedTuple):
    """One way in which a fault comes: how often beside its siblings, how long, and whom it meets."""

    name: str
    weight: int
    shortest: float
    longest: float
    whom: Whom


def worker_name(service: str, number: int) -> str:
    """As `cauce up` names its processes."""
    return f"{service}-{number}"


def workers(field: Field) -> tuple[str, ...]:
    """Every worker."""
    return tuple(worker_name(service, number) for service in field.services for number in range(field.workers))


def _one_worker(field: Field, chance: Draw) -> tuple[str, ...]:
    return (_one_of(workers(field), chance("worker")),)


def _anybody(field: Field, chance: Draw) -> tuple[str, ...]:
    return (_one_of((*workers(field), *field.others), chance("anybody")),)


def _one_service(field: Field, chance: Draw) -> tuple[str, ...]:
    service = _one_of(field.services, chance("service"))
    return tuple(worker_name(service, number) for number in range(field.workers))


def _everybody(field: Field, _chance: Draw) -> tuple[str, ...]:
    return workers(field)


def _named_service(field: Field, chance: Draw) -> tuple[str, ...]:
    return (_one_of(field.services, chance("service")),)


def _one_broker(field: Field, chance: Draw) -> tuple[str, ...]:
    return (_one_of(broker_names(field), chance("broker")),)


def _all_brokers(field: Field, _chance: Draw) -> tuple[str, ...]:
    return broker_names(field)


def _one_way(field: Field, chance: Draw) -> tuple[str, ...]:
    return (_one_of([way_name(number) for number in range(field.workers)], chance("way")),)


def _the_clock(_field: Field, _chance: Draw) -> tuple[str, ...]:
    return ("hand",)


def _nobody(_field: Field, _chance: Draw) -> tuple[str, ...]:
    return ()


def broker_names(field: Field) -> tuple[str, ...]:
    """Every broker."""
    return tuple(f"broker-{number}" for number in range(1, field.brokers + 1))


def way_name(number: int) -> str:
    """The way to the brokers that the workers of this number take."""
    return f"way-{number}"


FORMS: dict[Fault, tuple[Form, ...]] = {
    Fault.KILL: (
        Form("one", 6, 0, 0, _anybody),
        Form("service", 2, 0, 0, _one_service),
        Form("again", 2, 0.5, 2.5, _one_worker),
        Form("wiped", 2, 0, 0, _one_worker),
        Form("all", 1, 0, 0, _everybody),
    ),
    Fault.STOP: (
        Form("one", 4, 8, 30, _one_worker),
        Form("long", 1, 30, 90, _one_worker),
        Form("service", 1, 8, 30, _one_service),
    ),
    Fault.REBALANCE: (
        Form("leave", 3, 0, 0, _one_worker),
        Form("join", 3, 8, 25, _named_service),
        Form("roll", 1, 0, 0, _one_service),
    ),
    Fault.BROKER: (
        Form("kill", 4, 0, 8, _one_broker),
        Form("stop", 2, 8, 20, _one_broker),
        Form("all", 1, 5, 60, _all_brokers),
    ),
    Fault.POISON: (Form("raw", 1, 0, 0, _nobody), Form("inputs", 1, 0, 0, _nobody)),
    Fault.NETWORK: (
        Form("latency", 2, 8, 20, _one_way),
        Form("slow", 1, 8, 20, _one_way),
        Form("reset", 2, 3, 10, _one_way),
        Form("silent", 2, 8, 30, _one_way),
        Form("deaf", 1, 8, 30, _one_way),
        Form("refused", 2, 8, 30, _one_way),
    ),
    Fault.CLOCK: (
        Form("ahead", 2, 3, 15, _the_clock),
        Form("back", 2, 3, 15, _the_clock),
        Form("stands", 1, 3, 15, _the_clock),
    ),
}


def schedule(seed: int, seconds: float, faults: Iterable[Fault], field: Field) -> tuple[Injection, ...]:
    """The injections of a run, by time; every fault named comes once before one of them comes again.

    All end within `seconds`. Nobody is struck by two at once; faults of different targets overlap.
    """
    chance = partial(draw, str(seed))
    kinds = sorted(set(faults))
    found: list[Injection] = []
    at, number = FIRST_SECONDS, 0
    while kinds and at < seconds:
        fault = _in_rounds(kinds, number, chance)
        injection = _free(found, fault, at=at, number=number, field=field, seconds=seconds, chance=chance)
        found += [injection] if injection else []
        number += 1
        at += SHORTEST_GAP + (LONGEST_GAP - SHORTEST_GAP) * chance("gap", str(number))
    return tuple(found)


def _in_rounds(kinds: Sequence[Fault], number: int, chance: Draw) -> Fault:
    turn, place = divmod(number, len(kinds))
    return sorted(kinds, key=lambda kind: chance("round", str(turn), kind))[place]


def _free(
    found: Sequence[Injection],
    fault: Fault,
    *,
    at: float,
    number: int,
    field: Field,
    seconds: float,
    chance: Draw,
) -> Injection | None:
    """An injection that fits, if a few draws give one."""
    busy = {target for before in found if before.ends_seconds > at for target in before.targets}
    for attempt in range(_TRIES):
        own = partial(chance, str(number), str(attempt))
        form = _weighted([form for form in FORMS[fault] if form.shortest <= seconds - at], own("form"))
        targets = form.whom(field, own) if form else ()
        if form and not busy.intersection(targets):
            lasts = form.shortest + (min(form.longest, seconds - at) - form.shortest) * own("lasts")
            return Injection(number, round(at, 2), fault, form.name, targets, round(lasts, 2))
    return None


def _weighted(forms: Sequence[Form], drawn: float) -> Form | None:
    many = [form for form in forms for _ in range(form.weight)]
    return many[int(drawn * len(many))] if many else None


def _one_of(names: Sequence[str], drawn: float) -> str:
    return names[int(drawn * len(names))]
