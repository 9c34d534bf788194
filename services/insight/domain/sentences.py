"""Each fact in a sentence, with nothing personal in it.

Facts that follow from one input carry its time, so a rank puts cause before consequence among them. What only repeats
another fact from another side is not `main`: it is there for who wants everything.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from schemas.backorders import Backordered, BackorderLapsed, BackorderReleased
from schemas.base import Message
from schemas.breaches import PromiseAtRisk, PromiseBroken, PromiseMoved
from schemas.changing import (
    ChangeAnswered,
    ChangeRefused,
    ChangeRequested,
    OrderRedirected,
    OrderSupplemented,
    RedirectAnswered,
    RedirectRequested,
    Ship,
)
from schemas.closures import UnitsRecalled
from schemas.effects import EffectAnswered
from schemas.failures import SourceFailed, WorkFailed
from schemas.holding import HoldLifted, HoldRefused, HoldTaken, OrderHeld, OrderReleased
from schemas.inbound import BackorderExpected, ExpectedLine
from schemas.notices import CustomerNotified, NoticeFailed, NoticeSuperseded
from schemas.orders import OrderChanged, OrderConflicted, OrderPlaced, OrderRefused, Reason
from schemas.payments import PaymentCaptured, PaymentFailed, PaymentRefunded, RefundOwed
from schemas.reservations import ShipmentAdvanced, StockReleased
from schemas.returns import (
    GoodsReturned,
    ReceiptRefused,
    RefundRequested,
    ReturnAuthorized,
    ReturnExpired,
    ReturnPending,
    ReturnRefused,
)
from schemas.shipments import (
    ParcelDelivered,
    ParcelPacked,
    ParcelShipped,
    ShipmentException,
    WarehouseWork,
    Work,
    WorkPicked,
)
from schemas.stock import Allocated, Shipment, StockMoved
from services.insight.domain.holds import scope_of

_TIMES = "\N{MULTIPLICATION SIGN}"
_NAMED = 3  # goods named in a sentence; the rest are counted


class Entry(NamedTuple):
    """How a type of fact is told."""

    rank: int
    tell: Callable[[Any], str]
    main: bool = True


def goods(lines: Iterable[Any]) -> str:
    """Units by sku, the first few named."""
    quantities: dict[str, int] = {}
    for line in lines:
        quantities[line.sku] = quantities.get(line.sku, 0) + line.quantity
    named = [f"{quantity} {_TIMES} {sku}" for sku, quantity in list(quantities.items())[:_NAMED]]
    more = len(quantities) - len(named)
    return ", ".join([*named, *([f"{more} more"] if more else [])])


def _units(lines: Iterable[Any]) -> str:
    return ", ".join(f"{line.quantity} of line {line.line_id}" for line in lines)


def _why(reasons: Iterable[Reason]) -> str:
    return "; ".join(f"{reason.field}: {reason.code}" for reason in reasons)


def counted(count: int, noun: str) -> str:
    """`1 line`, `2 lines`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _along(lines: Any) -> str:
    return f"; the rest of the kit comes from elsewhere too: {goods(lines)}" if lines else ""


def _number(shipment_id: str) -> str:
    return f"parcel {shipment_id.rpartition('-')[2]}"


def _back(return_id: str) -> str:
    return f"return {return_id.rpartition('-')[2]}"


def _placed(placed: OrderPlaced) -> str:
    units = sum(line.quantity for line in placed.lines)
    size = f"{counted(len(placed.lines), 'line')}, {counted(units, 'unit')}, {placed.amount()}"
    promise = f"{placed.ship_option} by {placed.deliver_by:%d %b}"
    held = f"; held: {', '.join(hold.kind for hold in placed.holds)}" if placed.holds else ""
    return f"taken from {placed.channel}: {size}, {promise}{held}"


def _way(ship: Ship) -> str:
    area = " ".join(filter(None, [ship.destination.country, ship.destination.postal_area]))
    return f"{area}, {ship.ship_option} by {ship.deliver_by:%d %b}"


def _way_answered(answered: RedirectAnswered) -> str:
    passed = f", too late for {', '.join(map(_number, answered.passed))}" if answered.passed else ""
    return f"fulfillment answers: {answered.outcome}{passed}"


def _held(held: OrderHeld) -> str:
    until = f" until {held.hold.until:%d %b %H:%M}" if held.hold.until else ""
    return (
        f"{held.asked_by} holds the {scope_of(held.hold)}: {held.hold.kind}, {held.hold.reason or 'no reason'}{until}"
    )


def _standing_still(taken: HoldTaken) -> str:
    held, passed = (", ".join(map(_number, names)) for names in (taken.held, taken.passed))
    what = f"{held} stand still" if held else "what comes will stand still"
    return f"fulfillment holds for {taken.hold.kind}: {what}" + (f"; too late for {passed}" if passed else "")


def _from_site(shipment: Shipment) -> str:
    return f"{goods(shipment.lines)} from {shipment.site} ({shipment.distance_meters / 1000:,.0f} km)"


def _allocated(allocated: Allocated) -> str:
    return f"decision {allocated.decision}: {'; '.join(_from_site(shipment) for shipment in allocated.shipments)}"


def _work(work: WarehouseWork) -> str:
    if work.work is Work.STOP:
        return f"{work.site} is to stop {_number(work.shipment_id)}: {goods(work.stopped)} back to the shelf"
    if work.work is Work.HOLD:
        why = ", ".join(work.held or ())
        return f"{work.site} is to keep {_number(work.shipment_id)} unpacked, revision {work.revision}: {why}"
    return f"{work.site} is to pick {_number(work.shipment_id)}, revision {work.revision}: {goods(work.lines)}"


def _packed(packed: ParcelPacked) -> str:
    won = f"{packed.quote.carrier} {packed.quote.service} for {packed.quote.price}"
    promise = "in time" if packed.keeps_promise else "later than promised"
    return (
        f"{_number(packed.shipment_id)} packed at {packed.site}, {packed.weight_grams / 1000:.2f} kg: {won}, {promise}"
    )


def _at_risk(risk: PromiseAtRisk) -> str:
    return f"{_number(risk.shipment_id)} is not packed at {risk.site}: its date is at risk"


def _later(moved: PromiseMoved) -> str:
    return f"{_number(moved.shipment_id)} arrives {moved.expected_on:%d %b}, not {moved.deliver_on:%d %b}"


def _broken(broken: PromiseBroken) -> str:
    return f"{_number(broken.shipment_id)} was promised for {broken.deliver_on:%d %b}, and is not there"


def _shipped(shipped: ParcelShipped) -> str:
    number = _number(shipped.shipment_id)
    return f"{shipped.carrier} has {number}, {shipped.tracking_number}, due {shipped.arrives_on:%d %b}"


def _returned(returned: GoodsReturned) -> str:
    graded = ", ".join(
        f"{unit.quantity} {_TIMES} {unit.sku} {unit.grade} → {unit.disposition}" for unit in returned.units
    )
    return f"{_back(returned.return_id)} arrived at {returned.site}: {graded}"


def _moved(moved: StockMoved) -> str:
    change = f"{moved.quantity} {_TIMES} {moved.sku} at {moved.site}: {moved.source} → {moved.target}"
    return f"{change} ({moved.free} free, {moved.on_hand} on hand)"


def _expected(told: BackorderExpected) -> str:
    days = (f"{line.quantity} {_TIMES} {line.sku} {_due(line)}" for line in told.lines)
    return f"supply: {', '.join(days)}"


def _due(line: ExpectedLine) -> str:
    return f"expected on {line.expected_on:%d %b %Y}" if line.expected_on else "no longer expected on a day"


def _answered(answered: EffectAnswered) -> str:
    tries = "" if answered.attempts == 1 else f" after {answered.attempts} attempts"
    return f"the provider answers {answered.effect}: {answered.outcome}{tries}"


ENTRIES: dict[type[Message], Entry] = {
    OrderPlaced: Entry(0, _placed),
    OrderRefused: Entry(0, lambda fact: f"order not taken: {_why(fact.reasons)}"),
    OrderConflicted: Entry(1, lambda _: "the same order came again with another body; the first stands"),
    PaymentCaptured: Entry(2, lambda fact: f"{fact.amount} captured by {fact.captured_by}, {fact.provider}"),
    ChangeRequested: Entry(
        3, lambda fact: f"{fact.asked_by} asks to cancel {_units(fact.lines)}; fulfillment says what it can stop"
    ),
    ChangeAnswered: Entry(
        4,
        lambda fact: (
            f"fulfillment answers: {fact.outcome}" + (f", {_units(fact.canceled)} stopped" if fact.canceled else "")
        ),
    ),
    OrderChanged: Entry(
        5,
        lambda fact: (
            f"version {fact.version}: {'all' if fact.whole else _units(fact.canceled)} canceled, "
            f"the order comes to {fact.amount}"
        ),
    ),
    RedirectRequested: Entry(3, lambda fact: f"{fact.asked_by} asks to send it to {_way(fact.ship)}"),
    RedirectAnswered: Entry(4, _way_answered),
    OrderRedirected: Entry(5, lambda fact: f"version {fact.version}: it goes to {_way(fact.ship)}"),
    OrderSupplemented: Entry(
        3, lambda fact: f"{goods(fact.supplement.lines)} more: an order beside it, {fact.supplement.channel_order}"
    ),
    OrderHeld: Entry(3, _held),
    HoldRefused: Entry(3, lambda fact: f"neither held nor released: {fact.reason.code}, {fact.reason.detail}"),
    HoldTaken: Entry(19, _standing_still, main=False),
    OrderReleased: Entry(3, lambda fact: f"{fact.released_by} lets go: the hold {fact.hold_id} for {fact.kind} ended"),
    HoldLifted: Entry(19, lambda fact: f"fulfillment holds no more for {fact.hold_id}", main=False),
    ChangeRefused: Entry(5, lambda fact: f"nothing changed: {fact.reason.code}"),
    Allocated: Entry(10, _allocated),
    Backordered: Entry(11, lambda fact: f"{goods(fact.lines)} wait for stock, number {fact.queue_number} in the queue"),
    BackorderExpected: Entry(12, _expected),
    BackorderLapsed: Entry(12, lambda fact: f"{_units(fact.lines)} waited too long, and are not waited for any more"),
    BackorderReleased: Entry(12, lambda fact: f"{_units(fact.lines)} wait no more", main=False),
    StockReleased: Entry(12, lambda fact: f"{_units(fact.units)} promised no more", main=False),
    StockMoved: Entry(13, _moved, main=False),
    WarehouseWork: Entry(20, _work),
    UnitsRecalled: Entry(11, lambda fact: f"{_units(fact.lines)} called back from {fact.site}: {fact.failing}"),
    WorkFailed: Entry(
        21,
        lambda fact: (
            f"{fact.site} does not send {goods(fact.lines)} of {_number(fact.shipment_id)}: {fact.failing}, "
            f"says {fact.operator}{_along(fact.along)}"
        ),
    ),
    SourceFailed: Entry(12, lambda fact: f"{_units(fact.lines)} promised from {fact.site} no more", main=False),
    WorkPicked: Entry(21, lambda fact: f"{_number(fact.shipment_id)} picked at {fact.site}"),
    ParcelPacked: Entry(22, _packed),
    ParcelShipped: Entry(23, _shipped),
    PromiseAtRisk: Entry(23, _at_risk),
    PromiseMoved: Entry(23, _later),
    PromiseBroken: Entry(23, _broken),
    ParcelDelivered: Entry(24, lambda fact: f"{_number(fact.shipment_id)} delivered, {fact.tracking_number}"),
    ShipmentAdvanced: Entry(25, lambda fact: f"stock: {_number(fact.shipment_id)} is {fact.stage}", main=False),
    ShipmentException: Entry(
        26, lambda fact: f"{fact.trouble.replace('_', ' ')}, {_number(fact.shipment_id)}: {fact.detail}"
    ),
    ReturnPending: Entry(
        30,
        lambda fact: (
            f"{fact.asked_by} asks to send goods back; that waits for {_why(fact.waiting_for) or 'facts to come'}"
        ),
    ),
    ReturnAuthorized: Entry(
        31, lambda fact: f"{_back(fact.return_id)} authorized: {goods(fact.lines)}, until {fact.expires_at:%d %b}"
    ),
    ReturnRefused: Entry(31, lambda fact: f"return refused: {_why(fact.reasons)}"),
    ReturnExpired: Entry(32, lambda fact: f"{_back(fact.return_id)} ran out: {goods(fact.lines)} did not come"),
    GoodsReturned: Entry(33, _returned),
    ReceiptRefused: Entry(33, lambda fact: f"goods of {_back(fact.return_id)} not taken in: {fact.reason.code}"),
    RefundRequested: Entry(
        34, lambda fact: f"returns asks payments to pay {fact.amount} back for {_back(fact.return_id)}"
    ),
    RefundOwed: Entry(
        40,
        lambda fact: (
            f"refund of {fact.amount} taken on, {fact.because}"
            + (f"; {fact.short} not covered by any payment" if fact.short.amount else "")
        ),
    ),
    EffectAnswered: Entry(41, _answered, main=False),
    PaymentRefunded: Entry(42, lambda fact: f"{fact.amount} paid back through {fact.provider}, {fact.because}"),
    PaymentFailed: Entry(42, lambda fact: f"{fact.amount} could not be paid back: {fact.detail}"),
    CustomerNotified: Entry(50, lambda fact: f"customer told: {fact.kind.replace('_', ' ')}"),
    NoticeFailed: Entry(50, lambda fact: f"customer not told of {fact.kind.replace('_', ' ')}: {fact.detail}"),
    NoticeSuperseded: Entry(
        50, lambda fact: f"not told of {fact.kind.replace('_', ' ')}: a later state was told", main=False
    ),
}
