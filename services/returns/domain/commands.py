"""What the lane is told to do: answer a request, take goods in, note a fact, and notice the time."""

from dataclasses import dataclass
from datetime import datetime

from schemas.orders import LineQuantity
from schemas.returns import DeliveryNoted, DispatchNoted, GradedUnits, PurchaseNoted, RefundNoted, ReturnTerms

Ground = PurchaseNoted | DispatchNoted | DeliveryNoted | RefundNoted


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """Say whether these units may come back, by the terms that held when it was asked."""

    at: datetime
    request_id: str
    digest: str
    purchase_known: bool
    lines: tuple[LineQuantity, ...]
    reason: str
    asked_by: str
    terms: ReturnTerms


@dataclass(frozen=True, slots=True)
class TakeReceipt:
    """Take graded goods in on an authorized return."""

    at: datetime
    return_id: str
    receipt_id: str
    digest: str
    site: str
    units: tuple[GradedUnits, ...]
    operator: str


@dataclass(frozen=True, slots=True)
class Note:
    """Remember another service's fact, in the form in which returns needs it."""

    at: datetime
    ground: Ground


@dataclass(frozen=True, slots=True)
class TimePassed:
    """It is `at`: decide what waited long enough."""

    at: datetime


Command = AnswerRequest | TakeReceipt | Note | TimePassed
