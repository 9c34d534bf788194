"""What `cauce parked` is about: what lanes blocked and what doors set aside, its rows, and those an operator named."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import click

from cauce.runtime.doors.aside import SetAside, set_aside
from cauce.runtime.engine.parked import Missing, Parked, out_of_turn, waiting
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import Settings

WAITS, SET_ASIDE = "waits", "set aside"


class Listed(NamedTuple):
    """Records of one service that an operator sees, or some of them, each kind in the order of parking."""

    parked: list[Parked]
    aside: list[SetAside]
    missing: list[Missing]

    @property
    def records(self) -> list[Parked | SetAside]:
        """Both kinds, in the order of parking."""
        both: list[Parked | SetAside] = [*self.parked, *self.aside]
        return sorted(both, key=lambda one: one.number)


async def all_of(settings: Settings, servers: str, services: Iterable[str]) -> list[Listed]:
    """All that there is, by service."""
    names = list(services)
    aside = await set_aside(servers, settings.prefix, names)
    found = []
    for service in names:
        parked, missing = await waiting(servers, settings.prefix, service)
        found.append(Listed(parked, [one for one in aside if _service(one.about.lane) == service], missing))
    return found


async def chosen_of(
    settings: Settings, servers: str, service: str, numbers: Sequence[int], *, everything: bool
) -> Listed:
    """What a word of the operator is about. Refuses numbers that nothing has, and those whose turn it is not."""
    if everything == bool(numbers):
        raise click.UsageError("name the records by number, or say --all")
    [there] = await all_of(settings, servers, (service,))
    if everything:
        return there
    chosen = Listed(
        [one for one in there.parked if one.number in numbers],
        [one for one in there.aside if one.number in numbers],
        [],
    )
    if unknown := sorted(set(numbers) - {one.number for one in chosen.records}):
        raise Unavailable(f"{', '.join(map(str, unknown))} does not wait; see `cauce parked list`")
    if late := out_of_turn(there.parked, chosen.parked):
        pairs = ", ".join(f"{one.number} waits behind {elder.number}" for one, elder in late)
        raise Unavailable(f"{pairs}: name the elder too")
    return chosen


async def one_of(settings: Settings, servers: str, service: str, number: int) -> Parked | SetAside:
    """The record of that number, whosever turn it is."""
    [there] = await all_of(settings, servers, (service,))
    for one in there.records:
        if one.number == number:
            return one
    raise Unavailable(f"{number} does not wait; see `cauce parked list`")


def rows_of(there: Listed) -> list[dict[str, Any]]:
    """A row each, oldest first; those that have expired last."""
    return [*map(row_of, there.records), *map(_missing_row, there.missing)]


def row_of(one: Parked | SetAside) -> dict[str, Any]:
    """What a table and a JSON line say. Nothing ever waits behind what a door set aside: it has no subject."""
    if isinstance(one, SetAside):
        state, subject, is_next = SET_ASIDE, "", True
    else:
        state, subject, is_next = WAITS, _subject(one.about.subject), one.is_next
    return {
        "service": _service(one.about.lane),
        "number": one.number,
        "state": state,
        "parked_at": datetime.fromtimestamp(one.parked_at_ms / 1000, UTC).isoformat(timespec="seconds"),
        "lane": one.about.lane,
        "subject": subject,
        "next": "next" if is_next else "",
        "reason": one.about.reason,
        "came_as": one.about.place,
    }


def _missing_row(one: Missing) -> dict[str, Any]:
    return {
        "service": _service(one.lane),
        "number": "",
        "state": WAITS,
        "parked_at": "",
        "lane": one.lane,
        "subject": _subject(one.subject),
        "next": "",
        "reason": "its record has expired; it can only be dropped, with --all",
        "came_as": one.turn,
    }


def _subject(subject: bytes) -> str:
    """Nothing for a record that has none of its own (see `alone`)."""
    return "" if subject.startswith(b"\0") else subject.decode(errors="backslashreplace")


def _service(lane: str) -> str:
    return lane.partition("-")[0]
