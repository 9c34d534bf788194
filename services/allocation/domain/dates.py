"""The dates of one decision: what its shipments may promise, each site's day filled as they are promised.

Only a pool that was given promise terms looks at any of this.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from schemas.light import light, replace
from schemas.orders import Destination, ShipOption
from schemas.promises import OrderPromise, ShipmentPromise
from schemas.reference import Kind
from schemas.stock import Shipment
from services.allocation.domain.rows import DEPARTURES, site_key
from services.allocation.domain.sourcing import NearSite
from services.allocation.domain.stock import Stock
from services.allocation.domain.timetable import Timetable

_of_order = light(OrderPromise)


class Dates:
    """Working state that lives as long as one decision, so that its later shipments see the earlier ones."""

    __slots__ = ("_promised", "_rows", "_timetable", "at", "version")

    def __init__(self, stock: Stock, at: datetime) -> None:
        self.at = at
        self.version = stock.reference.version(Kind.PROMISES)
        self._rows = stock.rows
        self._timetable = stock.reference.derived(Kind.PROMISES, Timetable)
        self._promised: dict[tuple[str, date], int] = {}

    def earliest(self, near: NearSite, destination: Destination, option: ShipOption) -> ShipmentPromise | None:
        """What a site may promise now."""
        return self._timetable.promise(near, destination, option, self.at, self._taken)

    def supplied(
        self, near: NearSite, destination: Destination, option: ShipOption, day: date
    ) -> ShipmentPromise | None:
        """What a site may promise of goods that come in on a day; never less than of those that are there."""
        at = self._timetable.supplied_at(near.site, day)
        if at is None:
            return None
        return self._timetable.promise(near, destination, option, max(at, self.at), self._taken)

    def dated(
        self, shipments: Iterable[Shipment], destination: Destination, option: ShipOption
    ) -> tuple[Shipment, ...]:
        """The shipments with what each promises."""
        return tuple(self._dated(shipment, destination, option) for shipment in shipments)

    def _dated(self, shipment: Shipment, destination: Destination, option: ShipOption) -> Shipment:
        near = NearSite(shipment.distance_meters, shipment.site, shipment.country)
        promise = self.earliest(near, destination, option)
        if promise is None:
            return shipment
        place = shipment.site, promise.leaves_on
        self._promised[place] = self._promised.get(place, 0) + 1
        return replace(shipment, promise=promise)

    def _taken(self, site: str, day: date) -> int:
        kept: int = self._rows.get(DEPARTURES, site_key(site, day.isoformat())) or 0
        return kept + self._promised.get((site, day), 0)


def of_order(shipments: Iterable[Shipment]) -> OrderPromise | None:
    """What an order is promised: its last shipment counts. None where one of them promises nothing."""
    promises = [shipment.promise for shipment in shipments]
    kept = [promise for promise in promises if promise is not None]
    if not kept or len(kept) < len(promises):
        return None
    last = max(promise.ship_by for promise in kept)
    return _of_order(ship_by=last, deliver_on=max(promise.deliver_on for promise in kept))


def fold_departures(stock: Stock, shipments: Iterable[Any]) -> None:
    """Shipments with a promise take a place of their site's day."""
    for shipment in shipments:
        if shipment.promise is not None:
            key = site_key(shipment.site, shipment.promise.leaves_on.isoformat())
            stock.rows.put(DEPARTURES, key, (stock.rows.get(DEPARTURES, key) or 0) + 1)
