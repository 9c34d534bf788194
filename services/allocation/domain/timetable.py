"""When a site ships what is ordered now, and when a carrier brings it: the promise terms of one version, made to ask.

Days are the site's own, in its time zone; an instant that its clocks skip or repeat is taken as PEP 495 reads it.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cauce.calendars import DAY, Calendar, Off
from schemas.light import light
from schemas.orders import Destination, ShipOption
from schemas.promises import PromiseTerms, ShipmentPromise, SiteHours, Skipped, Transit, Weekday, WorkingDays
from services.allocation.domain.sourcing import NearSite

CLOSED, FULL, CUTOFF_PASSED = "closed", "full", "cutoff passed"
_WEEKDAYS = {weekday: number for number, weekday in enumerate(Weekday)}

_promised, _skip = light(ShipmentPromise), light(Skipped)
Taken = Callable[[str, date], int]  # shipments that are promised for a site's day


class Leaving(NamedTuple):
    """A shipment's last day at its site; ordered after `cutoff`, it would be another."""

    day: date
    cutoff: datetime
    ship_by: datetime
    skipped: tuple[Off, ...]


class Arrival(NamedTuple):
    """A shipment's day at the customer's. Sorts by it, then by carrier."""

    day: date
    carrier: str
    transit_days: int
    skipped: tuple[Off, ...]


class Hours(NamedTuple):
    """A site's hours, made to ask."""

    said: SiteHours
    zone: ZoneInfo
    calendar: Calendar


class Timetable:
    """The promise terms of one version, of which there is one item."""

    def __init__(self, items: tuple[PromiseTerms, ...]) -> None:
        (terms,) = items
        self._hours = {site: _hours(terms, said) for site, said in terms.sites.items()}
        self._transit = [(row, Calendar(_weekdays(row), _holidays(terms, row))) for row in terms.transit]

    def promise(
        self, near: NearSite, destination: Destination, option: ShipOption, at: datetime, taken: Taken
    ) -> ShipmentPromise | None:
        """The earliest that a site may promise; None for a site without hours, or where no carrier is named."""
        leaving = self.leaving(near.site, option, at, taken)
        arrival = leaving and self.arrival(near.country, destination, option, leaving.day)
        return _promise(leaving, arrival) if leaving and arrival else None

    def leaving(self, site: str, option: ShipOption, at: datetime, taken: Taken) -> Leaving | None:
        """The last working day at a site of what is ordered at an instant."""
        hours = self._hours.get(site)
        if hours is None or option not in hours.said.cutoffs:
            return None
        cutoff, local = _clock(hours.said.cutoffs[option]), at.astimezone(hours.zone)
        late = at > _instant(local.date(), cutoff, hours.zone)  # instants: where an hour comes twice, the first counts
        passed = (Off(local.date(), CUTOFF_PASSED),) if late and not hours.calendar.why_off(local.date()) else ()
        begins, before = hours.calendar.first(local.date() + DAY * late)
        ready, during = hours.calendar.after(begins, hours.said.handling_days)
        day, full = hours.calendar.first(ready, lambda day: _why_full(hours.said, taken(site, day)))
        return Leaving(
            day,
            _instant(begins, cutoff, hours.zone),
            _instant(day, _clock(hours.said.collected), hours.zone),
            passed + before + during + full,
        )

    def arrival(self, origin: str, destination: Destination, option: ShipOption, leaves_on: date) -> Arrival | None:
        """The earliest day that any carrier may be there."""
        return min(
            (_arrival(row, days, leaves_on) for row, days in self._rows(origin, destination, option)), default=None
        )

    def _rows(self, origin: str, destination: Destination, option: ShipOption) -> Iterable[tuple[Transit, Calendar]]:
        longest: dict[str, int] = {}
        fitting = []
        for row, calendar in self._transit:
            length = _fits(row, origin, destination, option)
            if length is not None:
                fitting.append((length, row, calendar))
                longest[row.carrier] = max(length, longest.get(row.carrier, 0))
        return [(row, calendar) for length, row, calendar in fitting if length == longest[row.carrier]]

    def supplied_at(self, site: str, day: date) -> datetime | None:
        """When goods that come in on a day may be ordered: with the day's end at the site."""
        hours = self._hours.get(site)
        return _instant(day, time.max, hours.zone) if hours else None


def _hours(terms: PromiseTerms, said: SiteHours) -> Hours:
    closed = {date.fromisoformat(day): CLOSED for day in said.closed}
    return Hours(said, ZoneInfo(said.time_zone), Calendar(_weekdays(said), {**_holidays(terms, said), **closed}))


def _weekdays(said: WorkingDays) -> frozenset[int]:
    return frozenset(_WEEKDAYS[weekday] for weekday in said.working_days)


def _holidays(terms: PromiseTerms, said: WorkingDays) -> Mapping[date, str]:
    days = (terms.holidays.get(name, {}) for name in said.holidays)
    return {date.fromisoformat(day): name for named in days for day, name in named.items()}


def _clock(text: str) -> time:
    return time.fromisoformat(text)


def _instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)


def _why_full(said: SiteHours, taken: int) -> str:
    return FULL if said.capacity_a_day is not None and taken >= said.capacity_a_day else ""


def _fits(row: Transit, origin: str, destination: Destination, option: ShipOption) -> int | None:
    """How much of the postal code a row names; None where it is not for this way."""
    if row.option is not option or origin not in (row.origins or (origin,)):
        return None
    if destination.country not in (row.markets or (destination.country,)):
        return None
    named = [len(begin) for begin in row.postal if destination.postal_area.startswith(begin)]
    return max(named, default=None if row.postal else 0)


def _arrival(row: Transit, calendar: Calendar, leaves_on: date) -> Arrival:
    day, skipped = calendar.after(leaves_on, row.days)
    return Arrival(day, row.carrier, row.days, skipped)


def _promise(leaving: Leaving, arrival: Arrival) -> ShipmentPromise:
    return _promised(
        cutoff=leaving.cutoff,
        leaves_on=leaving.day,
        ship_by=leaving.ship_by,
        deliver_on=arrival.day,
        carrier=arrival.carrier,
        transit_days=arrival.transit_days,
        held=_skipped(leaving.skipped),
        slowed=_skipped(arrival.skipped),
    )


def _skipped(days: Iterable[Off]) -> tuple[Skipped, ...]:
    return tuple(_skip(on=one.day.isoformat(), why=one.why) for one in days)
