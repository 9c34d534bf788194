"""What intake is told, and what it may say."""

from dataclasses import dataclass
from datetime import datetime

from schemas.orders import (
    CancelOrder,
    ChangeAnswered,
    ChangeRefused,
    ChangeRequested,
    OrderChanged,
    OrderConflicted,
    OrderPlaced,
    OrderRefused,
    PlaceOrder,
)
from schemas.reference import Policy

Event = OrderPlaced | OrderRefused | OrderConflicted | ChangeRequested | ChangeRefused | OrderChanged


@dataclass(frozen=True, slots=True)
class TakeOrder:
    """A channel sent an order. `policy` is absent, and `unknown_skus` empty, where none was published."""

    at: datetime
    order: PlaceOrder
    policy: Policy | None = None
    unknown_skus: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AskForChange:
    """Somebody wants units of an order canceled."""

    at: datetime
    request: CancelOrder


@dataclass(frozen=True, slots=True)
class SettleChange:
    """Fulfillment said what it could stop."""

    at: datetime
    answer: ChangeAnswered


Command = TakeOrder | AskForChange | SettleChange
