"""What people ask of an order that was taken, as commands: the order is found by its number."""

from cauce.ids import order_id, outside_id, person_id
from cauce.money import Money
from cauce.runtime.service import Command, DoorTools
from schemas.changing import ChangeOrder, LineTarget, NewLine, RedirectOrder
from schemas.foreign import reason_code
from schemas.holding import HoldOrder, ReleaseHold
from schemas.order_forms import HoldRelease, NewAddress, OrderChange, OrderForm, OrderHold, OrderRedirect
from schemas.orders import Customer, Payment, PersonalDetails, Profile
from schemas.raw import ChannelAddress

REQUIRED = ("name", "street")  # a code or a town is missing in some countries' addresses; nobody delivers without these


def request(form: OrderForm, tools: DoorTools) -> Command:
    """The command of a form; its cause is the order and the request's own name."""
    message = _message(form, order_id(tools.secret, form.channel, form.order), tools)
    return Command(outside_id(form.channel, form.kind, f"{form.order}\x1f{form.request}"), message)


def _message(form: OrderForm, order: str, tools: DoorTools) -> ChangeOrder | RedirectOrder | HoldOrder | ReleaseHold:
    match form:
        case OrderChange():
            return _change(form, order, tools)
        case OrderRedirect():
            return _redirect(form, order, tools)
        case OrderHold():
            return _hold(form, order)
        case HoldRelease():
            return _release(form, order)


def _change(form: OrderChange, order: str, tools: DoorTools) -> ChangeOrder:
    """What is more is called by the order and the request, so that it can be found as any order of the channel."""
    supplement = f"{form.order}+{form.request}"
    return ChangeOrder(
        order_id=order,
        request_id=form.request,
        quantities=tuple(LineTarget(line_id=str(one.line), quantity=one.quantity) for one in form.quantities),
        added=tuple(
            NewLine(
                sku=one.sku,
                quantity=one.quantity,
                unit_price=Money(amount=one.unit_price, currency=form.currency),
                description=one.description,
            )
            for one in form.add
        ),
        payments=tuple(
            Payment(
                payment_id=one.payment_id,
                provider=one.provider,
                reference=one.reference,
                amount=Money(amount=one.amount, currency=form.currency),
            )
            for one in form.payments
        ),
        supplement_id=order_id(tools.secret, form.channel, supplement),
        supplement=supplement,
        reason=reason_code(form.reason),
        asked_by=form.asked_by,
    )


def _redirect(form: OrderRedirect, order: str, tools: DoorTools) -> RedirectOrder:
    to = form.ship_to
    return RedirectOrder(
        order_id=order,
        request_id=form.request,
        customer=_customer(form, to, tools) if to else None,
        destination=tools.locate(to.country, to.postal_code) if to else None,
        address_gaps=gaps(to) if to else (),
        ship_option=form.ship_option,
        reason=reason_code(form.reason),
        asked_by=form.asked_by,
    )


def _customer(form: OrderRedirect, to: NewAddress, tools: DoorTools) -> Customer:
    """Who is not named is nobody's customer: intake refuses what does not concern the order's own."""
    person = form.person or person_id(tools.secret, form.channel, form.customer or "")
    return Customer(
        person_id=person,
        country=to.country,
        language=form.language,
        profile=Profile(form.profile),
        personal=tools.seal(person, PersonalDetails.model_validate(dict(to))),
    )


def gaps(address: ChannelAddress | NewAddress) -> tuple[str, ...]:
    """The fields without which nobody delivers, and which are empty."""
    return tuple(name for name in REQUIRED if not getattr(address, name).strip())


def _hold(form: OrderHold, order: str) -> HoldOrder:
    return HoldOrder(
        order_id=order,
        request_id=form.request,
        kind=form.hold,
        line_ids=tuple(str(number) for number in form.lines),
        shipment_ids=tuple(f"{order}-{number}" for number in form.shipments),
        reason=reason_code(form.reason),
        until=form.until,
        asked_by=form.asked_by,
    )


def _release(form: HoldRelease, order: str) -> ReleaseHold:
    return ReleaseHold(
        order_id=order,
        request_id=form.request,
        hold=form.hold,
        role=form.role,
        reason=reason_code(form.reason),
        asked_by=form.asked_by,
    )
