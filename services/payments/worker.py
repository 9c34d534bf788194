"""The lanes of payments: the money of an order, and the runner that asks the provider."""

from cauce.runtime.service import EntityLane, RunnerLane, Service
from schemas.payments import PaymentCaptured, PaymentFailed, PaymentRefunded, RefundOwed, RefundPayment
from services.payments import translate
from services.payments.domain import DECIDER
from services.payments.domain.account import OrderMoney
from services.payments.providers.sandbox import connect

SERVICE = Service(
    name="payments",
    pause_seconds=0.1,
    lanes=(
        EntityLane(
            service="payments",
            name="payments",
            inputs={
                "order-placed": translate.order_placed,
                "order-changed": translate.order_changed,
                "refund-requested": translate.refund_requested,
                "payments-results": translate.effect_answered,
            },
            decider=DECIDER,
            state=OrderMoney,
            publishes=(PaymentCaptured, RefundOwed, RefundPayment, PaymentRefunded, PaymentFailed),
        ),
        RunnerLane(
            service="payments", effects="payments-effects", results="payments-results", connect=connect, concurrency=16
        ),
    ),
)
