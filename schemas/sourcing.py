"""How an order was sourced by a policy: what was known of the order, and what the decision weighed."""

from typing import Annotated

from pydantic import NonNegativeInt, PositiveInt, StringConstraints

from cauce.money import Currency
from schemas.base import Part

Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class LineWorth(Part):
    """What the customer pays for a line of `quantity` units, in minor units."""

    line_id: str
    quantity: PositiveInt
    amount: int


class OrderTerms(Part):
    """What rules may ask of an order beside where it goes and to whom."""

    channel: str
    currency: Currency
    worths: tuple[LineWorth, ...] = ()


class SitePoints(Part):
    """What sending all it has from this site alone comes to: units that it leaves unfilled, and points by criterion."""

    site: str
    unfilled: NonNegativeInt
    points: tuple[int, ...]


class Sourcing(Part):
    """The policy that decided, its rule, and the points of the plan beside those of each site alone.

    `method` is `exact` where all plans were compared, else `greedy`; `unfilled` units were left to wait. `day` is the
    pool's, on which the shipments count.
    """

    policy: str
    policy_version: str
    rates_version: str
    rule: str
    day: Day
    method: str
    compared: NonNegativeInt
    criteria: tuple[str, ...]
    points: tuple[int, ...]
    unfilled: NonNegativeInt
    alone: tuple[SitePoints, ...]
