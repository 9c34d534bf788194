"""The lanes of notify: the router, the notices of each person and of teams, and the runners that send them."""

from cauce.runtime.service import EntityLane, RunnerLane, Service
from schemas.notices import CustomerNotified, NoticeFailed, NoticeSuperseded, SendMail, TellCustomer
from schemas.teams import SendToTeam, TeamNoticeFailed, TeamNotified, TellTeam
from services.notify.domain import notices, router, teams
from services.notify.runner import connect
from services.notify.team_runner import connect as connect_teams
from services.notify.translate import to_notice, to_route, to_team

FACTS = (
    *("order-placed", "order-refused", "order-changed", "allocated", "backordered", "packed", "shipped", "delivered"),
    *("promises", "return-authorized", "returned", "refunded", "stock-alerts", "purchase-requested"),
)

SERVICE = Service(
    "notify",
    pause_seconds=0.3,
    lanes=(
        EntityLane(
            service="notify",
            name="router",
            inputs=dict.fromkeys((*FACTS, "reference"), to_route),
            decider=router.DECIDER,
            state=router.Crossing,
            publishes=(TellCustomer, TellTeam),
            entities={TellTeam: "about"},
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
        EntityLane(
            service="notify",
            name="teams",
            inputs=dict.fromkeys(("team-notices", "team-results"), to_team),
            decider=teams.DECIDER,
            state=teams.Told,
            publishes=(SendToTeam, TeamNotified, TeamNoticeFailed),
            entity="about",
        ),
        RunnerLane(
            service="notify", name="team-runner", effects="team-effects", results="team-results", connect=connect_teams
        ),
        RunnerLane(service="notify", effects="notify-effects", results="notify-results", connect=connect),
    ),
)
