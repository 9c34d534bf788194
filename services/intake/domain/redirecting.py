"""Another address or another way to ship: intake asks, fulfillment says what is not packed, and goes on that way."""

from cauce.money import Money
from schemas.changing import ChangeRefused, OrderRedirected, Outcome, RedirectOrder, RedirectRequested, Ship
from schemas.orders import LineQuantity, Reason
from services.intake.domain.changes import why_closed
from services.intake.domain.commands import AskForRedirect, SettleRedirect
from services.intake.domain.state import Ask, OpenOrder, Order, Terms
from services.intake.domain.taking import deliver_by


def ask_for_redirect(order: Order, command: AskForRedirect) -> tuple[RedirectRequested | ChangeRefused, ...]:
    """A proposal for fulfillment, or a refusal; nothing for a request that was decided on before."""
    request = command.request
    if order.knows_request(request.request_id):
        return ()
    if order.open is None or order.open.terms is None:
        return (_refused(request, why_closed(order)),)
    wrong = _wrong(order.open, command)
    if wrong:
        return (_refused(request, wrong),)
    return (
        RedirectRequested(
            order_id=request.order_id,
            request_id=request.request_id,
            left=tuple(
                LineQuantity(line_id=line_id, quantity=units) for line_id, units in order.open.left().items() if units
            ),
            ship=_ship(order.open, order.open.terms, command),
            reason=request.reason,
            asked_by=request.asked_by,
        ),
    )


def _wrong(order: OpenOrder, command: AskForRedirect) -> Reason | None:
    request, policy = command.request, command.policy
    if request.customer is None and request.ship_option is None:
        return Reason(field="ship_to", code="nothing-to-change", detail="neither an address nor a ship option is named")
    if any(ask.ship for ask in order.asks):
        return Reason(field="request_id", code="already-asked", detail="an earlier request is not answered yet")
    if request.ship_option and policy and request.ship_option not in policy.deliver_within_days:
        return Reason(field="ship_option", code="not-offered", detail=f"{request.ship_option} is not offered")
    return _wrong_address(order, request) if request.customer else None


def _wrong_address(order: OpenOrder, request: RedirectOrder) -> Reason | None:
    if request.customer is not None and request.customer.person_id != order.customer.person_id:
        return Reason(field="customer", code="other-person", detail="an order stays with its customer")
    if request.destination is None:
        return Reason(field="ship_to.country", code="unknown", detail="it is not a country of ISO 3166")
    for field in request.address_gaps:
        return Reason(field=f"ship_to.{field}", code="required", detail=f"the {field} is empty")
    return None


def _ship(order: OpenOrder, terms: Terms, command: AskForRedirect) -> Ship:
    """What was not named stays; another way to ship is promised from now on."""
    request = command.request
    option = request.ship_option or terms.ship_option
    other = option is not terms.ship_option
    return Ship(
        customer=request.customer or order.customer,
        destination=request.destination or terms.destination,
        ship_option=option,
        deliver_by=deliver_by(command.at, command.policy, option) if other else terms.deliver_by,
    )


def settle_redirect(order: Order, command: SettleRedirect) -> tuple[OrderRedirected | ChangeRefused, ...]:
    """The next version, or a refusal where all was packed; nothing for an answer that was settled before."""
    answer = command.answer
    ask = order.open.ask(answer.request_id) if order.open else None
    if order.open is None or ask is None:
        return ()
    if answer.outcome is Outcome.REFUSED or ask.ship is None:
        reason = Reason(field="ship_to", code="already-packed", detail="all that is left was packed before")
        return (ChangeRefused(order_id=answer.order_id, request_id=answer.request_id, reason=reason),)
    return (_redirected(order.open, ask, ask.ship, command),)


def _redirected(order: OpenOrder, ask: Ask, ship: Ship, command: SettleRedirect) -> OrderRedirected:
    return OrderRedirected(
        order_id=command.answer.order_id,
        order_number=order.number,
        version=order.version + 1,
        request_id=ask.request_id,
        ship=ship,
        passed=command.answer.passed,
        amount=Money(amount=order.total - order.taken_off, currency=order.currency),
        reason=ask.reason,
        customer=ship.customer,
    )


def _refused(request: RedirectOrder, reason: Reason) -> ChangeRefused:
    return ChangeRefused(order_id=request.order_id, request_id=request.request_id, reason=reason)
