"""Those who answer facts: the crew, the carrier and the customers, in their own time and sometimes twice."""

from datetime import UTC, datetime

from cauce.demo import crew
from cauce.demo.chance import draw
from cauce.demo.customers import Customers
from cauce.demo.plan import Plan
from cauce.demo.stage import Said
from cauce.runtime.service import Received
from chaos.world.outbox import Outbox
from schemas.raw import CarrierReport, RawTopic, ReturnRequest
from schemas.shipments import CarrierStatus, ParcelShipped

HASTE_SECONDS, ROAD_SECONDS, AGAIN_SECONDS = 1.0, 3.0, 20.0
SAID_TWICE = 0.05


class Actors:
    """Says what facts make outsiders say. `returns_asked` are the requests of customers who want to send goods back."""

    def __init__(self, seed: int, plan: Plan, outbox: Outbox) -> None:
        self._seed, self._outbox = str(seed), outbox
        self._customers = Customers(plan)
        self.returns_asked: set[str] = set()

    def see(self, received: Received) -> None:
        """Answer one fact."""
        for said in crew.respond(received):
            self._say(said, HASTE_SECONDS)
        if isinstance(received.message, ParcelShipped):
            for status in (CarrierStatus.IN_TRANSIT, CarrierStatus.DELIVERED):
                self._say(_report(received.message, status), ROAD_SECONDS)
        for said in self._customers.respond(received):
            if isinstance(said.form, ReturnRequest):
                self.returns_asked.add(said.form.request)
            self._say(said, HASTE_SECONDS)

    def _say(self, said: Said, most_seconds: float) -> None:
        """After a moment of its own, so that now and then a later word comes first."""
        own = (self._seed, said.topic, said.form.model_dump_json(exclude={"happened_at"}))
        self._outbox.post(said, after=draw(*own, "when") * most_seconds)
        if draw(*own, "twice") < SAID_TWICE:
            self._outbox.post(said, after=draw(*own, "again") * AGAIN_SECONDS)


def _report(parcel: ParcelShipped, status: CarrierStatus) -> Said:
    form = CarrierReport(
        event_id=f"{parcel.tracking_number}-{status}",
        tracking_number=parcel.tracking_number,
        status=status,
        happened_at=datetime.now(UTC).replace(microsecond=0),
    )
    return Said(RawTopic.CARRIER_EVENTS, parcel.tracking_number, form)
