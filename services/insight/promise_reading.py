"""How many promise dates were kept: shipments whose date is over or that the customer has, by site, carrier or week."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, or_, select

from services.insight.tables import SHIPMENTS


class By(StrEnum):
    """What kept dates are counted by."""

    SITE = "site"
    CARRIER = "carrier"
    WEEK = "week"


class Kept(NamedTuple):
    """Of so many shipments whose date is known to be kept or broken; `weeks` are shares of kept ones, oldest first."""

    group: str
    kept: int
    broken: int
    at_risk: int
    weeks: dict[str, float]

    @property
    def rate(self) -> float:
        """The share that was kept."""
        return self.kept / (self.kept + self.broken)


def kept_by(connection: Connection, by: By) -> list[Kept]:
    """A row a group, by its name, and one of them all at the end; none where nothing is known yet."""
    columns = (SHIPMENTS.c[name] for name in ("site", "carrier", "deliver_on", "delivered_at", "at_risk_at"))
    known = or_(SHIPMENTS.c.delivered_at.is_not(None), SHIPMENTS.c.broken_at.is_not(None))
    rows = list(connection.execute(select(*columns).where(SHIPMENTS.c.deliver_on.is_not(None), known)))
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(_group(row, by), []).append(row)
    found = [_kept(group, groups[group]) for group in sorted(groups)]
    return [*found, _kept("all", rows)] if rows else []


def _group(row: Any, by: By) -> str:
    return week(row.deliver_on) if by is By.WEEK else (row.site if by is By.SITE else row.carrier) or "not packed"


def week(day: date) -> str:
    """ISO 8601: `2026-W48`."""
    year, number, _ = day.isocalendar()
    return f"{year}-W{number:02d}"


def is_kept(deliver_on: date, delivered_at: datetime | None) -> bool:
    """Whether the customer had it by the end of the day."""
    return delivered_at is not None and delivered_at.date() <= deliver_on


def _kept(group: str, rows: Iterable[Any]) -> Kept:
    rows = list(rows)
    weeks: dict[str, list[bool]] = {}
    for row in rows:
        weeks.setdefault(week(row.deliver_on), []).append(is_kept(row.deliver_on, row.delivered_at))
    kept = sum(map(sum, weeks.values()))
    shares = {name: sum(weeks[name]) / len(weeks[name]) for name in sorted(weeks)}
    at_risk = sum(row.at_risk_at is not None for row in rows)
    return Kept(group, kept, len(rows) - kept, at_risk, shares)
