"""From an order to the one that supplements it: what was asked for beside an order is asked as an order.

Nothing is remembered: an order that was taken is not taken again.
"""

from dataclasses import dataclass
from datetime import datetime

from cauce.decider import Decider
from schemas.base import Part
from schemas.orders import PlaceOrder


@dataclass(frozen=True, slots=True)
class Ask:
    """An order is to be taken beside another."""

    at: datetime
    order: PlaceOrder


class Crossing(Part):
    """What is known of an order here: nothing."""


def decide(_crossing: Crossing, command: Ask) -> tuple[PlaceOrder, ...]:
    """The order itself."""
    return (command.order,)


def evolve(crossing: Crossing, _asked: PlaceOrder) -> Crossing:
    """Nothing is remembered."""
    return crossing


DECIDER: Decider[Crossing, Ask, PlaceOrder] = Decider(initial=lambda _key: Crossing(), decide=decide, evolve=evolve)
