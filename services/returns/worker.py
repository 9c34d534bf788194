"""The lanes of returns: its door, and the returns of each order."""

from cauce.runtime.service import DoorLane, EntityLane, Service
from schemas.raw import RawTopic
from schemas.returns import (
    DeliveryNoted,
    DispatchNoted,
    GoodsReturned,
    PurchaseNoted,
    ReceiptRefused,
    ReceiveReturn,
    RefundNoted,
    RefundRequested,
    RequestReturn,
    ReturnAuthorized,
    ReturnExpired,
    ReturnPending,
    ReturnRefused,
)
from services.returns import door, translate
from services.returns.domain import DECIDER
from services.returns.domain.commands import TimePassed
from services.returns.domain.state import OrderReturns

SERVICE = Service(
    name="returns",
    pause_seconds=0.2,
    lanes=(
        DoorLane(
            service="returns",
            inputs={RawTopic.RETURN_REQUESTS: door.commands},
            publishes=(RequestReturn, ReceiveReturn),
        ),
        EntityLane(
            service="returns",
            name="returns",
            inputs={
                "returns-commands": translate.from_command,
                "order-placed": translate.from_order,
                "shipped": translate.from_shipped,
                "delivered": translate.from_delivered,
                "refunded": translate.from_refunded,
                "reference": translate.from_nobody,
                "ticks": translate.from_nobody,
            },
            decider=DECIDER,
            state=OrderReturns,
            publishes=(
                *(ReturnAuthorized, ReturnRefused, ReturnPending, ReturnExpired),
                *(GoodsReturned, ReceiptRefused, RefundRequested),
                *(PurchaseNoted, DispatchNoted, DeliveryNoted, RefundNoted),
            ),
            on_due=TimePassed,
        ),
    ),
)
