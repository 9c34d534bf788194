"""Those who answer facts: the crew, the carrier and the customers, in their own time and sometimes twice."""

from collections import Counter, defaultdict
from datetime import UTC, datetime

from cauce.demo import crew
from cauce.demo.chance import draw
from cauce.demo.customers import Customers
from cauce.demo.plan import Plan
from cauce.demo.stage import Said
from cauce.runtime.service import Received
from chaos.world.outbox import Outbox
from schemas.orders import OrderChanged, OrderPlaced
from schemas.raw import CarrierReport, RawTopic, ReturnRequest
from schemas.shipments import CarrierStatus, ParcelShipped

HASTE_SECONDS, ROAD_SECONDS, AGAIN_SECONDS = 1.0, 3.0, 20.0
SAID_TWICE = 0.05


class Actors:
    """Says what facts make outsiders say. `returns_asked` are the requests of customers who want to send goods back."""

    def __init__(self, seed: int, plan: Plan, outbox: Outbox) -> None:
        self._seed, self._outbox = str(seed), outbox
        self._customers = Customers(plan)
        self._ordered: dict[str, OrderPlaced] = {}
        self._canceled: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._early: defaultdict[str, list[tuple[Said, ReturnRequest]]] = defaultdict(list)  # their orders unseen
        self.returns_asked: set[str] = set()

    def see(self, received: Received) -> None:
        """Answer one fact."""
        match received.message:
            case OrderPlaced() as order:
                self._ordered[order.channel_order] = order
                for said, form in self._early.pop(order.channel_order, ()):
                    self._ask(said, form)
            case OrderChanged() as change:
                units = Counter[str]()
                for line in change.canceled:
                    units[line.line_id] += line.quantity
                self._canceled[change.order_id] |= units  # the same change may be seen twice
            case _:
                pass
        for said in crew.respond(received):
            self._say(said, HASTE_SECONDS)
        if isinstance(received.message, ParcelShipped):
            for status in (CarrierStatus.IN_TRANSIT, CarrierStatus.DELIVERED):
                self._say(_report(received.message, status), ROAD_SECONDS)
        for said in self._customers.respond(received):
            if isinstance(said.form, ReturnRequest):
                self._ask(said, said.form)
            else:
                self._say(said, HASTE_SECONDS)

    def _ask(self, said: Said, form: ReturnRequest) -> None:
        """Topics are read side by side: a parcel may be seen before its order."""
        order = self._ordered.get(str(form.order))
        if order is None:
            self._early[str(form.order)].append((said, form))
        elif self._has(order, form):
            self.returns_asked.add(form.request)
            self._say(said, HASTE_SECONDS)

    def _has(self, order: OrderPlaced, form: ReturnRequest) -> bool:
        """Whether the customer has what the request names.

        Who asks for a line that was canceled is refused once no late fact can be on its way: long after the run.
        """
        bought = {line.line_id: line.quantity for line in order.lines}
        canceled = self._canceled[order.order_id]
        return all(canceled[str(asked.line)] + asked.quantity <= bought[str(asked.line)] for asked in form.lines)

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
