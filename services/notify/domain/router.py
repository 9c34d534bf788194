"""The router: from facts keyed by order to words for one person.

It remembers nothing; the person's lane absorbs repeats.
"""

from dataclasses import dataclass
from datetime import datetime

from cauce.decider import Decider
from schemas.base import Part
from schemas.notices import TellCustomer


@dataclass(frozen=True, slots=True)
class Route:
    """A fact concerns a person."""

    at: datetime
    notice: TellCustomer


class Crossing(Part):
    """What the router knows of an order: nothing."""


def decide(_crossing: Crossing, command: Route) -> tuple[TellCustomer, ...]:
    """One word for each fact."""
    return (command.notice,)


def evolve(crossing: Crossing, _told: TellCustomer) -> Crossing:
    """Nothing is remembered."""
    return crossing


DECIDER: Decider[Crossing, Route, TellCustomer] = Decider(initial=lambda _key: Crossing(), decide=decide, evolve=evolve)
