"""The money of one order: captured, owed back, asked of the provider, paid back.

A share of a payment that was once asked for is never given to another refund, not even when the provider refuses it:
the person who settles it may still pay it. So what is claimed only grows, and the order of arrivals cannot matter.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import assert_never

from cauce.decider import Decider
from cauce.money import Money, total
from schemas.effects import EffectOutcome
from schemas.orders import Customer, Payment
from schemas.payments import PaymentCaptured, PaymentFailed, PaymentRefunded, RefundCause, RefundOwed, RefundPayment
from services.payments.domain.account import OrderMoney, PaymentEvent, Refund, Share, Standing, evolve
from services.payments.domain.spreading import spread

BY_CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class RecordCaptures:
    """The channel took these payments with the order."""

    at: datetime
    order_number: str
    payments: tuple[Payment, ...]


@dataclass(frozen=True, slots=True)
class OweRefund:
    """This much goes back to the customer."""

    at: datetime
    order_number: str
    refund_id: str
    because: RefundCause
    amount: Money
    customer: Customer


@dataclass(frozen=True, slots=True)
class RecordAnswer:
    """The provider answered the effect whose natural key is `reference`."""

    at: datetime
    reference: str
    outcome: EffectOutcome
    provider_reference: str
    detail: str


Command = RecordCaptures | OweRefund | RecordAnswer


class NeverAsked(LookupError):
    """An answer to something this order never asked: the results and the lane's table do not belong together."""


def decide(money: OrderMoney, command: Command) -> tuple[PaymentEvent, ...]:
    """What follows from a command; nothing, where it is a repeat. Raises NeverAsked."""
    match command:
        case RecordCaptures():
            captures = _captures(money, command)
            return (*captures, *_asks(reduce(evolve, captures, money)))
        case OweRefund():
            return _owe(money, command)
        case RecordAnswer():
            refund, share = _asked(money, command.reference)
            return (_settle(money, refund, share, command),) if share.standing is Standing.ASKED else ()
        case _:
            assert_never(command)


DECIDER: Decider[OrderMoney, Command, PaymentEvent] = Decider(
    initial=lambda key: OrderMoney(order_id=key), decide=decide, evolve=evolve
)


def _captures(money: OrderMoney, command: RecordCaptures) -> tuple[PaymentCaptured, ...]:
    known = {payment.payment_id for payment in money.payments}
    return tuple(
        PaymentCaptured(
            order_id=money.order_id,
            order_number=command.order_number,
            payment_id=payment.payment_id,
            provider=payment.provider,
            provider_reference=payment.reference,
            amount=payment.amount,
            captured_by=BY_CHANNEL,
        )
        for payment in command.payments
        if payment.payment_id not in known and payment.amount.amount > 0
    )


def _owe(money: OrderMoney, command: OweRefund) -> tuple[PaymentEvent, ...]:
    if command.amount.amount <= 0 or any(refund.refund_id == command.refund_id for refund in money.refunds):
        return ()
    owed = RefundOwed(
        order_id=money.order_id,
        order_number=command.order_number,
        refund_id=command.refund_id,
        because=command.because,
        amount=command.amount,
        short=command.amount,
        customer=command.customer,
    )
    asks = _asks(evolve(money, owed))
    covered = total(command.amount.currency, (ask.amount for ask in asks))
    return (owed.model_copy(update={"short": command.amount - covered}), *asks)


def _asks(money: OrderMoney) -> tuple[RefundPayment, ...]:
    """What the refunds are short of, from what the payments still have, both in the order they became known."""
    shorts = [(refund.refund_id, refund.short()) for refund in money.refunds]
    unclaimed = [(payment, money.unclaimed(payment)) for payment in money.payments]
    return tuple(
        RefundPayment(
            order_id=money.order_id,
            refund_id=refund_id,
            payment_id=payment.payment_id,
            provider=payment.provider,
            provider_reference=payment.provider_reference,
            amount=amount,
        )
        for refund_id, payment, amount in spread(shorts, unclaimed)
    )


def _asked(money: OrderMoney, reference: str) -> tuple[Refund, Share]:
    for refund in money.refunds:
        for share in refund.shares:
            if share.reference == reference:
                return refund, share
    raise NeverAsked("no refund of this order asked for such an answer; see that the lane's table was restored whole")


def _settle(money: OrderMoney, refund: Refund, share: Share, answer: RecordAnswer) -> PaymentEvent:
    if answer.outcome is EffectOutcome.DECLINED:
        return PaymentFailed(
            order_id=money.order_id,
            refund_id=refund.refund_id,
            payment_id=share.payment.payment_id,
            amount=share.amount,
            detail=answer.detail,
        )
    return PaymentRefunded(
        order_id=money.order_id,
        order_number=refund.order_number,
        refund_id=refund.refund_id,
        payment_id=share.payment.payment_id,
        provider=share.payment.provider,
        provider_reference=answer.provider_reference,
        amount=share.amount,
        because=refund.because,
        customer=refund.customer,
    )
