"""What decisions on orders come to, order by order: parcels, kilometers, cost, what is late or waits."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from cauce.money import Money
from cauce.places import Coordinates
from cauce.replay.fingerprint import Fact
from cauce.runtime.deciding import receive
from cauce.runtime.lane import Output, Record
from schemas.light import read_light

DECISIONS = ("allocated", "backordered")


class Parcel(NamedTuple):
    """What a carrier would be asked to take."""

    site: str
    weight_grams: int
    domestic: bool
    on: date
    promised_on: date


class Price(NamedTuple):
    """The least cost of a parcel that keeps the promise, or of one that does not."""

    amount: Money
    keeps_promise: bool


Prices = Callable[[Parcel], Price | None]  # None where nobody takes it


@dataclass(slots=True)
class OrderOutcome:
    """What becomes of one order."""

    number: str
    to: Coordinates
    sites: Counter[str] = field(default_factory=Counter)  # units
    parcels: Counter[str] = field(default_factory=Counter)
    meters: int = 0
    cost: Counter[str] = field(default_factory=Counter)  # minor units by currency
    unpriced: int = 0
    late: bool = False
    backordered: int = 0  # units that had to wait
    waiting: int = 0  # and those that wait to the end

    def plan(self) -> tuple[tuple[str, int], ...]:
        """How many units each site sends: orders with equal plans are sourced alike."""
        return tuple(sorted(self.sites.items()))


@dataclass(slots=True)
class Outcome:
    """All of it, with one hash over the decisions. Feed it what was decided, in order."""

    prices: Prices
    orders: dict[str, OrderOutcome] = field(default_factory=dict)
    parked: int = 0
    _hash: Any = field(default_factory=hashlib.sha256)

    @property
    def digest(self) -> bytes:
        """Over the decisions that count: key, value and headers of each, in order."""
        return bytes(self._hash.digest())

    def take(self, outputs: Iterable[Output], only: Collection[str] | None = None) -> "Outcome":
        """What was decided; `only` of these orders, if any are named."""
        for output in outputs:
            if output.topic.endswith("-parked"):
                self.parked += 1
            if output.topic in DECISIONS and (only is None or (output.key or b"").decode() in only):
                self._hash.update(Fact.of(output.key, output.value, output.headers).bytes())
                self._decided(receive(Record(output.topic, 0, 0, *output[1:4]), read_light))
        return self

    def _decided(self, received: Any) -> None:
        fact, kind = received.message, received.envelope.type
        if kind == "backorder.released.v1":
            self.orders[fact.order_id].waiting -= sum(line.quantity for line in fact.lines)
            return
        order = self.orders.get(fact.order_id)
        if order is None:
            at = fact.destination.coordinates
            to = Coordinates(latitude=at.latitude, longitude=at.longitude)
            order = self.orders[fact.order_id] = OrderOutcome(fact.order_number, to)
        if kind == "order.backordered.v1":
            order.backordered = order.waiting = sum(line.quantity for line in fact.lines)
        else:
            for shipment in fact.shipments:
                self._sent(order, fact, shipment, received.envelope.at.date())

    def _sent(self, order: OrderOutcome, fact: Any, shipment: Any, on: date) -> None:
        units = sum(line.quantity for line in shipment.lines)
        order.waiting -= min(units, order.waiting)  # what is promised at once comes before the wait for the rest
        order.sites[shipment.site] += units
        order.parcels[shipment.site] += 1
        order.meters += shipment.distance_meters
        weight = sum(line.weight_grams for line in shipment.lines)
        domestic = shipment.country == fact.destination.country
        price = self.prices(Parcel(shipment.site, weight, domestic, on, fact.deliver_by.date()))
        if price is None:
            order.unpriced += 1
        else:
            order.cost[price.amount.currency] += price.amount.amount
            order.late = order.late or not price.keeps_promise
