"""Which rules hold an order as it is taken: those for which all that they say is so."""

from datetime import timedelta

from cauce.money import Money, total
from schemas.holds import STOPS, Hold, HoldRule
from schemas.orders import PlaceOrder
from services.intake.domain.commands import TakeOrder

LOCATED = "postal"  # by its code; else the door could only say the country


def holds_of(command: TakeOrder) -> tuple[Hold, ...]:
    """A hold for each rule that is for the order, in the order of the rules."""
    return tuple(_hold(command, rule) for rule in command.rules if _is_for(command, rule))


def _hold(command: TakeOrder, rule: HoldRule) -> Hold:
    hours = rule.release_after_hours
    return Hold(
        hold_id=rule.id,
        kind=rule.kind,
        stops=rule.stops or STOPS[rule.kind],
        reason=rule.id,
        release_by=rule.release_by,
        until=command.at + timedelta(hours=hours) if hours else None,
    )


def _is_for(command: TakeOrder, rule: HoldRule) -> bool:
    order = command.order
    said = (
        rule.profile in (None, order.customer.profile),
        not rule.channels or order.channel in rule.channels,
        not rule.countries or _country(order) in rule.countries,
        not rule.export or _country(order) not in command.home,
        not rule.unlocated or (order.destination is not None and order.destination.located_by != LOCATED),
        rule.risk_at_least is None or (order.risk_score or 0) >= rule.risk_at_least,
        _reaches(rule.at_least, _worth(order)),
        _reaches(rule.unpaid_at_least, _worth(order) - total(order.currency, [paid.amount for paid in order.payments])),
    )
    return all(said)


def _country(order: PlaceOrder) -> str:
    return order.destination.country if order.destination else order.customer.country


def _worth(order: PlaceOrder) -> Money:
    parts = [*(line.amount for line in order.lines), *(charge.amount for charge in order.charges)]
    return total(order.currency, parts)


def _reaches(least: Money | None, amount: Money) -> bool:
    return least is None or (amount.currency == least.currency and amount.amount >= least.amount)
