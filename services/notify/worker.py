"""The lanes of notify: the router, the notices of each person, and the runner that sends them."""

from cauce.runtime.service import EntityLane, RunnerLane, Service
from schemas.notices import CustomerNotified, NoticeFailed, NoticeSuperseded, SendMail, TellCustomer
from services.notify.domain import notices, router
from services.notify.runner import connect
from services.notify.translate import to_notice, to_route

FACTS = (
    "order-placed",
    "order-refused",
    "order-changed",
    "allocated",
    "backordered",
    "packed",
    "shipped",
    "delivered",
    "promises",
    "return-authorized",
    "returned",
    "refunded",
)

SERVICE = Service(
    "notify",
    lanes=(
        EntityLane(
            service="notify",
            name="router",
            inputs=dict.fromkeys((*FACTS, "reference"), to_route),
            decider=router.DECIDER,
            state=router.Crossing,
            publishes=(TellCustomer,),
            light=True,
        ),
        EntityLane(
            service="notify",
            name="notices",
            inputs=dict.fromkeys(("notices", "notify-results"), to_notice),
            decider=notices.DECIDER,
            state=notices.Correspondence,
            publishes=(SendMail, CustomerNotified, NoticeFailed, NoticeSuperseded),
            entity="person_id",
            light=True,
        ),
        RunnerLane(service="notify", effects="notify-effects", results="notify-results", connect=connect),
    ),
)
