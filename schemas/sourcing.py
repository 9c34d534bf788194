"""Why an order was sourced as it was: the candidates, and by a policy what it knew of the order and weighed."""

from enum import StrEnum
from typing import Annotated

from pydantic import NonNegativeInt, PositiveInt, StringConstraints

from cauce.money import Currency
from schemas.base import Part
from schemas.kits import KitLines

Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class SubstitutionAsked(StrEnum):
    """What an order says of sending another sku in a line's place."""

    ALLOWED = "allowed"
    REFUSED = "refused"


class LineSubstitutes(Part):
    """What the order says of one line."""

    line_id: str
    asked: SubstitutionAsked


class LineWorth(Part):
    """What the customer pays for a line of `quantity` units, in minor units."""

    line_id: str
    quantity: PositiveInt
    amount: int


class OrderTerms(Part):
    """What rules may ask of an order beside where it goes and to whom.

    Units that wait on the day after `cancel_after` are canceled, whatever the rule says. The lines of `kits` belong
    together.
    """

    channel: str
    currency: Currency
    worths: tuple[LineWorth, ...] = ()
    cancel_after: Day | None = None
    kits: tuple[KitLines, ...] | None = None
    substitutes: tuple[LineSubstitutes, ...] | None = None


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


class Candidate(Part):
    """A site as the decision saw it: how far, and how much of the demand it could have served alone."""

    site: str
    distance_meters: NonNegativeInt
    lines_served: NonNegativeInt
    units_served: NonNegativeInt
    chosen: bool
    excluded: str = ""


class KeptBack(Part):
    """Units of a sku that were free at a site, and those of them that safety stock kept from the order's channel."""

    sku: str
    site: str
    free: PositiveInt
    kept: PositiveInt


class ShortLived(Part):
    """Free units of a lot at a site that were passed over: the lot must last until the day `asked_until`."""

    sku: str
    site: str
    lot: str
    free: PositiveInt
    expires_on: Day | None = None
    asked_until: Day


class KitsAtSite(Part):
    """Whole kits that a site had."""

    site: str
    kits: PositiveInt


class KitsThere(Part):
    """A kit, how many were wanted, and the sites that had any whole: no kit is sent from two."""

    line_id: str
    sku: str
    quantity: PositiveInt
    sites: tuple[KitsAtSite, ...]


class SubstituteSeen(Part):
    """A substitute that was looked at: units of it that the order could have, and what became of it."""

    sku: str
    free: NonNegativeInt
    verdict: str


class Substitution(Part):
    """A line that its own sku could not fill, and the substitutes that were looked at, until one was used."""

    line_id: str
    sku: str
    quantity: PositiveInt
    candidates: tuple[SubstituteSeen, ...]


class Explanation(Part):
    """Why these sites: the rule, the versions it used, and every candidate, nearest first; `sourcing` by a policy.

    `kept_back` is what candidates had and the order's channel could not have, `short_lived` what does not last or was
    recalled.
    """

    rule: str
    sites_version: str
    products_version: str
    trigger: str
    candidates: tuple[Candidate, ...]
    sourcing: Sourcing | None = None
    promises_version: str | None = None
    safety_version: str | None = None
    kept_back: tuple[KeptBack, ...] | None = None
    kits: tuple[KitsThere, ...] | None = None
    substitutes_version: str | None = None
    substitutes: tuple[Substitution, ...] | None = None
    lots_version: str | None = None
    short_lived: tuple[ShortLived, ...] | None = None
