"""What intake is told, and what it may say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from schemas.backorders import BackorderLapsed
from schemas.changing import (
    ChangeAnswered,
    ChangeOrder,
    ChangeRefused,
    ChangeRequested,
    OrderRedirected,
    OrderSupplemented,
    RedirectAnswered,
    RedirectOrder,
    RedirectRequested,
)
from schemas.holding import HoldOrder, HoldRefused, OrderHeld, OrderReleased, ReleaseHold
from schemas.holds import HoldRule
from schemas.orders import CancelOrder, OrderChanged, OrderConflicted, OrderPlaced, OrderRefused, PlaceOrder
from schemas.reference import Policy
from services.intake.domain.kits import Recipe

Taken = OrderPlaced | OrderRefused | OrderConflicted
Changed = ChangeRequested | ChangeRefused | OrderChanged | OrderSupplemented
Redirected = RedirectRequested | OrderRedirected
Held = OrderHeld | OrderReleased | HoldRefused
Event = Taken | Changed | Redirected | Held


@dataclass(frozen=True, slots=True)
class TakeOrder:
    """A channel sent an order. `policy` is absent, and `unknown_skus` empty, where none was published.

    `rules` say which orders are held; `home` are the countries where sites stand, asked for by them alone. `recipes`
    are those of its skus that are kits.
    """

    at: datetime
    order: PlaceOrder
    policy: Policy | None = None
    unknown_skus: frozenset[str] = frozenset()
    rules: tuple[HoldRule, ...] = ()
    home: frozenset[str] = frozenset()
    recipes: Mapping[str, Recipe] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AskForChange:
    """Somebody wants units of an order canceled."""

    at: datetime
    request: CancelOrder


@dataclass(frozen=True, slots=True)
class CancelLapsed:
    """Units of an order have waited too long for stock."""

    at: datetime
    lapsed: BackorderLapsed


@dataclass(frozen=True, slots=True)
class SettleChange:
    """Fulfillment said what it could stop."""

    at: datetime
    answer: ChangeAnswered


@dataclass(frozen=True, slots=True)
class AskForQuantities:
    """Somebody wants other quantities, or more goods."""

    at: datetime
    request: ChangeOrder


@dataclass(frozen=True, slots=True)
class AskForRedirect:
    """Somebody wants the order to go elsewhere or otherwise. `policy` is absent where none was published."""

    at: datetime
    request: RedirectOrder
    policy: Policy | None = None


@dataclass(frozen=True, slots=True)
class SettleRedirect:
    """Fulfillment said what goes otherwise."""

    at: datetime
    answer: RedirectAnswered


@dataclass(frozen=True, slots=True)
class AskForHold:
    """Somebody wants an order to stand still."""

    at: datetime
    request: HoldOrder


@dataclass(frozen=True, slots=True)
class AskForRelease:
    """Somebody wants a held order to go on."""

    at: datetime
    request: ReleaseHold


@dataclass(frozen=True, slots=True)
class TimePassed:
    """A tick: holds that were to end by now do."""

    at: datetime


Change = AskForChange | AskForQuantities | AskForRedirect | CancelLapsed | SettleChange | SettleRedirect
Command = TakeOrder | Change | AskForHold | AskForRelease | TimePassed
