"""Why an order is not taken: every reason at once, each with the channel's own name of its field."""

from collections.abc import Iterator

from cauce.money import total
from schemas.orders import AskedLine, PlaceOrder, Reason
from services.intake.domain.commands import TakeOrder

MOST_UNITS = 1_000_000  # of one line; more is a mistake
MOST_LINES = 2000  # with those of kits
MOST_MINOR_UNITS = 10**12  # of one amount; more is a mistake


def refusals(command: TakeOrder) -> tuple[Reason, ...]:
    """Nothing if the order can be taken. Where no products or no policy were published, all are accepted."""
    order = command.order
    found = [*_terms(command), *_address(order)]
    for index, line in enumerate(order.lines):
        found += _line(f"lines.{index}", line, unknown=line.sku in command.unknown_skus)
    if [line.line_id for line in order.lines] != [str(number) for number in range(1, len(order.lines) + 1)]:
        found.append(Reason(field="lines", code="numbering", detail="line ids must count from 1"))
    found += [*_kits(command), *_amounts(order)]
    return tuple(found)


def _terms(command: TakeOrder) -> Iterator[Reason]:
    order, policy = command.order, command.policy
    if not order.lines:
        yield Reason(field="lines", code="required", detail="an order needs at least one line of goods")
    if policy and order.currency not in policy.currencies:
        accepted = ", ".join(policy.currencies)
        yield Reason(field="currency", code="not-accepted", detail=f"{order.currency} is not one of {accepted}")
    if policy and order.ship_option not in policy.deliver_within_days:
        yield Reason(field="ship_option", code="not-offered", detail=f"{order.ship_option} is not offered")


def _address(order: PlaceOrder) -> Iterator[Reason]:
    if order.destination is None:
        detail = f"{order.customer.country} is not a country of ISO 3166"
        yield Reason(field="ship_to.country", code="unknown", detail=detail)
    for field in order.address_gaps:
        yield Reason(field=f"ship_to.{field}", code="required", detail=f"the {field} is empty")


def _kits(command: TakeOrder) -> Iterator[Reason]:
    """What kits come to, in units of a component and in lines."""
    kits = [
        (at, line, command.recipes[line.sku])
        for at, line in enumerate(command.order.lines)
        if command.recipes.get(line.sku)
    ]
    for index, line, recipe in kits:
        if line.quantity * max(one.quantity for one in recipe.components) > MOST_UNITS >= line.quantity:
            detail = f"more than {MOST_UNITS} units of a component"
            yield Reason(field=f"lines.{index}.quantity", code="too-large", detail=detail)
    lines = len(command.order.lines) + sum(len(recipe.components) - 1 for _, _, recipe in kits)
    if kits and lines > MOST_LINES:
        yield Reason(field="lines", code="too-many", detail=f"its kits come to {lines} lines, {MOST_LINES} at most")


def _line(path: str, line: AskedLine, *, unknown: bool) -> Iterator[Reason]:
    if unknown:
        yield Reason(field=f"{path}.sku", code="unknown", detail=f"{line.sku} is not among the products")
    if line.quantity < 1:
        yield Reason(field=f"{path}.quantity", code="not-positive", detail=f"{line.quantity} units cannot be sent")
    elif line.quantity > MOST_UNITS:
        yield Reason(field=f"{path}.quantity", code="too-large", detail=f"more than {MOST_UNITS} units")
    prices = {"unit_price": line.unit_price, "amount": line.amount, "tax": line.tax}
    for name, money in prices.items():
        yield from _amount(f"{path}.{name}", money.amount)
    if line.tax.amount > max(line.amount.amount, 0):
        yield Reason(field=f"{path}.tax", code="exceeds-amount", detail="the tax is part of the amount")
    elif line.quantity > 0 and line.amount.amount > most_of_line(line):
        detail = f"{line.amount} for {line.quantity} at {line.unit_price}: prices may be lowered, not raised"
        yield Reason(field=f"{path}.amount", code="exceeds-price", detail=detail)


def most_of_line(line: AskedLine) -> int:
    """The most a line may cost: its units at their price, a minor unit each for rounding, tax on top of net prices.

    There is no least: discounts are taken off the amount.
    """
    return line.quantity * (line.unit_price.amount + 1) + line.tax.amount


def _amounts(order: PlaceOrder) -> Iterator[Reason]:
    for index, charge in enumerate(order.charges):
        if abs(charge.amount.amount) > MOST_MINOR_UNITS:
            yield _too_large(f"charges.{index}.amount")
    for index, payment in enumerate(order.payments):
        yield from _amount(f"payments.{index}.amount", payment.amount.amount)
    ids = [payment.payment_id for payment in order.payments]
    if len(set(ids)) < len(ids):
        yield Reason(field="payments", code="repeated", detail="two payments have one payment_id")
    yield from _sums(order)


def _sums(order: PlaceOrder) -> Iterator[Reason]:
    parts = [*(line.amount for line in order.lines), *(charge.amount for charge in order.charges)]
    amount = total(order.currency, parts)
    if amount.amount < 0:
        yield Reason(field="charges", code="negative", detail=f"the order would be worth {amount}")
    paid = total(order.currency, [payment.amount for payment in order.payments])
    if order.payments and paid != amount:
        yield Reason(field="payments", code="sum", detail=f"{paid} paid, the order is {amount}")


def _amount(field: str, amount: int) -> Iterator[Reason]:
    if amount < 0:
        yield Reason(field=field, code="negative", detail="an amount cannot be negative here")
    elif amount > MOST_MINOR_UNITS:
        yield _too_large(field)


def _too_large(field: str) -> Reason:
    return Reason(field=field, code="too-large", detail=f"more than {MOST_MINOR_UNITS} minor units")
