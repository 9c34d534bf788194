"""Other people's messages as commands of an order, with the reference data that judging it needs."""

from cauce.decider import Reference
from cauce.runtime.service import Received
from schemas.orders import CancelOrder, ChangeAnswered, PlaceOrder
from schemas.reference import Kind, Policy
from services.intake.domain.commands import AskForChange, SettleChange, TakeOrder


def from_command(received: Received, reference: Reference) -> TakeOrder | AskForChange:
    """An order with today's policy, and which of its skus nobody knows; or a wish to cancel."""
    at = received.envelope.at
    message: PlaceOrder | CancelOrder = received.message
    if isinstance(message, CancelOrder):
        return AskForChange(at=at, request=message)
    policies: tuple[Policy, ...] = reference.items(Kind.POLICY)
    return TakeOrder(
        at=at, order=message, policy=policies[0] if policies else None, unknown_skus=_unknown_skus(message, reference)
    )


def from_change_answered(received: Received, _reference: Reference) -> SettleChange:
    """What fulfillment could stop."""
    answer: ChangeAnswered = received.message
    return SettleChange(at=received.envelope.at, answer=answer)


def from_reference(_received: Received, _reference: Reference) -> None:
    """Reference data is kept by the runtime; no order changes for it."""


def _unknown_skus(order: PlaceOrder, reference: Reference) -> frozenset[str]:
    if not reference.version(Kind.PRODUCTS):
        return frozenset()
    return frozenset(sku for sku in {line.sku for line in order.lines} if reference.item(Kind.PRODUCTS, sku) is None)
