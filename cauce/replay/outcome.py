"""What decisions on orders come to: parcels, kilometers, cost, splits, what is late or waits, and the load of sites."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from cauce.money import Money
from cauce.places import Coordinates
from cauce.replay.fingerprint import Fact, Stream
from cauce.runtime.deciding import receive
from cauce.runtime.lane import Output, Record
from schemas.light import read_light
from schemas.reference import Site

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
    stream: Stream = field(default_factory=Stream)

    def take(self, outputs: Iterable[Output], only: Collection[str] | None = None) -> "Outcome":
        """What was decided; `only` of these orders, if any are named."""
        for output in outputs:
            if output.topic.endswith("-parked"):
                self.parked += 1
            if output.topic in DECISIONS and (only is None or (output.key or b"").decode() in only):
                self.stream.add(Fact.of(output.key, output.value, output.headers), self.stream.count)
                self._decided(receive(Record(output.topic, 0, 0, *output[1:4]), read_light))
        return self

    def _decided(self, received: Any) -> None:
        fact, kind = received.message, received.envelope.type
        if kind == "backorder.released.v1":
            self.orders[fact.order_id].waiting -= sum(line.quantity for line in fact.lines)
            return
        order = self.orders.get(fact.order_id)
        if order is None:
            order = self.orders[fact.order_id] = OrderOutcome(fact.order_number, fact.destination.coordinates)
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

    def figures(self) -> dict[str, int]:
        """Each figure under its name; costs are in minor units."""
        found = list(self.orders.values())
        costs: Counter[str] = sum((order.cost for order in found), Counter())
        return {
            "orders": len(found),
            "parcels": sum(order.parcels.total() for order in found),
            "split orders": sum(len(order.sites) > 1 for order in found),
            "km": sum(order.meters for order in found) // 1000,
            **{f"shipping cost {currency}": costs[currency] for currency in sorted(costs)},
            "late orders": sum(order.late for order in found),
            "backordered orders": sum(order.backordered > 0 for order in found),
            "backordered units": sum(order.backordered for order in found),
            "still waiting orders": sum(order.waiting > 0 for order in found),
            "parcels nobody takes": sum(order.unpriced for order in found),
            "records nobody can decide": self.parked,
        }

    def load(self) -> dict[str, dict[str, int]]:
        """Orders, parcels and units by site."""
        sites: dict[str, Counter[str]] = defaultdict(Counter)
        for order in self.orders.values():
            for site, units in order.sites.items():
                sites[site].update({"orders": 1, "parcels": order.parcels[site], "units": units})
        return {site: dict(sites[site]) for site in sorted(sites)}


class Compared(NamedTuple):
    """The orders as decided on what was recorded and on what is put in its place, with the sites of each."""

    base: Outcome
    other: Outcome
    sites: tuple[Site, ...]
    other_sites: tuple[Site, ...]
    replaced: tuple[str, ...]

    def differing(self) -> list[str]:
        """The ids of orders that other sites serve, or with other units."""
        return [key for key, order in self.base.orders.items() if _plan(self.other, key) != order.plan()]

    def figures(self) -> dict[str, tuple[int, int]]:
        """Each figure as it is, and as it would be."""
        then, now = self.base.figures(), self.other.figures()
        return {name: (then.get(name, 0), now.get(name, 0)) for name in dict.fromkeys([*then, *now])}


def _plan(outcome: Outcome, order_id: str) -> tuple[tuple[str, int], ...]:
    found = outcome.orders.get(order_id)
    return found.plan() if found else ()
