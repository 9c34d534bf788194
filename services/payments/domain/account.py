"""The state of one order's money: what was captured, what is owed back, and how far each part of it is."""

from enum import StrEnum
from typing import assert_never

from cauce.money import Money, total
from schemas.base import Part
from schemas.orders import Customer
from schemas.payments import PaymentCaptured, PaymentFailed, PaymentRefunded, RefundCause, RefundOwed, RefundPayment

PaymentEvent = PaymentCaptured | RefundOwed | RefundPayment | PaymentRefunded | PaymentFailed


class Standing(StrEnum):
    """How far a share of a refund is."""

    ASKED = "asked"
    REFUNDED = "refunded"
    FAILED = "failed"


class Captured(Part):
    """Money of the order that is ours."""

    payment_id: str
    provider: str
    provider_reference: str
    amount: Money


class Share(Part):
    """What one refund takes from one payment. `reference` is the natural key of the effect that asks for it."""

    payment: Captured
    amount: Money
    reference: str
    standing: Standing = Standing.ASKED


class Refund(Part):
    """What is owed back to whom, and the payments it comes from so far: at most one share of each."""

    refund_id: str
    order_number: str
    because: RefundCause
    amount: Money
    customer: Customer
    shares: tuple[Share, ...] = ()

    def short(self) -> Money:
        """What no payment covers yet."""
        return self.amount - total(self.amount.currency, (share.amount for share in self.shares))


class OrderMoney(Part):
    """The fold of what payments published about an order."""

    order_id: str
    payments: tuple[Captured, ...] = ()
    refunds: tuple[Refund, ...] = ()

    def unclaimed(self, payment: Captured) -> Money:
        """What of a payment no refund has asked for."""
        shares = (share for refund in self.refunds for share in refund.shares)
        claims = (share.amount for share in shares if share.payment.payment_id == payment.payment_id)
        return payment.amount - total(payment.amount.currency, claims)


def evolve(money: OrderMoney, event: PaymentEvent) -> OrderMoney:
    """One published event folded in."""
    match event:
        case PaymentCaptured():
            return money.model_copy(update={"payments": (*money.payments, _captured(event))})
        case RefundOwed():
            return money.model_copy(update={"refunds": (*money.refunds, _owed(event))})
        case RefundPayment():
            return _asked(money, event)
        case PaymentRefunded():
            return _settled(money, event, Standing.REFUNDED)
        case PaymentFailed():
            return _settled(money, event, Standing.FAILED)
        case _:
            assert_never(event)


def _captured(event: PaymentCaptured) -> Captured:
    return Captured(
        payment_id=event.payment_id,
        provider=event.provider,
        provider_reference=event.provider_reference,
        amount=event.amount,
    )


def _owed(event: RefundOwed) -> Refund:
    return Refund(
        refund_id=event.refund_id,
        order_number=event.order_number,
        because=event.because,
        amount=event.amount,
        customer=event.customer,
    )


def _asked(money: OrderMoney, event: RefundPayment) -> OrderMoney:
    payment = next(payment for payment in money.payments if payment.payment_id == event.payment_id)
    share = Share(payment=payment, amount=event.amount, reference=event.natural_key())
    refund = next(refund for refund in money.refunds if refund.refund_id == event.refund_id)
    return _with_shares(money, refund, (*refund.shares, share))


def _settled(money: OrderMoney, event: PaymentRefunded | PaymentFailed, standing: Standing) -> OrderMoney:
    refund = next(refund for refund in money.refunds if refund.refund_id == event.refund_id)
    settled = tuple(
        share.model_copy(update={"standing": standing}) if share.payment.payment_id == event.payment_id else share
        for share in refund.shares
    )
    return _with_shares(money, refund, settled)


def _with_shares(money: OrderMoney, changed: Refund, shares: tuple[Share, ...]) -> OrderMoney:
    after = changed.model_copy(update={"shares": shares})
    refunds = tuple(after if refund is changed else refund for refund in money.refunds)
    return money.model_copy(update={"refunds": refunds})
