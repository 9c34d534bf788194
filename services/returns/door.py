"""The door: forms of channels and of the returns desk into commands."""

import re

from cauce.ids import keyed_id, order_id, outside_id
from cauce.runtime.service import Command, DoorTools, Unreadable
from schemas.foreign import Foreign, reason_code
from schemas.orders import LineQuantity
from schemas.raw import ReturnReceipt, ReturnRequest
from schemas.returns import GradedUnits, ReceiveReturn, RequestReturn

RETURN_ID = re.compile(r"R([a-z2-7]{24})-([1-9][0-9]{0,5})", re.IGNORECASE)  # a desk's scanner may fold the case


def commands(form: Foreign, tools: DoorTools) -> tuple[Command, ...]:
    """One command a form. Raises Unreadable."""
    match form:
        case ReturnRequest():
            return (_request(form, tools),)
        case ReturnReceipt():
            return (_receipt(form),)
        case _:
            raise Unreadable(f"kind: {type(form).__name__} is not a form of the returns door")


def _request(form: ReturnRequest, tools: DoorTools) -> Command:
    known = form.order is not None
    order = order_id(tools.secret, form.channel, form.order) if form.order is not None else _own_id(form, tools)
    message = RequestReturn(
        order_id=order,
        request_id=form.request,
        purchase_known=known,
        lines=tuple(LineQuantity(line_id=str(asked.line), quantity=asked.quantity) for asked in form.lines),
        reason=reason_code(form.reason),
        asked_by=form.channel,
    )
    # With the order: a request id that comes again for another order must not give two facts one id.
    return Command(outside_id(form.channel, "return", f"{form.order or ''}\x1f{form.request}"), message)


def _own_id(form: ReturnRequest, tools: DoorTools) -> str:
    """Where no order is named, the request is its own subject."""
    return keyed_id(tools.secret, "return", form.channel, form.request)


def _receipt(form: ReturnReceipt) -> Command:
    named = RETURN_ID.fullmatch(form.return_id)
    if not named:
        raise Unreadable("return_id: not the number of a return of ours")
    order, number = named[1].lower(), named[2]
    message = ReceiveReturn(
        order_id=order,
        return_id=f"R{order}-{number}",
        receipt_id=form.receipt,
        site=form.site,
        units=tuple(
            GradedUnits(line_id=str(graded.line), quantity=graded.quantity, grade=graded.grade) for graded in form.units
        ),
        operator=form.operator,
    )
    return Command(outside_id(form.site, "return-receipt", f"{message.return_id}/{form.receipt}"), message)
