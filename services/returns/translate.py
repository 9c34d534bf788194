"""Requests, receipts and other services' facts as commands of this lane; the policy of the time goes with a request."""

from cauce.decider import Reference
from cauce.ids import digest
from cauce.runtime.service import Received
from schemas.base import Message
from schemas.orders import LineQuantity, OrderPlaced
from schemas.payments import PaymentRefunded
from schemas.reference import Kind
from schemas.returns import (
    DeliveryNoted,
    DispatchNoted,
    PurchasedLine,
    PurchaseNoted,
    ReceiveReturn,
    RefundNoted,
    RequestReturn,
    ReturnTerms,
    SentLine,
)
from schemas.shipments import ParcelDelivered, ParcelShipped
from schemas.stock import ShipmentLine
from services.returns.domain.commands import AnswerRequest, Command, Note, TakeReceipt

WINDOW_DAYS = 30  # where no policy is published


def from_command(received: Received, reference: Reference) -> Command | None:
    """A request or a receipt of our own door."""
    at, message = received.envelope.at, received.message
    match message:
        case RequestReturn():
            return AnswerRequest(
                at=at,
                request_id=message.request_id,
                digest=_body(message),
                purchase_known=message.purchase_known,
                lines=message.lines,
                reason=message.reason,
                asked_by=message.asked_by,
                terms=terms(reference),
            )
        case ReceiveReturn():
            return TakeReceipt(
                at=at,
                return_id=message.return_id,
                receipt_id=message.receipt_id,
                digest=_body(message),
                site=message.site,
                units=message.units,
                operator=message.operator,
            )
        case _:
            return None


def from_order(received: Received, _reference: Reference) -> Command | None:
    """What was sold, and what each line is worth."""
    message = received.message
    if not isinstance(message, OrderPlaced):
        return None
    lines = tuple(
        PurchasedLine(
            line_id=line.line_id,
            sku=line.sku,
            quantity=line.quantity,
            amount=line.amount,
            tax=line.tax,
            deducted=line.amount - worth,
        )
        for line, worth in zip(message.lines, message.worths(), strict=True)
    )
    purchase = PurchaseNoted(
        order_id=message.order_id,
        order_number=message.order_number,
        currency=message.currency,
        lines=lines,
        customer=message.customer,
    )
    return Note(at=received.envelope.at, ground=purchase)


def from_shipped(received: Received, _reference: Reference) -> Command | None:
    """What left for the customer."""
    message = received.message
    if not isinstance(message, ParcelShipped):
        return None
    sent = tuple(SentLine(line_id=line.line_id, sku=line.sku) for line in message.lines if line.instead_of)
    dispatch = DispatchNoted(
        order_id=message.order_id, shipment_id=message.shipment_id, lines=_units(message.lines), sent=sent or None
    )
    return Note(at=received.envelope.at, ground=dispatch)


def from_delivered(received: Received, _reference: Reference) -> Command | None:
    """What the customer has, and since when."""
    message = received.message
    if not isinstance(message, ParcelDelivered):
        return None
    delivery = DeliveryNoted(
        order_id=message.order_id,
        shipment_id=message.shipment_id,
        lines=_units(message.lines),
        delivered_at=message.delivered_at,
    )
    return Note(at=received.envelope.at, ground=delivery)


def from_refunded(received: Received, _reference: Reference) -> Command | None:
    """What went back of the refunds we asked for; those of others are passed over by the decision."""
    message = received.message
    if not isinstance(message, PaymentRefunded):
        return None
    refund = RefundNoted(
        order_id=message.order_id,
        refund_id=message.refund_id,
        payment_id=message.payment_id,
        amount=message.amount,
    )
    return Note(at=received.envelope.at, ground=refund)


def from_nobody(_received: Received, _reference: Reference) -> Command | None:
    """Reference data and time are no commands: the lane takes them in itself."""
    return None


def terms(reference: Reference) -> ReturnTerms:
    """The published policy; without one, 30 days and the first site."""
    policy = next(iter(reference.items(Kind.POLICY)), None)
    site = next((site.id for site in reference.items(Kind.SITES)), "")
    return ReturnTerms(
        window_days=policy.return_window_days if policy else WINDOW_DAYS,
        site=(policy.returns_site if policy else "") or site,
        policy_version=reference.version(Kind.POLICY),
    )


def _units(lines: tuple[ShipmentLine, ...]) -> tuple[LineQuantity, ...]:
    return tuple(LineQuantity(line_id=line.line_id, quantity=line.quantity) for line in lines)


def _body(message: Message) -> str:
    return digest(message.to_bytes())
