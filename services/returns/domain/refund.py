"""What is owed for units that came back.

A line is worth what was paid for it, less its share of what was taken off the order as a whole; its tax is less alike.
The units of a line are numbered from 0. Each is worth the difference of two rounded shares of the line (`money.
share_of_units`), so that all of them are worth the line exactly. Cancellations take units from 0 upward, returns from
the last downward: both know what they owe without the other, no unit is paid for twice, and once every unit was
canceled or has come back the whole line is paid, in whatever order that happened.
"""

from cauce.money import Money, share_of_units, total
from schemas.returns import GoodsReturned, PurchasedLine, PurchaseNoted, RefundLine, RefundRequested
from services.returns.domain.state import OrderReturns, units_by_line, units_received


def refund_line(line: PurchasedLine, *, units: int, before: int) -> RefundLine:
    """What `units` of a line are worth when `before` came back earlier."""
    first = line.quantity - before - units
    worth = line.amount - line.deducted
    tax = share_of_units(line.tax.amount, line.amount.amount or 1, taken=0, taking=worth.amount)
    return RefundLine(
        line_id=line.line_id,
        quantity=units,
        amount=_worth(worth, line.quantity, first=first, units=units),
        tax=_worth(Money(amount=tax, currency=line.tax.currency), line.quantity, first=first, units=units),
    )


def refund(
    state: OrderReturns, purchase: PurchaseNoted, goods: GoodsReturned, *, number: int
) -> tuple[RefundRequested, ...]:
    """The refund for a receipt that `state` does not know yet, the `number`th of its return; none for free goods."""
    units = units_by_line(goods.units)
    lines = tuple(
        refund_line(line, units=units[line.line_id], before=units_received(state, line.line_id))
        for line in purchase.lines
        if line.line_id in units
    )
    amount = total(purchase.currency, (line.amount for line in lines))
    if amount.amount == 0:
        return ()
    return (
        RefundRequested(
            order_id=goods.order_id,
            order_number=goods.order_number,
            refund_id=f"{goods.return_id}:{number}",
            return_id=goods.return_id,
            lines=lines,
            amount=amount,
            customer=goods.customer,
        ),
    )


def _worth(amount: Money, quantity: int, *, first: int, units: int) -> Money:
    share = share_of_units(amount.amount, quantity, taken=first, taking=units)
    return Money(amount=share, currency=amount.currency)
