"""The router: from facts keyed by order or sku to words for one person, for teams and for suppliers.

It remembers nothing; the lanes of those who are told absorb repeats.
"""

from dataclasses import dataclass
from datetime import datetime

from cauce.decider import Decider
from schemas.base import Part
from schemas.notices import TellCustomer
from schemas.teams import TellTeam


@dataclass(frozen=True, slots=True)
class Route:
    """A fact concerns a person, or teams and suppliers, or both."""

    at: datetime
    notices: tuple[TellCustomer | TellTeam, ...]


class Crossing(Part):
    """What the router knows of an order or a sku: nothing."""


def decide(_crossing: Crossing, command: Route) -> tuple[TellCustomer | TellTeam, ...]:
    """One word to each whom the fact concerns."""
    return command.notices


def evolve(crossing: Crossing, _told: TellCustomer | TellTeam) -> Crossing:
    """Nothing is remembered."""
    return crossing


DECIDER: Decider[Crossing, Route, TellCustomer | TellTeam] = Decider(
    initial=lambda _key: Crossing(), decide=decide, evolve=evolve
)
