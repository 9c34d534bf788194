"""Other quantities: fewer units are a cancellation of some, more of them are an order of their own beside this one.

What was promised stays promised. What is more is priced as its line was, asks for its own stock, and must be paid as
the order was: by a payment of exactly that, or on account.
"""

from collections.abc import Iterator

from cauce.money import Money, total
from schemas.changing import ChangeOrder, ChangeRefused, ChangeRequested, LineTarget, OrderSupplemented
from schemas.orders import AskedLine, LineQuantity, PlaceOrder, Reason
from services.intake.domain.changes import why_closed
from services.intake.domain.commands import AskForQuantities
from services.intake.domain.kits import kit_with, with_kits
from services.intake.domain.state import Line, OpenOrder, Order, Terms

Answer = ChangeRequested | ChangeRefused | OrderSupplemented


def ask_for_quantities(order: Order, command: AskForQuantities) -> tuple[Answer, ...]:
    """A proposal for fulfillment, a supplement, or a refusal; nothing for a request that was decided on before."""
    request = command.request
    if order.knows_request(request.request_id):
        return ()
    if order.open is None or order.open.terms is None:
        return (_refused(request, why_closed(order)),)
    wrong = _wrong(order.open, request)
    if wrong:
        return (_refused(request, wrong),)
    more = [*_raised(order.open, request), *_added(order.open, request)]
    if more:
        return (_supplemented(order.open, order.open.terms, command, more),)
    return (_fewer(order.open, request),)


def _wrong(order: OpenOrder, request: ChangeOrder) -> Reason | None:
    left = order.left()
    unknown = [target.line_id for target in request.quantities if target.line_id not in left]
    if unknown:
        return Reason(field="quantities", code="unknown-line", detail=f"the order has no line {', '.join(unknown)}")
    wanted = [line_id for target in request.quantities for line_id in with_kits(order.kits, (target.line_id,))]
    if len(set(wanted)) < len(wanted):
        return Reason(field="quantities", code="repeated", detail="a line is named twice")
    amounts = [*(line.unit_price for line in request.added), *(payment.amount for payment in request.payments)]
    if any(amount.currency != order.currency for amount in amounts):
        return Reason(field="currency", code="other-currency", detail=f"the order is in {order.currency}")
    changes = [target.quantity - _free(order, target.line_id) for target in request.quantities]
    rises, falls = any(change > 0 for change in changes) or bool(request.added), any(change < 0 for change in changes)
    if not rises and not falls:
        return Reason(field="quantities", code="nothing-to-change", detail="the order has these quantities")
    if rises and falls:
        return Reason(field="quantities", code="both-ways", detail="ask for more and for less in two requests")
    return _unpaid(order, request) if rises else None


def _free(order: OpenOrder, line_id: str) -> int:
    """Units that are left, and that no request is to cancel; of a kit's line, kits, begun ones among them."""
    kit = kit_with(order.kits, line_id)
    if kit is None:
        return _free_units(order, line_id)
    return max(-(-_free_units(order, part.line_id) // part.quantity) for part in kit.parts)


def _free_units(order: OpenOrder, line_id: str) -> int:
    return order.left()[line_id] - order.asked(line_id)


def _unpaid(order: OpenOrder, request: ChangeOrder) -> Reason | None:
    """Paid as the order was: what was paid at once is paid at once, and only exactly."""
    more = [*_raised(order, request), *_added(order, request)]
    amount = total(order.currency, [line.amount for line in more])
    paid = total(order.currency, [payment.amount for payment in request.payments])
    must = request.payments or (order.terms is not None and order.terms.is_paid)
    if not must or paid == amount:
        return None
    return Reason(field="payments", code="payment-required", detail=f"{amount} more, of which {paid} is paid")


def _fewer(order: OpenOrder, request: ChangeOrder) -> ChangeRequested:
    named = [one for target in request.quantities for one in _too_many(order, target)]
    fewer = [LineQuantity(line_id=line_id, quantity=units) for line_id, units in named if units > 0]
    return ChangeRequested(
        order_id=request.order_id,
        request_id=request.request_id,
        lines=tuple(fewer),
        reason=request.reason,
        asked_by=request.asked_by,
        ordered=order.ordered(tuple(fewer)),
    )


def _too_many(order: OpenOrder, target: LineTarget) -> Iterator[tuple[str, int]]:
    kit = kit_with(order.kits, target.line_id)
    if kit is None:
        yield target.line_id, _free_units(order, target.line_id) - target.quantity
        return
    for part in kit.parts:
        yield part.line_id, _free_units(order, part.line_id) - target.quantity * part.quantity


def _raised(order: OpenOrder, request: ChangeOrder) -> Iterator[AskedLine]:
    for target in request.quantities:
        units = target.quantity - _free(order, target.line_id)
        if units > 0:
            kit, line = kit_with(order.kits, target.line_id), order.lines[int(target.line_id) - 1]
            if kit:
                line = Line(
                    kit.quantity,
                    0,
                    sku=kit.sku,
                    paid=kit.amount.amount,
                    price=kit.unit_price.amount,
                    tax=kit.tax.amount,
                )
            yield AskedLine(
                line_id="",
                sku=line.sku,
                quantity=units,
                unit_price=_money(order, line.price),
                amount=_money(order, _share(line.paid, line, units)),
                tax=_money(order, _share(line.tax, line, units)),
                substitutes=order.substitutes.get(target.line_id),
            )


def _share(amount: int, line: Line, units: int) -> int:
    """What `units` cost if all of the line cost `amount`, to the nearest minor unit."""
    return (2 * amount * units + line.quantity) // (2 * line.quantity)


def _added(order: OpenOrder, request: ChangeOrder) -> Iterator[AskedLine]:
    for line in request.added:
        yield AskedLine(
            line_id="",
            sku=line.sku,
            quantity=line.quantity,
            unit_price=line.unit_price,
            amount=Money(amount=line.quantity * line.unit_price.amount, currency=line.unit_price.currency),
            tax=_money(order, 0),
            description=line.description,
        )


def _supplemented(
    order: OpenOrder, terms: Terms, command: AskForQuantities, more: list[AskedLine]
) -> OrderSupplemented:
    request = command.request
    lines = (line.model_copy(update={"line_id": str(number)}) for number, line in enumerate(more, start=1))
    return OrderSupplemented(
        order_id=request.order_id,
        order_number=order.number,
        request_id=request.request_id,
        supplement=PlaceOrder(
            order_id=request.supplement_id,
            channel=terms.channel,
            channel_order=request.supplement,
            placed_at=command.at,
            currency=order.currency,
            customer=order.customer,
            destination=terms.destination,
            ship_option=terms.ship_option,
            lines=tuple(lines),
            payments=request.payments,
            supplements=request.order_id,
        ),
        reason=request.reason,
        customer=order.customer,
    )


def _money(order: OpenOrder, amount: int) -> Money:
    return Money(amount=amount, currency=order.currency)


def _refused(request: ChangeOrder, reason: Reason) -> ChangeRefused:
    return ChangeRefused(order_id=request.order_id, request_id=request.request_id, reason=reason)
