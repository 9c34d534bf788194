"""Law 11 of promise dates: how many were kept by what was said of shipments, site by site."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from schemas.breaches import PromiseAtRisk, PromiseBroken
from schemas.shipments import ParcelDelivered
from schemas.stock import Allocated

ALL = "all"
Counts = tuple[int, int, int]  # kept, broken and at risk


@dataclass(slots=True)
class _Shipment:
    site: str = ""
    deliver_on: date | None = None
    delivered_at: datetime | None = None
    is_at_risk: bool = False
    is_broken: bool = False

    def counts(self) -> Counts | None:
        """What it adds; None where it was promised nothing, or nothing is known yet."""
        if self.deliver_on is None or not (self.delivered_at or self.is_broken):
            return None
        kept = self.delivered_at is not None and self.delivered_at.date() <= self.deliver_on
        return int(kept), int(not kept), int(self.is_at_risk)


class KeptDates:
    """The dates of shipments as facts tell them, in any order."""

    def __init__(self) -> None:
        self._shipments: dict[str, _Shipment] = defaultdict(_Shipment)

    def see(self, fact: Any) -> None:
        """What says a date, or what became of one."""
        match fact:
            case Allocated():
                for shipment in fact.shipments:
                    if shipment.promise is not None:
                        told = self._shipments[shipment.shipment_id]
                        told.site, told.deliver_on = shipment.site, shipment.promise.deliver_on
            case PromiseAtRisk():
                self._shipments[fact.shipment_id].is_at_risk = True
            case PromiseBroken():
                self._shipments[fact.shipment_id].is_broken = True
            case ParcelDelivered():
                self._shipments[fact.shipment_id].delivered_at = fact.delivered_at
            case _:
                pass

    def differences(self, shown: Mapping[str, Counts]) -> Iterator[tuple[str, Counts, Counts]]:
        """Each site, and all of them, of which other counts are shown: those shown, and those told."""
        told: dict[str, Counts] = {}
        for shipment in self._shipments.values():
            counts = shipment.counts()
            for group in (shipment.site, ALL) if counts else ():
                told[group] = _sum(told.get(group, (0, 0, 0)), counts or (0, 0, 0))
        for group in sorted(told.keys() | shown.keys()):
            mine, yours = shown.get(group, (0, 0, 0)), told.get(group, (0, 0, 0))
            if mine != yours:
                yield group, mine, yours


def _sum(one: Counts, other: Counts) -> Counts:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]
