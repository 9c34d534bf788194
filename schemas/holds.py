"""Holds: why an order may not go on, from which stage on it stands still, who may let it go, and when it ends itself.

A hold stops its stage and all after it. One that concerns lines or shipments stops the shipments with them: no unit of
a held line leaves, and none waits alone in a parcel of its own.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, NonNegativeInt, PositiveInt, StringConstraints, model_validator

from cauce.money import Money
from schemas.base import Instant, Part

Role = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


class HoldKind(StrEnum):
    """Why an order is held."""

    PAYMENT = "payment"
    RISK = "risk"
    ADDRESS = "address"
    CREDIT = "credit"
    EXPORT = "export"
    MANUAL = "manual"


class HeldStage(StrEnum):
    """The first thing that is not done for a held order; nothing after it is done either."""

    ALLOCATE = "allocate"
    PACK = "pack"
    SHIP = "ship"


STOPS = {  # the stage a kind stops, unless its rule says another
    HoldKind.PAYMENT: HeldStage.PACK,
    HoldKind.RISK: HeldStage.PACK,
    HoldKind.ADDRESS: HeldStage.PACK,
    HoldKind.CREDIT: HeldStage.ALLOCATE,
    HoldKind.EXPORT: HeldStage.SHIP,
    HoldKind.MANUAL: HeldStage.PACK,
}
RELEASED_BY: dict[HoldKind, tuple[str, ...]] = {  # who may release a hold that was placed by hand
    HoldKind.PAYMENT: ("finance",),
    HoldKind.RISK: ("risk",),
    HoldKind.ADDRESS: ("service", "lead"),
    HoldKind.CREDIT: ("finance",),
    HoldKind.EXPORT: ("compliance",),
    HoldKind.MANUAL: ("service", "lead"),
}
_STAGES = tuple(HeldStage)


class Hold(Part):
    """One reason to stand still. Without lines and shipments it is on the whole order; `until` is when it ends itself.

    `hold_id` is that of the rule or the request that placed it; `reason` is a code, never free text.
    """

    hold_id: str
    kind: HoldKind
    stops: HeldStage
    line_ids: tuple[str, ...] = ()
    shipment_ids: tuple[str, ...] = ()
    reason: str = ""
    release_by: tuple[str, ...]
    until: Instant | None = None


def is_on_all(hold: Hold) -> bool:
    """Whether it is on the whole order."""
    return not hold.line_ids and not hold.shipment_ids


def stops(hold: Hold, stage: HeldStage) -> bool:
    """Whether `stage` is not reached under it."""
    return _STAGES.index(hold.stops) <= _STAGES.index(stage)


def is_on(hold: Hold, shipment_id: str, line_ids: Iterable[str]) -> bool:
    """Whether it is on a shipment with these lines."""
    return is_on_all(hold) or shipment_id in hold.shipment_ids or any(line in hold.line_ids for line in line_ids)


def keeps_from_stock(holds: Iterable[Hold] | None) -> bool:
    """Whether no stock may be promised under these holds: those on a part of an order let all of it be reserved."""
    return any(hold.stops is HeldStage.ALLOCATE and is_on_all(hold) for hold in holds or ())


class HoldRule(Part):
    """Which orders are held as they are taken: those for which all holds that the rule says. `id` names it.

    `at_least` is what the order is worth and `unpaid_at_least` what of it no payment covers, each in its own currency
    alone; `export` is an order to a country where no site stands, `unlocated` one whose postal code nobody knows;
    `risk_at_least` is the channel's own score.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    kind: HoldKind
    profile: str | None = None
    channels: tuple[str, ...] = ()
    countries: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")], ...] = ()
    at_least: Money | None = None
    unpaid_at_least: Money | None = None
    export: bool = False
    unlocated: bool = False
    risk_at_least: NonNegativeInt | None = None
    stops: HeldStage | None = None
    release_by: tuple[Role, ...] = Field(min_length=1)
    release_after_hours: PositiveInt | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        said = (self.profile, self.channels, self.countries, self.at_least, self.unpaid_at_least, self.risk_at_least)
        if all(one in (None, ()) for one in said) and not self.export and not self.unlocated:
            raise ValueError(f"rule {self.id} would hold every order; say which ones")
        return self


class HoldRules(Part):
    """Every rule that holds an order puts a hold of its own on it; the order goes on when all have ended."""

    id: str = "holds"
    rules: tuple[HoldRule, ...]

    @model_validator(mode="after")
    def _tell_them_apart(self) -> Self:
        ids = [rule.id for rule in self.rules]
        for again in sorted({one for one in ids if ids.count(one) > 1}):
            raise ValueError(f"two rules are called {again}; holds are released by that name")
        return self
