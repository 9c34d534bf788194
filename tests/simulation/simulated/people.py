"""The people around a deployment: what they say is on its way for a while, and comes late, twice or out of turn."""

from datetime import datetime
from typing import NamedTuple

from cauce.demo import carrier, crew
from cauce.demo.chance import draw, pick
from cauce.demo.customers import TOPICS as CUSTOMER_TOPICS
from cauce.demo.customers import Customers
from cauce.demo.stage import Said
from cauce.runtime.deciding import receive
from cauce.runtime.lane import is_control
from schemas.failures import Failing
from schemas.raw import FailedLine, RawTopic, ReturnReceipt, ShipmentFailure
from schemas.shipments import ShipmentException, WarehouseWork, Work
from services.fulfillment.domain.labels import shipment_number

KEPT, IN_TWO_PARCELS = 0.2, 0.4  # of what customers may send back
FAILS, WAITS = 0.2, 0.15  # of what a first shipment's crew is asked to do


class Actor:
    """Reads public facts, and says something because of them: at least once, as a process that may start again."""

    def __init__(self, name, topics, respond, log):
        self.name, self._respond, self._log = name, respond, log
        self._next = {(topic, n): 0 for topic in topics for n in range(log.counts[topic])}

    def unseen(self):
        """The places with facts that this actor has not seen."""
        return [place for place, start in self._next.items() if start < len(self._log.places[place])]

    def see(self, place, count=None):
        """React to the next facts of a place, or to all that are left."""
        records = self._log.places[place][self._next[place] :][:count]
        self._next[place] += len(records)
        return [said for record in records if not is_control(record.headers) for said in self._respond(receive(record))]

    def forget(self, place, count):
        """See the last facts of a place again."""
        self._next[place] = max(0, self._next[place] - count)


def actors(plan, log):
    """The crew, the carriers and the customers."""
    customers = Customers(plan)
    return [
        Actor("crew", (*crew.TOPICS, "shipment-exception"), Crew().respond, log),
        Actor("carrier", carrier.TOPICS, carrier.respond, log),
        Actor("customers", CUSTOMER_TOPICS, lambda received: _sent(customers.respond(received)), log),
    ]


class Crew:
    """Fails some first shipments in part or in whole, and scans on as if it had not, or waits for the next revision.

    Where its failure is refused there is none, so it does the work after all.
    """

    def __init__(self):
        self._work = {}  # the latest of a shipment, as a received fact

    def respond(self, received):
        """See cauce.demo.crew."""
        match received.message:
            case WarehouseWork(work=Work.PICK) as work:
                self._work[work.shipment_id] = received
                yield from self._begin(received)
            case ShipmentException() as refused if refused.reference.startswith("failure/"):
                if refused.shipment_id in self._work:
                    yield from crew.respond(self._work[refused.shipment_id])
            case _:
                yield from crew.respond(received)

    @staticmethod
    def _begin(received):
        work = received.message
        chance = draw("fails", _name(work)) if shipment_number(work.shipment_id) == 1 else 1
        if chance < FAILS:
            yield _failure(work)
        if chance >= WAITS:
            yield from crew.respond(received)


def _name(work):
    return f"{work.shipment_id}-{work.revision} of " + " ".join(f"{line.quantity} {line.sku}" for line in work.lines)


def _failure(work):
    name = _name(work)
    failing = tuple(Failing)[pick(len(Failing), "failing", name)]
    line = work.lines[pick(len(work.lines), "line", name)]
    units = FailedLine(line=int(line.line_id), quantity=1 + pick(line.quantity, "units", name))
    form = ShipmentFailure(
        failure=f"{work.shipment_id}-{work.revision}-failed",
        failing=failing,
        shipment=work.shipment_id,
        site=work.site,
        operator="flo",
        lines=() if failing is Failing.REJECTED else (units,),
    )
    return Said(RawTopic.SHIPMENT_FAILURES, work.shipment_id, form)


def _sent(said):
    """What customers send back: some keep it after all, some send one unit first."""
    for one in said:
        if not isinstance(one.form, ReturnReceipt):
            yield one
        elif draw("keeps it", one.form.return_id) >= KEPT:
            yield from _parcels(one)


def _parcels(said):
    form = said.form
    (units,) = form.units
    if units.quantity == 1 or draw("two parcels", form.return_id) >= IN_TWO_PARCELS:
        yield said
        return
    for number, quantity in enumerate((1, units.quantity - 1), 1):
        part = units.model_copy(update={"quantity": quantity})
        yield said._replace(form=form.model_copy(update={"receipt": f"{form.receipt}-{number}", "units": (part,)}))


class Letter(NamedTuple):
    """A record on its way. Without a partition its key decides."""

    topic: str
    key: bytes
    value: bytes
    headers: tuple = ()
    partition: int | None = None
    not_before: datetime | None = None


class Network:
    """Records on their way to their topics."""

    def __init__(self, log, times):
        self._log, self._times = log, times
        self._waiting = []

    def say(self, said):
        """Put what people say on its way."""
        for one in said:
            value = one.form.model_dump_json(exclude_none=True).encode()
            self.post(Letter(one.topic.value, one.key.encode(), value, not_before=one.not_before))

    def post(self, letter):
        """Put one record on its way."""
        self._waiting.append(letter)

    def due(self):
        """The numbers of the records that may arrive by now."""
        now = self._times.now
        return [n for n, letter in enumerate(self._waiting) if letter.not_before is None or letter.not_before <= now]

    def arrive(self, number, *, stays=False):
        """A record is on its topic; one that `stays` will come again."""
        letter = self._waiting[number] if stays else self._waiting.pop(number)
        self._log.append(letter.topic, letter.key, letter.value, list(letter.headers), partition=letter.partition)

    def arrive_all(self):
        """Whatever is due arrives, in turn; how many there were."""
        due = set(self.due())
        for number in sorted(due):
            self.arrive(number, stays=True)
        self._waiting = [letter for number, letter in enumerate(self._waiting) if number not in due]
        return len(due)

    def next_at(self):
        """When the next of them may be said; None if all may, or nothing waits."""
        times = (letter.not_before for letter in self._waiting)
        return min((at for at in times if at is not None and at > self._times.now), default=None)
