"""Promise terms as data, when sites ship and how long carriers take; and the promise that a decision keeps.

A calendar of holidays has a name: a country of ISO 3166, with a subdivision where it has one (`GB-ENG`), or one of the
company's own. Its days are written out before the terms are published, so that a decision never asks a library.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, NonNegativeInt, PositiveInt, StringConstraints, model_validator

from schemas.base import Instant, Part
from schemas.orders import Country, ShipOption

Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
CalendarName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{1,62}$")]
PostalBeginning = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,8}$")]


class Weekday(StrEnum):
    """Days of the week, Monday first."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


MONDAY_TO_FRIDAY = tuple(Weekday)[:5]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError(f"expected a time zone such as Europe/London, found {name!r}") from None
    return name


def _real_day(day: str) -> str:
    date.fromisoformat(day)
    return day


TimeZone = Annotated[str, AfterValidator(_known_zone)]
RealDay = Annotated[Day, AfterValidator(_real_day)]


class WorkingDays(Part):
    """When somebody works: days of the week, less the holidays of these calendars."""

    working_days: tuple[Weekday, ...] = Field(default=MONDAY_TO_FRIDAY, min_length=1)
    holidays: tuple[CalendarName, ...] = ()


class SiteHours(WorkingDays):
    """When a site ships. What is ordered by the cutoff of its option leaves the same working day, in the site's time.

    `collected` is when carriers come; `handling_days` are working days before that; `closed` are days of its own.
    `capacity_a_day` shipments are promised for a day, and no more.
    """

    time_zone: TimeZone
    cutoffs: dict[ShipOption, TimeOfDay] = Field(min_length=1)
    collected: TimeOfDay = "18:00"
    handling_days: NonNegativeInt = 0
    capacity_a_day: PositiveInt | None = None
    closed: tuple[RealDay, ...] = ()

    @model_validator(mode="after")
    def _collected_after_every_cutoff(self) -> Self:
        for option, cutoff in self.cutoffs.items():
            if cutoff > self.collected:
                raise ValueError(f"{option} is cut off at {cutoff}, after carriers came at {self.collected}")
        return self


class Transit(WorkingDays):
    """How many of its working days a carrier needs with an option. Of countries and codes, none said is every one.

    `postal` are beginnings of postal codes; of the rows of a carrier, those with the longest one that fits count.
    """

    carrier: str = Field(min_length=1)
    option: ShipOption
    origins: tuple[Country, ...] = ()
    markets: tuple[Country, ...] = ()
    postal: tuple[PostalBeginning, ...] = ()
    days: PositiveInt


class PromiseTerms(Part):
    """All that promise dates are made of; there is one. `holidays` are calendars by name, their days with a name."""

    id: str = "promises"
    sites: dict[str, SiteHours] = Field(min_length=1)
    transit: tuple[Transit, ...] = Field(min_length=1)
    holidays: dict[CalendarName, dict[RealDay, str]] = Field(default_factory=dict)


class Skipped(Part):
    """A day on which nothing went on, and why: a holiday by its name, `closed`, `full`, or no working day."""

    on: Day
    why: str


class ShipmentPromise(Part):
    """When a shipment leaves its site at the latest, when it is with the customer, and why not earlier.

    It leaves on that day of the site's if it is ordered by `cutoff`. `held` are days skipped at the site, `slowed`
    those on the way.
    """

    cutoff: Instant
    leaves_on: date
    ship_by: Instant
    deliver_on: date
    carrier: str
    transit_days: PositiveInt
    held: tuple[Skipped, ...] = ()
    slowed: tuple[Skipped, ...] = ()


class OrderPromise(Part):
    """When the last of some shipments leaves, and when the last is with the customer."""

    ship_by: Instant
    deliver_on: date
