"""Days counted the way a carrier counts them, and the way a site with holidays does."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

SATURDAY = 5
DAY = timedelta(days=1)
NO_WORKING_DAY = "no working day"


def is_working_day(day: date) -> bool:
    """Monday to Friday."""
    return day.weekday() < SATURDAY


def add_working_days(day: date, count: int) -> date:
    """The `count`-th working day after `day`; with 0, `day` itself or the next working day."""
    while not is_working_day(day):
        day += timedelta(days=1)
    for _ in range(count):
        day += timedelta(days=1)
        while not is_working_day(day):
            day += timedelta(days=1)
    return day


class Off(NamedTuple):
    """A day that did not count, and why."""

    day: date
    why: str


def _nothing_else(_day: date) -> str:
    return ""


class Calendar(NamedTuple):
    """The weekdays on which somebody works, Monday being 0, at least one; and days off by name."""

    weekdays: frozenset[int]
    off: Mapping[date, str]

    def why_off(self, day: date) -> str:
        """Why nobody works on a day; empty where somebody does."""
        return self.off.get(day) or ("" if day.weekday() in self.weekdays else NO_WORKING_DAY)

    def first(self, day: date, barred: Callable[[date], str] = _nothing_else) -> tuple[date, tuple[Off, ...]]:
        """The first working day from `day` on for which `barred` gives no reason, and the days skipped before it."""
        skipped = []
        while why := self.why_off(day) or barred(day):
            skipped.append(Off(day, why))
            day += DAY
        return day, tuple(skipped)

    def after(self, day: date, count: int) -> tuple[date, tuple[Off, ...]]:
        """The `count`-th working day after `day`, with 0 `day` itself; and the days skipped on the way."""
        skipped: tuple[Off, ...] = ()
        for _ in range(count):
            day, more = self.first(day + DAY)
            skipped += more
        return day, skipped
