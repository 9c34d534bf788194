"""Facts into words for customers, teams and suppliers, and the runner's answers into the record of a mail."""

from collections.abc import Callable, Iterable
from typing import Any

from cauce.decider import Reference
from cauce.money import Money
from cauce.runtime.service import Received
from schemas.backorders import Backordered
from schemas.base import Message
from schemas.breaches import PromiseMoved
from schemas.changing import OrderRedirected
from schemas.effects import EffectAnswered
from schemas.inbound import BackorderExpected
from schemas.light import light, replace
from schemas.notices import NoticeKind, NoticeLine, TellCustomer
from schemas.orders import CanceledUnits, Customer, OrderChanged, OrderPlaced, OrderRefused, Reason
from schemas.payments import PaymentRefunded
from schemas.reference import Kind
from schemas.returns import GoodsReturned, ReturnAuthorized, ReturnExpired, ReturnRefused
from schemas.shipments import ParcelDelivered, ParcelPacked, ParcelShipped
from schemas.stock import Allocated
from schemas.teams import TellTeam
from services.notify.domain.addressing import is_told_to_teams, words
from services.notify.domain.notices import RecordAnswer, Tell
from services.notify.domain.router import Route
from services.notify.domain.teams import RecordEnd, TellOnce

_word, _line, _money = light(TellCustomer), light(NoticeLine), light(Money)


def to_route(received: Received, reference: Reference) -> Route | None:
    """The words that a fact asks for, to the customer and to teams; None for facts nobody hears of."""
    fact = received.message
    tell = _TELL.get(fact.type)
    notice = tell(fact) if tell else None
    told: tuple[TellCustomer | TellTeam, ...] = (_named(notice, reference),) if notice else ()
    if is_told_to_teams(fact.type):
        told += words(fact, fact_id=received.envelope.id, reference=reference)
    return Route(at=received.envelope.at, notices=told) if told else None


def _named(notice: TellCustomer, reference: Reference) -> TellCustomer:
    """With the products' names beside their skus, where they are known; a change's lines are numbers, not skus."""
    if notice.kind is NoticeKind.CHANGED or not notice.lines:
        return notice
    return replace(notice, lines=tuple(_with_name(line, reference) for line in notice.lines))


def _with_name(line: NoticeLine, reference: Reference) -> NoticeLine:
    named = replace(line, text=_name(line.text, reference))
    return replace(named, instead_of=_name(line.instead_of, reference)) if line.instead_of else named


def _name(sku: str, reference: Reference) -> str:
    product = reference.item(Kind.PRODUCTS, sku)
    return f"{product.name} ({sku})" if product and product.name else sku


def to_team(received: Received, _reference: Reference) -> TellOnce | RecordEnd:
    """What the lane of teams decides on."""
    if isinstance(received.message, TellTeam):
        return TellOnce(at=received.envelope.at, word=received.message)
    return RecordEnd(**_end(received))


def _end(received: Received) -> dict[str, Any]:
    answer: EffectAnswered = received.message
    return {
        "at": received.envelope.at,
        "notice": answer.reference,
        "outcome": answer.outcome,
        "repeats": answer.repeats,
        "detail": answer.detail,
    }


def to_notice(received: Received, _reference: Reference) -> Tell | RecordAnswer:
    """What the person's lane decides on."""
    if isinstance(received.message, TellCustomer):
        return Tell(at=received.envelope.at, notice=received.message)
    return RecordAnswer(**_end(received))


def _to(customer: Customer, kind: NoticeKind, reference: str, fact: Any, **told: Any) -> TellCustomer:
    return _word(
        person_id=customer.person_id,
        kind=kind,
        reference=reference,
        order_id=fact.order_id,
        order_number=getattr(fact, "order_number", "") or "",
        language=customer.language,
        personal=customer.personal,
        **told,
    )


def _units(lines: Iterable[Any]) -> tuple[NoticeLine, ...]:
    """Units by sku, as one line a sku: a graded return may name a sku several times."""
    quantities: dict[tuple[str, str | None], int] = {}
    for line in lines:
        name = line.sku, getattr(line, "instead_of", None)
        quantities[name] = quantities.get(name, 0) + line.quantity
    return tuple(
        _line(text=sku, quantity=quantity, instead_of=ordered) for (sku, ordered), quantity in quantities.items()
    )


def _why(reasons: Iterable[Reason]) -> str:
    return "; ".join(reason.detail for reason in reasons)


def _placed(fact: OrderPlaced) -> TellCustomer:
    lines = tuple(
        _line(text=f"{line.description} ({line.sku})" if line.description else line.sku, quantity=line.quantity)
        for line in fact.lines
    )
    return _to(
        fact.customer,
        NoticeKind.RECEIVED,
        fact.order_id,
        fact,
        lines=lines,
        amount=_in_all(fact),
        expected_on=fact.deliver_by.date(),
    )


def _in_all(fact: OrderPlaced) -> Money:
    amount = fact.amount()
    return _money(amount=amount.amount, currency=amount.currency)


def _refused(fact: OrderRefused) -> TellCustomer:
    reference = f"{fact.order_id}/{fact.digest}"  # mended and refused again, it is another word
    return _to(fact.customer, NoticeKind.REFUSED, reference, fact, detail=_why(fact.reasons))


def _changed(fact: OrderChanged) -> TellCustomer:
    if fact.whole:
        return _to(fact.customer, NoticeKind.CANCELED, fact.order_id, fact)
    return _to(
        fact.customer,
        NoticeKind.CHANGED,
        f"{fact.order_id}/{fact.version}",
        fact,
        lines=_canceled(fact.canceled),
        amount=fact.amount,
    )


def _redirected(fact: OrderRedirected) -> TellCustomer:
    """A change of address that nobody asked for shall be heard of, without saying the address."""
    return _to(
        fact.customer,
        NoticeKind.REDIRECTED,
        f"{fact.order_id}/{fact.version}",
        fact,
        expected_on=fact.ship.deliver_by.date(),
    )


def _canceled(canceled: Iterable[CanceledUnits]) -> tuple[NoticeLine, ...]:
    """Units by the line's number: a change names no sku."""
    quantities: dict[str, int] = {}
    for units in canceled:
        quantities[units.line_id] = quantities.get(units.line_id, 0) + units.quantity
    return tuple(_line(text=line_id, quantity=quantity) for line_id, quantity in quantities.items())


def _allocated(fact: Allocated) -> TellCustomer:
    return _to(
        fact.customer,
        NoticeKind.CONFIRMED,
        f"{fact.order_id}/{fact.decision}",
        fact,
        lines=_units(line for shipment in fact.shipments for line in shipment.lines),
        shipments=tuple(shipment.shipment_id for shipment in fact.shipments),
        expected_on=fact.promise.deliver_on if fact.promise else fact.deliver_by.date(),
    )


def _backordered(fact: Backordered) -> TellCustomer:
    return _to(fact.customer, NoticeKind.BACKORDERED, fact.order_id, fact, lines=_units(fact.lines))


def _expected(fact: BackorderExpected) -> TellCustomer | None:
    if fact.customer is None:
        return None  # of a time when only the shop was told
    lines = (_line(text=line.sku, quantity=line.quantity, expected_on=line.expected_on) for line in fact.lines)
    return _to(fact.customer, NoticeKind.EXPECTED, f"{fact.order_id}/{fact.telling}", fact, lines=tuple(lines))


def _packed(fact: ParcelPacked) -> TellCustomer:
    return _to(
        fact.customer,
        NoticeKind.PACKED,
        fact.shipment_id,
        fact,
        lines=_units(fact.lines),
        carrier=fact.quote.carrier,
        tracking_number=fact.tracking_number,
    )


def _shipped(fact: ParcelShipped) -> TellCustomer:
    return _to(
        fact.customer,
        NoticeKind.SHIPPED,
        fact.shipment_id,
        fact,
        lines=_units(fact.lines),
        carrier=fact.carrier,
        tracking_number=fact.tracking_number,
        expected_on=fact.arrives_on,
    )


def _delivered(fact: ParcelDelivered) -> TellCustomer:
    return _to(
        fact.customer,
        NoticeKind.DELIVERED,
        fact.shipment_id,
        fact,
        lines=_units(fact.lines),
        tracking_number=fact.tracking_number,
    )


def _moved(fact: PromiseMoved) -> TellCustomer:
    return _to(fact.customer, NoticeKind.MOVED, fact.shipment_id, fact, expected_on=fact.expected_on)


def _return_authorized(fact: ReturnAuthorized) -> TellCustomer:
    return _to(
        fact.customer,
        NoticeKind.RETURN_AUTHORIZED,
        fact.return_id,
        fact,
        lines=_units(fact.lines),
        expected_on=fact.expires_at.date(),
    )


def _return_refused(fact: ReturnRefused) -> TellCustomer | None:
    if fact.customer is None:
        return None  # nobody is known to be told
    reference = f"{fact.order_id}/{fact.request_id}/{fact.digest}"
    return _to(fact.customer, NoticeKind.RETURN_REFUSED, reference, fact, detail=_why(fact.reasons))


def _return_expired(fact: ReturnExpired) -> TellCustomer:
    return _to(fact.customer, NoticeKind.RETURN_EXPIRED, fact.return_id, fact, lines=_units(fact.lines))


def _returned(fact: GoodsReturned) -> TellCustomer:
    reference = f"{fact.return_id}/{fact.receipt_id}"
    return _to(fact.customer, NoticeKind.RETURNED, reference, fact, lines=_units(fact.units))


def _refunded(fact: PaymentRefunded) -> TellCustomer:
    reference = f"{fact.order_id}/{fact.refund_id}/{fact.payment_id}"
    return _to(fact.customer, NoticeKind.REFUNDED, reference, fact, amount=fact.amount)


_FACTS: dict[type[Message], Callable[[Any], TellCustomer | None]] = {
    OrderPlaced: _placed,
    OrderRefused: _refused,
    OrderChanged: _changed,
    OrderRedirected: _redirected,
    Allocated: _allocated,
    Backordered: _backordered,
    BackorderExpected: _expected,
    ParcelPacked: _packed,
    ParcelShipped: _shipped,
    ParcelDelivered: _delivered,
    PromiseMoved: _moved,
    ReturnAuthorized: _return_authorized,
    ReturnRefused: _return_refused,
    ReturnExpired: _return_expired,
    GoodsReturned: _returned,
    PaymentRefunded: _refunded,
}
_TELL = {fact.type: tell for fact, tell in _FACTS.items()}
