"""Outcomes beside each other: the recorded one and each what-if, by the figures that a retailer compares."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from cauce.replay.outcome import OrderOutcome
from schemas.reference import Site

RECORDED, WHAT_IF = "recorded", "what if"
COST, HANDLING = "shipping cost ", "handling "  # and the currency


class Handling(NamedTuple):
    """What a parcel costs at each site before a carrier has it, in minor units, as the terms of a policy say."""

    currency: str
    by_site: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Column:
    """What became of the orders under one set of reference data and stock, with the hash of all its decisions."""

    name: str
    orders: Mapping[str, OrderOutcome]
    sites: tuple[Site, ...]
    hash: str
    parked: int = 0
    handling: Handling | None = None
    load: Mapping[str, Mapping[str, int]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "load", _load(self.orders))

    def figures(self) -> dict[str, int]:
        """Each figure under its name; costs are in minor units."""
        found = list(self.orders.values())
        costs: Counter[str] = sum((order.cost for order in found), Counter())
        return {
            "orders": len(found),
            "parcels": sum(order.parcels.total() for order in found),
            "split orders": sum(len(order.sites) > 1 for order in found),
            "km": sum(order.meters for order in found) // 1000,
            **{f"{COST}{currency}": costs[currency] for currency in sorted(costs)},
            **self._handling(),
            "late orders": sum(order.late for order in found),
            "backordered orders": sum(order.backordered > 0 for order in found),
            "backordered units": sum(order.backordered for order in found),
            "still waiting orders": sum(order.waiting > 0 for order in found),
            "parcels nobody takes": sum(order.unpriced for order in found),
            "records nobody can decide": self.parked,
        }

    def _handling(self) -> dict[str, int]:
        if self.handling is None:
            return {}
        each = self.handling.by_site
        cost = sum(load["parcels"] * each.get(site, 0) for site, load in self.load.items())
        return {f"{HANDLING}{self.handling.currency}": cost}

    def plan(self, order_id: str) -> tuple[tuple[str, int], ...]:
        """How many units of an order each site sends."""
        found = self.orders.get(order_id)
        return found.plan() if found else ()


def _load(orders: Mapping[str, OrderOutcome]) -> dict[str, dict[str, int]]:
    """Orders, parcels and units by site."""
    sites: dict[str, Counter[str]] = defaultdict(Counter)
    for order in orders.values():
        for site, units in order.sites.items():
            sites[site].update({"orders": 1, "parcels": order.parcels[site], "units": units})
    return {site: dict(sites[site]) for site in sorted(sites)}


class Compared(NamedTuple):
    """What was recorded and what would have been; `against` names the column that the others are compared with."""

    columns: tuple[Column, ...]
    replaced: tuple[str, ...]
    against: str = RECORDED

    @property
    def base(self) -> Column:
        """The one that the others are compared with."""
        return next(column for column in self.columns if column.name == self.against)

    def differing(self) -> list[str]:
        """The ids of orders that are not sourced alike in all columns."""
        first = self.columns[0]
        return [key for key in first.orders if len({column.plan(key) for column in self.columns}) > 1]

    def figures(self) -> dict[str, dict[str, int]]:
        """Each figure by column; one that a column does not have is 0 there."""
        found = {column.name: column.figures() for column in self.columns}
        names = dict.fromkeys(name for figures in found.values() for name in figures)
        return {name: {column: figures.get(name, 0) for column, figures in found.items()} for name in names}
