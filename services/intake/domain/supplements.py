"""From an order to the one that supplements it: what was asked for beside an order is asked as an order, once."""

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


class Beside(Part):
    """The ids of the orders that were asked for beside one."""

    asked: tuple[str, ...] = ()


def decide(beside: Beside, command: Ask) -> tuple[PlaceOrder, ...]:
    """The order itself, unless it was asked for before."""
    return () if command.order.order_id in beside.asked else (command.order,)


def evolve(beside: Beside, asked: PlaceOrder) -> Beside:
    """Sorted: the same orders are the same row, in whatever order they came."""
    return beside.model_copy(update={"asked": tuple(sorted({*beside.asked, asked.order_id}))})


DECIDER: Decider[Beside, Ask, PlaceOrder] = Decider(initial=lambda _key: Beside(), decide=decide, evolve=evolve)
