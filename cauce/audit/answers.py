"""Law 8 for commands: each has an answer, was set aside, repeats one that was decided on, or could change nothing.

That it could change nothing is looked up in what the facts prove in the end, not at the moment it was decided: a scan
that says "packed" needs no answer where the parcel was packed, be it by this scan or by another. Not checked:

- An order, a return request or a receipt that came again under its first id: one answer is enough for all of them, as
  only the service's digest of the content tells a repeat from a conflict.
- An early sign of a carrier is looked up by order: before the parcel is packed no fact holds its tracking number.
- Which facts the router passed over: whether a fact concerns a customer is its own decision.
- Reference data and ticks: they are read by every lane, and often change nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from cauce.audit.record import Entry, Place, Violation
from schemas.base import Message
from schemas.changing import ChangeOrder, OrderSupplemented, RedirectOrder
from schemas.closures import CloseSite
from schemas.counts import DecideCount, OpenCount, ReportCount
from schemas.effects import EffectAnswered
from schemas.failures import RecordFailure, SourceFailed, WorkFailed
from schemas.holding import HoldOrder, ReleaseHold
from schemas.inbound import AnswerPurchase, ExpectStock, ReceivePurchase
from schemas.movements import MoveStock, ReceiveTransfer, SendTransfer
from schemas.notices import TellCustomer
from schemas.orders import CancelOrder, PlaceOrder
from schemas.reservations import ShipmentAdvanced, StockReleased
from schemas.returns import ReceiveReturn, RequestReturn
from schemas.shipments import (
    CarrierStatus,
    ParcelDelivered,
    ParcelPacked,
    ParcelShipped,
    RecordCarrierEvent,
    RecordScan,
    Scan,
    ShipmentException,
    WorkPicked,
)
from schemas.stock import (
    AdjustStock,
    AdvanceShipment,
    Allocated,
    ReceiveStock,
    ReleaseStock,
    ReserveStock,
    RestockReturn,
    Stage,
)
from schemas.waves import DecideWave

_BY_ID = (PlaceOrder, RequestReturn, ReceiveReturn)
_BY_KEY = (
    *(
        CancelOrder,
        ChangeOrder,
        RedirectOrder,
        OrderSupplemented,
        HoldOrder,
        ReleaseHold,
        RecordScan,
        RecordCarrierEvent,
    ),
    *(ReserveStock, ReleaseStock, AdvanceShipment, RestockReturn, ReceiveStock, AdjustStock, DecideWave),
    *(OpenCount, ReportCount, DecideCount, MoveStock, SendTransfer, ReceiveTransfer),
    *(ExpectStock, AnswerPurchase, ReceivePurchase, CloseSite),
    *(TellCustomer, EffectAnswered),
)
_STAGES = tuple(Stage)


class Answers:
    """Which commands were asked, which were answered, and what the facts prove about the rest."""

    def __init__(self, parked: Iterable[Place]) -> None:
        self._parked = set(parked)
        self._asked: dict[str, Entry] = {}
        self._causes: set[str] = set()
        self._proofs = Proofs()

    def see(self, entry: Entry) -> None:
        """Facts name their cause."""
        if isinstance(entry.message, _BY_ID + _BY_KEY) and entry.at not in self._parked:
            self._asked.setdefault(entry.envelope.id, entry)
        if entry.envelope.cause_id:
            self._causes.add(entry.envelope.cause_id)
        self._proofs.see(entry.message)

    def violations(self) -> list[Violation]:
        """See Check."""
        answered = {_key(entry) for identity, entry in self._asked.items() if identity in self._causes}
        return [
            Violation(8, entry.place, entry.envelope.subject, f"{entry.envelope.type} was never answered")
            for entry in self._asked.values()
            if _key(entry) not in answered and not self._proofs.explain(entry.message)
        ]


def _key(entry: Entry) -> tuple[str, ...]:
    """What makes a command the same as another: its business key."""
    message = entry.message
    match message:
        case PlaceOrder() | RequestReturn() | ReceiveReturn():
            return (entry.envelope.id,)
        case CancelOrder() | ChangeOrder() | RedirectOrder() | HoldOrder() | ReleaseHold():
            name = message.request_id
        case RecordScan():
            name = f"{message.shipment_id}/{message.scan_id}"
        case RecordCarrierEvent():
            name = f"{message.tracking_number}/{message.carrier_event_id}"
        case _:
            name = message.natural_key()
    return (message.type, message.key_value(), name)


class Proofs:
    """What facts say of shipments and orders, as far as it explains a command that changed nothing."""

    def __init__(self) -> None:
        self._reached: dict[str, set[Scan | CarrierStatus]] = defaultdict(set)
        self._by_tracking: dict[str, str] = {}
        self._noticed: set[tuple[str, str]] = set()
        self._early: set[tuple[str, bool]] = set()
        self._stages: dict[str, int] = {}
        self._promised: Counter[str] = Counter()
        self._ahead: dict[str, Counter[str]] = defaultdict(Counter)

    def see(self, message: Message) -> None:
        """Take one fact in."""
        match message:
            case WorkFailed():
                self._noticed.add((message.order_id, f"failure/{message.failure_id}"))
            case WorkPicked():
                self._reached[message.shipment_id].add(Scan.PICKED)
            case ParcelPacked():
                self._by_tracking[message.tracking_number] = message.shipment_id
                self._reached[message.shipment_id].update((Scan.PICKED, Scan.PACKED))
            case ParcelShipped():
                self._reached[message.shipment_id].update((Scan.HANDED_OVER, CarrierStatus.IN_TRANSIT))
            case ParcelDelivered():
                self._reached[message.shipment_id].add(CarrierStatus.DELIVERED)
            case ShipmentException():
                self._see_exception(message)
            case _:
                self._see_stock(message)

    def _see_exception(self, trouble: ShipmentException) -> None:
        self._noticed.add((trouble.order_id, trouble.reference))
        if trouble.early is not None:
            self._early.add((trouble.order_id, False))
            self._early.add((trouble.order_id, trouble.early.delivered_at is not None))

    def _see_stock(self, message: Message) -> None:
        match message:
            case ShipmentAdvanced():
                reached = self._stages.get(message.shipment_id, 0)
                self._stages[message.shipment_id] = max(reached, _STAGES.index(message.stage))
            case Allocated():
                for shipment in message.shipments:
                    self._promised[shipment.shipment_id] += sum(line.quantity for line in shipment.lines)
            case SourceFailed():
                self._promised[message.shipment_id] -= sum(line.quantity for line in message.lines)
            case StockReleased():
                for units in message.units:
                    self._promised[units.shipment_id] -= units.quantity
                    if not units.shipment_id:
                        self._ahead[message.order_id][units.line_id] += units.quantity
            case _:
                pass

    def explain(self, command: Message) -> bool:
        """Whether `command` is of a kind that may change nothing, and the facts show that it could not."""
        explanation = _EXPLANATIONS.get(type(command))
        return explanation is not None and explanation(self, command)

    def scan(self, scan: RecordScan) -> bool:
        """It was noticed, or proves what was known."""
        if (scan.order_id, f"scan/{scan.scan_id}") in self._noticed or scan.scan in self._reached[scan.shipment_id]:
            return True
        return scan.scan is Scan.HANDED_OVER and (scan.order_id, False) in self._early

    def failure(self, failure: RecordFailure) -> bool:
        """It was noticed."""
        return (failure.order_id, f"failure/{failure.failure_id}") in self._noticed

    def carrier_event(self, event: RecordCarrierEvent) -> bool:
        """It was noticed, or proves what was known; a mishap is always noticed."""
        if (event.order_id, f"carrier/{event.carrier_event_id}") in self._noticed:
            return True
        if event.status in self._reached[self._by_tracking.get(event.tracking_number, "")]:
            return True
        delivered = event.status is CarrierStatus.DELIVERED
        return (delivered or event.status is CarrierStatus.IN_TRANSIT) and (event.order_id, delivered) in self._early

    def reservation(self, command: ReserveStock) -> bool:
        """Every unit was canceled ahead of it."""
        ahead = self._ahead[command.order_id]
        return all(line.quantity <= ahead[line.line_id] for line in command.lines)

    def advance(self, command: AdvanceShipment) -> bool:
        """The shipment was as far, or none of its units is promised any more."""
        if self._stages.get(command.shipment_id, 0) >= _STAGES.index(command.stage):
            return True
        return command.shipment_id in self._promised and self._promised[command.shipment_id] == 0


_EXPLANATIONS: dict[type[Message], Callable[[Proofs, Any], bool]] = {
    RecordScan: Proofs.scan,
    RecordFailure: Proofs.failure,
    RecordCarrierEvent: Proofs.carrier_event,
    ReserveStock: Proofs.reservation,
    AdvanceShipment: Proofs.advance,
    AdjustStock: lambda _, command: command.change == 0,
}
