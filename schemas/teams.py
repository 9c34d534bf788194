"""Words to the people who run the shop, and to suppliers: who hears which alert, and how it went out."""

from datetime import date
from enum import StrEnum
from typing import ClassVar, Self

from pydantic import Field, NonNegativeInt, model_validator

from cauce.money import Money
from schemas.base import Instant, Message, Part


class TeamKind(StrEnum):
    """What a team may hear of: of a sku's stock, and of a shipment's dates."""

    LOW = "low"
    OUT = "out"
    RECOVERED = "recovered"
    SHORT = "short"
    ENOUGH = "enough"
    SLOW = "slow"
    MOVING = "moving"
    PURCHASE = "purchase"
    AT_RISK = "at_risk"
    MOVED = "moved"
    BROKEN = "broken"


OF_DATES = frozenset({TeamKind.AT_RISK, TeamKind.MOVED, TeamKind.BROKEN})


class Team(Part):
    """Who hears what. `sites` narrows what is heard of dates, `suppliers` what is heard of stock; none is all."""

    hears: tuple[TeamKind, ...] = Field(min_length=1)
    sites: tuple[str, ...] = ()
    suppliers: tuple[str, ...] = ()
    language: str = "en"

    @model_validator(mode="after")
    def _narrows_what_it_hears(self) -> Self:
        if self.sites and not OF_DATES & set(self.hears):
            raise ValueError(f"sites narrow {', '.join(sorted(OF_DATES))}, and it hears none of them")
        if self.suppliers and set(self.hears) <= OF_DATES:
            raise ValueError("suppliers narrow what is heard of stock, and it hears nothing of that")
        return self


class Supplier(Part):
    """A supplier hears of the skus that it supplies; what to buy, where nothing else is said."""

    hears: tuple[TeamKind, ...] = Field(default=(TeamKind.PURCHASE,), min_length=1)
    language: str = "en"

    @model_validator(mode="after")
    def _hears_of_stock(self) -> Self:
        if OF_DATES & set(self.hears):
            raise ValueError("a supplier hears of stock; dates of shipments are for a team")
        return self


class Addressees(Part):
    """Teams by name, and suppliers by the name that `buying.csv` gives them. Where they are reached is in no record."""

    id: str = "addressees"
    teams: dict[str, Team] = Field(default_factory=dict)
    suppliers: dict[str, Supplier] = Field(default_factory=dict)


class TeamNotice(Message):
    """A word to one addressee, `team:NAME` or `supplier:NAME`.

    `about` is the sku or the order; `reference` the crossing that was told of, else the shipment.
    """

    key: ClassVar[str] = "about"
    identity: ClassVar[tuple[str, ...]] = ("addressee", "kind", "reference")

    about: str
    addressee: str
    kind: TeamKind
    reference: str


class TellTeam(TeamNotice):
    """The router's word: this alert concerns you. It carries what the alert said, for whoever reads it."""

    type: ClassVar[str] = "team.tell.v1"

    language: str
    text: str
    free: NonNegativeInt | None = None
    low_below: NonNegativeInt | None = None
    demand: NonNegativeInt | None = None
    demand_days: NonNegativeInt | None = None
    cover_days: NonNegativeInt | None = None
    below_days: NonNegativeInt | None = None
    on_hand: NonNegativeInt | None = None
    since: date | None = None
    worth: Money | None = None
    quantity: NonNegativeInt | None = None
    to_come: NonNegativeInt | None = None
    waiting: NonNegativeInt | None = None
    supplier: str = ""
    site: str = ""
    shipment_id: str = ""
    deliver_on: date | None = None
    expected_on: date | None = None


class SendToTeam(TeamNotice):
    """Effect: one mail to the addressee or one call of its webhook, with an id that a repeat would share."""

    type: ClassVar[str] = "team.send.v1"

    language: str
    message_id: str
    written_at: Instant
    subject: str
    body: str


class TeamNotified(TeamNotice):
    """The mail server or the webhook took it. `repeats` counts sends that may have gone out twice around a crash."""

    type: ClassVar[str] = "team.notified.v1"

    subject: str
    repeats: int = 0


class TeamNoticeFailed(TeamNotice):
    """The mail server or the webhook refused it for good."""

    type: ClassVar[str] = "team.notice-failed.v1"

    subject: str
    detail: str
