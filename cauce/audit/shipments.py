"""Law 7 by shipment: whatever was promised is at work, closed, with the carrier, delivered or stopped."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from cauce.audit.record import Entry, Gap, Violation
from cauce.audit.states import State, Waiting
from schemas.shipments import ParcelDelivered, ParcelPacked, ParcelShipped, WarehouseWork
from schemas.stock import Allocated, ShipmentLine


@dataclass(slots=True)
class Course:
    """What was said of one shipment: units by line, and how far it is."""

    order_id: str
    place: str
    promised: Counter[str] = field(default_factory=Counter)
    stopped: Counter[str] = field(default_factory=Counter)
    revision: int = 0
    to_send: Counter[str] = field(default_factory=Counter)
    packed: Counter[str] | None = None
    shipped: bool = False
    delivered: bool = False

    def state(self) -> State | None:
        """In which state it waits; None at an end."""
        if self.delivered or (self.revision and not self.to_send):
            return None
        if self.shipped:
            return State.WITH_CARRIER
        return State.AT_WORK if self.packed is None else State.PARCEL_CLOSED

    def wrong(self) -> Violation | None:
        """A shipment without work is lost; units of it that are neither sent nor stopped are too."""
        if not self.revision:
            return self._say(Gap, "was promised, and no crew was given the work")
        if self.promised != self.to_send + self.stopped:
            detail = f"of {self.promised.total()} units {self.to_send.total()} are sent, {self.stopped.total()} stopped"
            return self._say(Gap, detail)
        if self.packed is not None and self.packed != self.to_send:
            return self._say(Violation, f"{self.packed.total()} units in the parcel, {self.to_send.total()} to send")
        if self.packed is None and (self.shipped or self.delivered):
            return self._say(Violation, "left, and was never packed")
        return None

    def _say(self, kind: type[Violation], detail: str) -> Violation:
        return kind(7, self.place, self.order_id, detail)


class Shipments:
    """Each shipment from its promise to an end."""

    def __init__(self) -> None:
        self._courses: dict[str, Course] = {}

    def see(self, entry: Entry) -> None:
        """Stages are cumulative, and their topics come in any order."""
        message = entry.message
        match message:
            case Allocated():
                for shipment in message.shipments:
                    self._course(entry, shipment.shipment_id).promised += _units(shipment.lines)
            case WarehouseWork():
                self._worked(self._course(entry, message.shipment_id), message)
            case ParcelPacked():
                self._course(entry, message.shipment_id).packed = _units(message.lines)
            case ParcelShipped():
                self._course(entry, message.shipment_id).shipped = True
            case ParcelDelivered():
                self._course(entry, message.shipment_id).delivered = True
            case _:
                pass

    def violations(self) -> list[Violation]:
        """See Check."""
        found = ((name, course.wrong()) for name, course in self._courses.items())
        return [broken._replace(detail=f"{name}: {broken.detail}") for name, broken in found if broken]

    def waiting(self) -> Iterable[Waiting]:
        """See Waits."""
        states = ((name, course.state()) for name, course in self._courses.items() if not course.wrong())
        return [Waiting(state, name) for name, state in states if state]

    def _course(self, entry: Entry, name: str) -> Course:
        return self._courses.setdefault(name, Course(entry.message.order_id, entry.place))

    @staticmethod
    def _worked(course: Course, work: WarehouseWork) -> None:
        course.stopped += _units(work.stopped)
        if work.revision > course.revision:
            course.revision, course.to_send = work.revision, _units(work.lines)


def _units(lines: Iterable[ShipmentLine]) -> Counter[str]:
    units: Counter[str] = Counter()
    for line in lines:
        units[line.line_id] += line.quantity
    return units
