"""Law 7 by hold: each has an end or an owner, and nothing that fulfillment holds is packed or handed over.

Fulfillment numbers what it says of an order, so whether a parcel was closed or shipped under a hold is in its own
words. A carrier may have what was held: it says so, and the exception beside it does.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from cauce.audit.record import Entry, Violation
from cauce.audit.states import State, Waiting
from schemas.holding import HoldLifted, HoldTaken, OrderHeld, OrderReleased
from schemas.holds import HeldStage, Hold, is_on, stops
from schemas.orders import OrderChanged, OrderPlaced
from schemas.shipments import ParcelPacked, ParcelShipped, ShipmentException

_STAGES: dict[object, HeldStage] = {ParcelPacked: HeldStage.PACK, ParcelShipped: HeldStage.SHIP}
_BY_CARRIER = "carrier/"


class Step(NamedTuple):
    """What fulfillment said, in its own order."""

    sequence: int
    place: str
    message: Any


class Holds:
    """Holds by order, and the parcels of those orders."""

    def __init__(self) -> None:
        self._placed: dict[tuple[str, str], str] = {}
        self._ended: set[tuple[str, str]] = set()
        self._whole: set[str] = set()
        self._steps: dict[str, list[Step]] = defaultdict(list)
        self._carried: set[str] = set()

    def see(self, entry: Entry) -> None:
        """Facts of intake and of fulfillment."""
        message = entry.message
        match message:
            case OrderPlaced():
                for hold in message.holds or ():
                    self._placed.setdefault((message.order_id, hold.hold_id), entry.place)
            case OrderHeld():
                self._placed.setdefault((message.order_id, message.hold.hold_id), entry.place)
            case OrderReleased():
                self._ended.add((message.order_id, message.hold_id))
            case OrderChanged() if message.whole:
                self._whole.add(message.order_id)
            case HoldTaken() | HoldLifted() | ParcelPacked() | ParcelShipped():
                self._steps[message.order_id].append(Step(entry.envelope.sequence, entry.place, message))
            case ShipmentException() if message.reference.startswith(_BY_CARRIER):
                self._carried.add(message.shipment_id)
            case _:
                pass

    def violations(self) -> list[Violation]:
        """See Check."""
        return [
            Violation(7, step.place, order_id, f"{step.message.shipment_id} went on, and was held for {hold.kind}")
            for order_id, steps in self._steps.items()
            for step, hold in _broken(sorted(steps, key=lambda one: one.sequence))
            if step.message.shipment_id not in self._carried
        ]

    def waiting(self) -> Iterable[Waiting]:
        """See Waits."""
        orders = {order_id for order_id, _ in self._placed.keys() - self._ended}
        return [Waiting(State.HELD, order_id) for order_id in orders - self._whole]


def _broken(steps: Iterable[Step]) -> Iterator[tuple[Step, Hold]]:
    """What went on, and the hold that it went on under."""
    standing: dict[str, Hold] = {}
    for step in steps:
        message = step.message
        match message:
            case HoldTaken():
                standing[message.hold_id] = message.hold
            case HoldLifted():
                standing.pop(message.hold_id, None)
            case _:
                stage, lines = _STAGES[type(message)], [line.line_id for line in message.lines]
                for hold in standing.values():
                    if stops(hold, stage) and is_on(hold, message.shipment_id, lines):
                        yield step, hold
