"""Payments and refunds: what is ours, what is owed, what went back."""

from schemas.base import Message
from schemas.payments import PaymentCaptured, PaymentFailed, PaymentRefunded, RefundOwed
from schemas.returns import RefundRequested
from services.insight.domain.rows import Fact, Projection, Row


def _captured(fact: Fact, captured: PaymentCaptured) -> tuple[Row, ...]:
    payment = {
        "order_id": captured.order_id,
        "payment_id": captured.payment_id,
        "provider": captured.provider,
        "provider_reference": captured.provider_reference,
        "amount": captured.amount.amount,
        "currency": captured.amount.currency,
        "captured_at": fact.at,
    }
    order = {"order_id": captured.order_id, "order_number": captured.order_number, "changed_at": fact.at}
    return (Row("orders", order), Row("payments", payment))


def _requested(_fact: Fact, asked: RefundRequested) -> tuple[Row, ...]:
    refund = {"order_id": asked.order_id, "refund_id": asked.refund_id, "return_id": asked.return_id}
    return (Row("refunds", refund),)


def _owed(fact: Fact, owed: RefundOwed) -> tuple[Row, ...]:
    refund = {
        "order_id": owed.order_id,
        "refund_id": owed.refund_id,
        "because": owed.because.value,
        "amount": owed.amount.amount,
        "short": owed.short.amount,
        "currency": owed.amount.currency,
        "owed_at": fact.at,
    }
    return (Row("refunds", refund),)


def _refunded(fact: Fact, refunded: PaymentRefunded) -> tuple[Row, ...]:
    part = {
        "order_id": refunded.order_id,
        "refund_id": refunded.refund_id,
        "payment_id": refunded.payment_id,
        "provider": refunded.provider,
        "provider_reference": refunded.provider_reference,
        "amount": refunded.amount.amount,
        "currency": refunded.amount.currency,
        "refunded_at": fact.at,
    }
    order = {"order_id": refunded.order_id, "order_number": refunded.order_number, "changed_at": fact.at}
    return (Row("orders", order), Row("refund_payments", part))


def _failed(fact: Fact, failed: PaymentFailed) -> tuple[Row, ...]:
    part = {
        "order_id": failed.order_id,
        "refund_id": failed.refund_id,
        "payment_id": failed.payment_id,
        "amount": failed.amount.amount,
        "currency": failed.amount.currency,
        "failed_at": fact.at,
        "detail": failed.detail,
    }
    return (Row("refund_payments", part),)


PROJECTIONS: dict[type[Message], Projection] = {
    PaymentCaptured: _captured,
    RefundRequested: _requested,
    RefundOwed: _owed,
    PaymentRefunded: _refunded,
    PaymentFailed: _failed,
}
