"""Goods that came back: taken in on the return that expects them, or refused whole; and those that never came."""

from collections.abc import Mapping
from datetime import datetime

from schemas.orders import Reason
from schemas.returns import (
    DisposedUnits,
    GoodsReturned,
    Grade,
    PurchaseNoted,
    ReceiptRefused,
    RefundRequested,
    ReturnExpired,
    ReturnLine,
)
from schemas.stock import Disposition
from services.returns.domain.commands import TakeReceipt
from services.returns.domain.refund import refund
from services.returns.domain.state import LAG, OrderReturns, Return, outstanding, units_by_line

DISPOSITIONS: dict[Grade, Disposition] = {
    Grade.NEW: Disposition.RESTOCK,
    Grade.OPENED: Disposition.RESTOCK,
    Grade.DAMAGED: Disposition.QUARANTINE,
}


def take_receipt(
    state: OrderReturns, command: TakeReceipt
) -> tuple[GoodsReturned | RefundRequested | ReceiptRefused, ...]:
    """The goods and what is owed for them. A receipt is taken whole or not at all; a repeat adds nothing.

    No receipt overtakes its authorization: people know its number only once this lane has published it.
    """
    digests = state.receipts.get(command.receipt_id, ())
    if command.digest in digests:
        return ()
    if digests:
        reason = Reason(
            field="receipt_id", code="receipt-differs", detail="this receipt came before with other content"
        )
        return (_refused(state, command, reason),)
    entry, purchase = state.returns.get(command.return_id), state.purchase
    if entry is None or purchase is None:
        reason = Reason(field="return_id", code="return-unknown", detail="no such return")
        return (_refused(state, command, reason),)
    objection = _objection(entry, command)
    if objection:
        return (_refused(state, command, objection),)
    goods = _goods(purchase, state.skus(), command)
    return (goods, *refund(state, purchase, goods, number=entry.receipts + 1))


def expire_returns(state: OrderReturns, at: datetime) -> tuple[ReturnExpired, ...]:
    """Returns whose goods, or some of them, had not come long enough after the time given."""
    if state.purchase is None:
        return ()
    overdue = {
        return_id: outstanding(entry) for return_id, entry in state.returns.items() if entry.expires_at + LAG <= at
    }
    return tuple(
        _expired(state.purchase, state.skus(), return_id, units) for return_id, units in overdue.items() if units
    )


def _objection(entry: Return, command: TakeReceipt) -> Reason | None:
    if entry.expired or command.at > entry.expires_at:
        return Reason(field="return_id", code="return-expired", detail=f"goods were due by {entry.expires_at:%Y-%m-%d}")
    left = outstanding(entry)
    for line_id, units in units_by_line(command.units).items():
        if line_id not in entry.expected:
            return Reason(
                field=f"units.{line_id}", code="line-unexpected", detail="this line is not part of the return"
            )
        if units > left.get(line_id, 0):
            detail = f"{units} came, {left.get(line_id, 0)} of {entry.expected[line_id]} were still expected"
            return Reason(field=f"units.{line_id}", code="too-many", detail=detail)
    return None


def _goods(purchase: PurchaseNoted, skus: Mapping[str, str], command: TakeReceipt) -> GoodsReturned:
    return GoodsReturned(
        order_id=purchase.order_id,
        order_number=purchase.order_number,
        return_id=command.return_id,
        receipt_id=command.receipt_id,
        digest=command.digest,
        site=command.site,
        units=tuple(
            DisposedUnits(
                line_id=units.line_id,
                sku=skus[units.line_id],
                quantity=units.quantity,
                grade=units.grade,
                disposition=DISPOSITIONS[units.grade],
            )
            for units in command.units
        ),
        operator=command.operator,
        customer=purchase.customer,
    )


def _refused(state: OrderReturns, command: TakeReceipt, reason: Reason) -> ReceiptRefused:
    return ReceiptRefused(
        order_id=state.order_id,
        return_id=command.return_id,
        receipt_id=command.receipt_id,
        digest=command.digest,
        site=command.site,
        units=command.units,
        operator=command.operator,
        reason=reason,
    )


def _expired(purchase: PurchaseNoted, skus: Mapping[str, str], return_id: str, units: dict[str, int]) -> ReturnExpired:
    lines = tuple(
        ReturnLine(line_id=line.line_id, sku=skus[line.line_id], quantity=units[line.line_id])
        for line in purchase.lines
        if line.line_id in units
    )
    return ReturnExpired(
        order_id=purchase.order_id,
        order_number=purchase.order_number,
        return_id=return_id,
        lines=lines,
        customer=purchase.customer,
    )
