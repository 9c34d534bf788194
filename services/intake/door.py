"""The door of channels: orders are mapped, located and sealed, cancellations find their order by its number."""

from cauce.ids import order_id, outside_id, person_id
from cauce.money import Money
from cauce.runtime.service import Command, DoorTools, Unreadable
from schemas.foreign import Foreign, reason_code
from schemas.order_forms import HoldRelease, OrderChange, OrderHold, OrderRedirect
from schemas.orders import (
    AskedLine,
    CancelOrder,
    Charge,
    Customer,
    Payment,
    PersonalDetails,
    PlaceOrder,
    Profile,
)
from schemas.raw import ChannelAddress, ChannelCancellation, ChannelLine, ChannelOrder
from services.intake.requests import gaps, request


def commands(form: Foreign, tools: DoorTools) -> tuple[Command, ...]:
    """One command a form. Raises Unreadable."""
    match form:
        case ChannelOrder():
            return (_order(form, tools),)
        case ChannelCancellation():
            return (_cancellation(form, tools),)
        case OrderHold() | HoldRelease() | OrderChange() | OrderRedirect():
            return (request(form, tools),)
        case _:
            raise Unreadable(f"kind: {type(form).__name__} is not a form of the order door")


def _order(form: ChannelOrder, tools: DoorTools) -> Command:
    message = PlaceOrder(
        order_id=order_id(tools.secret, form.channel, form.order),
        channel=form.channel,
        channel_order=form.order,
        placed_at=form.placed_at,
        currency=form.currency,
        customer=_customer(form, tools),
        destination=tools.locate(form.ship_to.country, form.ship_to.postal_code),
        address_gaps=gaps(form.ship_to),
        ship_option=form.ship_option,
        risk_score=form.risk_score,
        cancel_after=form.cancel_after.isoformat() if form.cancel_after else None,
        lines=tuple(_line(number, line, form.currency) for number, line in enumerate(form.lines, start=1)),
        charges=tuple(Charge(code=charge.code, amount=_money(charge.amount, form.currency)) for charge in form.charges),
        payments=tuple(
            Payment(
                payment_id=payment.payment_id,
                provider=payment.provider,
                reference=payment.reference,
                amount=_money(payment.amount, form.currency),
            )
            for payment in form.payments
        ),
    )
    return Command(outside_id(form.channel, form.kind, form.order), message)


def _customer(form: ChannelOrder, tools: DoorTools) -> Customer:
    person = person_id(tools.secret, form.channel, form.customer)
    return Customer(
        person_id=person,
        country=form.ship_to.country,
        language=form.language,
        profile=Profile(form.profile),
        personal=tools.seal(person, _details(form.ship_to)),
    )


def _details(address: ChannelAddress) -> PersonalDetails:
    return PersonalDetails.model_validate(dict(address))


def _line(number: int, line: ChannelLine, currency: str) -> AskedLine:
    return AskedLine(
        line_id=str(number),
        sku=line.sku,
        quantity=line.quantity,
        unit_price=_money(line.unit_price, currency),
        amount=_money(line.amount, currency),
        tax=_money(line.tax, currency),
        description=line.description,
        substitutes=line.substitutes,
    )


def _money(amount: int, currency: str) -> Money:
    return Money(amount=amount, currency=currency)


def _cancellation(form: ChannelCancellation, tools: DoorTools) -> Command:
    message = CancelOrder(
        order_id=order_id(tools.secret, form.channel, form.order),
        request_id=form.request,
        line_ids=tuple(str(number) for number in form.lines),
        reason=reason_code(form.reason),
        asked_by=form.channel,
    )
    return Command(outside_id(form.channel, form.kind, f"{form.order}\x1f{form.request}"), message)
