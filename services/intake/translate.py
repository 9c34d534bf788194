"""Other people's messages as commands of an order, with the reference data that judging it needs."""

from datetime import datetime

from cauce.decider import Reference
from cauce.runtime.service import Received
from schemas.holding import HoldOrder, ReleaseHold
from schemas.holds import HoldRule
from schemas.orders import CancelOrder, ChangeAnswered, PlaceOrder
from schemas.reference import Kind, Policy, Site
from services.intake.domain.commands import AskForChange, AskForHold, AskForRelease, SettleChange, TakeOrder

Asked = TakeOrder | AskForChange | AskForHold | AskForRelease


def from_command(received: Received, reference: Reference) -> Asked:
    """An order with what judging it needs, or what somebody asks about one."""
    at = received.envelope.at
    message: PlaceOrder | CancelOrder | HoldOrder | ReleaseHold = received.message
    match message:
        case CancelOrder():
            return AskForChange(at=at, request=message)
        case HoldOrder():
            return AskForHold(at=at, request=message)
        case ReleaseHold():
            return AskForRelease(at=at, request=message)
        case PlaceOrder():
            return _take(message, at, reference)


def _take(order: PlaceOrder, at: datetime, reference: Reference) -> TakeOrder:
    """With today's policy and rules, and which of its skus nobody knows."""
    policies: tuple[Policy, ...] = reference.items(Kind.POLICY)
    rules = _rules(reference)
    return TakeOrder(
        at=at,
        order=order,
        policy=policies[0] if policies else None,
        unknown_skus=_unknown_skus(order, reference),
        rules=rules,
        home=reference.derived(Kind.SITES, _countries) if rules else frozenset(),
    )


def _rules(reference: Reference) -> tuple[HoldRule, ...]:
    return next((rules.rules for rules in reference.items(Kind.HOLDS)), ())


def _countries(sites: tuple[Site, ...]) -> frozenset[str]:
    return frozenset(site.country for site in sites)


def from_change_answered(received: Received, _reference: Reference) -> SettleChange | None:
    """What fulfillment could stop; what it holds is its own affair."""
    answer = received.message
    return SettleChange(at=received.envelope.at, answer=answer) if isinstance(answer, ChangeAnswered) else None


def from_nobody(_received: Received, _reference: Reference) -> None:
    """Ticks reach orders through the lane's timers."""


def from_reference(_received: Received, _reference: Reference) -> None:
    """Reference data is kept by the runtime; no order changes for it."""


def _unknown_skus(order: PlaceOrder, reference: Reference) -> frozenset[str]:
    if not reference.version(Kind.PRODUCTS):
        return frozenset()
    return frozenset(sku for sku in {line.sku for line in order.lines} if reference.item(Kind.PRODUCTS, sku) is None)
