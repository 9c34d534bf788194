"""What returns knows of one order, and the questions that its decisions ask of it."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import Field

from schemas.base import Instant, Part
from schemas.orders import LineQuantity
from schemas.returns import DisposedUnits, GradedUnits, PurchasedLine, PurchaseNoted, ReturnPending

LAG = timedelta(minutes=15)  # how late a fact of another topic may be before we decide without it


class Parcel(Part):
    """Units by line that left for the customer, as far as its two facts have been noted."""

    units: dict[str, int]
    dispatched: bool = False
    delivered_at: Instant | None = None


class Refund(Part):
    """What was asked of payments, and what went back, by payment; both in minor units."""

    amount: int
    paid: dict[str, int] = Field(default_factory=dict)


class Return(Part):
    """One authorized return: units by line that were expected and that came, and the refunds for them."""

    site: str
    expires_at: Instant
    expected: dict[str, int]
    received: dict[str, int] = Field(default_factory=dict)
    receipts: int = 0
    refunds: dict[str, Refund] = Field(default_factory=dict)
    expired: bool = False


class OrderReturns(Part):
    """The returns of one order. `requests` and `receipts` keep the digests seen under each id."""

    order_id: str
    purchase: PurchaseNoted | None = None
    parcels: dict[str, Parcel] = Field(default_factory=dict)
    waiting: tuple[ReturnPending, ...] = ()
    returns: dict[str, Return] = Field(default_factory=dict)
    requests: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    receipts: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    sent: dict[str, str] = Field(default_factory=dict)  # the sku by line, where it is not what was ordered

    def skus(self) -> dict[str, str]:
        """What the customer was sent for each line, or is to be."""
        return {line.line_id: line.sku for line in (self.purchase.lines if self.purchase else ())} | self.sent


class Phase(StrEnum):
    """Where a return stands: the last two are ends, the others wait for the one named."""

    AUTHORIZED = "authorized"  # the customer, until it expires
    PARTLY_RECEIVED = "partly_received"  # the customer, until it expires
    REFUND_DUE = "refund_due"  # payments
    REFUNDED = "refunded"
    EXPIRED = "expired"


def phase(entry: Return) -> Phase:
    """The named state of a return."""
    if outstanding(entry):
        return Phase.PARTLY_RECEIVED if entry.received else Phase.AUTHORIZED
    if not entry.received:
        return Phase.EXPIRED
    unpaid = any(sum(refund.paid.values()) < refund.amount for refund in entry.refunds.values())
    return Phase.REFUND_DUE if unpaid else Phase.REFUNDED


def outstanding(entry: Return) -> dict[str, int]:
    """Units by line that a return still expects."""
    if entry.expired:
        return {}
    left = {line_id: units - entry.received.get(line_id, 0) for line_id, units in entry.expected.items()}
    return {line_id: units for line_id, units in left.items() if units}


def line_of(state: OrderReturns, line_id: str) -> PurchasedLine | None:
    """The line as it was sold."""
    lines = state.purchase.lines if state.purchase else ()
    return next((line for line in lines if line.line_id == line_id), None)


def units_by_line(lines: Iterable[LineQuantity | GradedUnits | DisposedUnits]) -> dict[str, int]:
    """Units by line; a line named twice counts once, with both."""
    units: Counter[str] = Counter()
    for line in lines:
        units[line.line_id] += line.quantity
    return dict(units)


def units_sent(state: OrderReturns, line_id: str) -> int:
    """Units of a line that left for the customer: a delivery implies it."""
    return sum(parcel.units.get(line_id, 0) for parcel in state.parcels.values())


def units_received(state: OrderReturns, line_id: str) -> int:
    """Units of a line that came back, on any return."""
    return sum(entry.received.get(line_id, 0) for entry in state.returns.values())


def units_in_returns(state: OrderReturns, line_id: str) -> int:
    """Units of a line that came back or are expected to."""
    expected = sum(outstanding(entry).get(line_id, 0) for entry in state.returns.values())
    return units_received(state, line_id) + expected


def units_too_late(state: OrderReturns, request: ReturnPending, line_id: str) -> int:
    """Units of a line whose return window had passed when it was asked; what was never delivered has none."""
    window = timedelta(days=request.terms.window_days)
    return sum(
        parcel.units.get(line_id, 0)
        for parcel in state.parcels.values()
        if parcel.delivered_at and parcel.delivered_at + window < request.asked_at
    )


def due(state: OrderReturns) -> datetime | None:
    """When time alone decides something: the oldest waiting request, or a return that expires.

    A return outlives its `expires_at` by LAG, so that goods received in time are not late by the way they came.
    """
    moments = [entry.expires_at + LAG for entry in state.returns.values() if outstanding(entry)]
    if state.waiting:
        moments.append(state.waiting[0].decide_by)
    return min(moments, default=None)
