"""Orders, changes, returns and the provider's answers, as commands of payments."""

from cauce.decider import Reference
from cauce.runtime.service import Received
from schemas.effects import EffectAnswered
from schemas.orders import OrderChanged, OrderPlaced
from schemas.payments import RefundCause, RefundPayment
from schemas.returns import RefundRequested
from services.payments.domain import OweRefund, RecordAnswer, RecordCaptures


def order_placed(received: Received, _reference: Reference) -> RecordCaptures:
    """What the channel took comes with the order."""
    placed: OrderPlaced = received.message
    return RecordCaptures(at=received.envelope.at, order_number=placed.order_number, payments=placed.payments)


def order_changed(received: Received, _reference: Reference) -> OweRefund | None:
    """What was canceled is owed back; the version makes the refund's id."""
    changed = received.message
    if not isinstance(changed, OrderChanged):
        return None
    return OweRefund(
        at=received.envelope.at,
        order_number=changed.order_number,
        refund_id=f"{changed.order_id}:v{changed.version}",
        because=RefundCause.CANCELED,
        amount=changed.taken_off,
        customer=changed.customer,
    )


def refund_requested(received: Received, _reference: Reference) -> OweRefund:
    """What was returned is owed back."""
    requested: RefundRequested = received.message
    return OweRefund(
        at=received.envelope.at,
        order_number=requested.order_number,
        refund_id=requested.refund_id,
        because=RefundCause.RETURNED,
        amount=requested.amount,
        customer=requested.customer,
    )


def effect_answered(received: Received, _reference: Reference) -> RecordAnswer | None:
    """The provider's word on a refund."""
    answered: EffectAnswered = received.message
    if answered.effect != RefundPayment.type:
        return None
    return RecordAnswer(
        at=received.envelope.at,
        reference=answered.reference,
        outcome=answered.outcome,
        provider_reference=answered.provider_reference,
        detail=answered.detail,
    )
