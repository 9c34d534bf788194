"""The door: receipts and counts of the sites, each numbered by its site, into commands to the keeper of their pool."""

from cauce.ids import outside_id
from cauce.runtime.service import Command, DoorTools, Unreadable
from schemas.raw import Foreign, StockAdjustment, StockReceipt, reason_code
from schemas.stock import AdjustStock, ReceiveStock, SkuQuantity
from services.allocation.domain.pools import pool_of


def commands(form: Foreign, _tools: DoorTools) -> tuple[Command, ...]:
    """One command a form. Raises Unreadable."""
    match form:
        case StockReceipt():
            return (_receipt(form),)
        case StockAdjustment():
            return (_adjustment(form),)
        case _:
            raise Unreadable(f"kind: {type(form).__name__} is not a form of the stock door")


def _receipt(form: StockReceipt) -> Command:
    message = ReceiveStock(
        pool=pool_of(form.site),
        receipt_id=form.receipt,
        site=form.site,
        lines=tuple(SkuQuantity(sku=line.sku, quantity=line.quantity) for line in form.lines),
    )
    return Command(outside_id(form.site, form.kind, form.receipt), message)


def _adjustment(form: StockAdjustment) -> Command:
    if not form.change:
        raise Unreadable("change: zero adjusts nothing")
    message = AdjustStock(
        pool=pool_of(form.site),
        adjustment_id=form.adjustment,
        site=form.site,
        sku=form.sku,
        change=form.change,
        reason=reason_code(form.reason),
    )
    return Command(outside_id(form.site, form.kind, form.adjustment), message)
