"""The door: what a site's desk reports and asks, each numbered by its site, into commands to the keeper of its pool."""

from cauce.ids import outside_id
from cauce.money import Money
from cauce.runtime.service import Command, DoorTools, Unreadable
from schemas.counts import CountedUnits, DecideCount, OpenCount, ReportCount
from schemas.foreign import Foreign, reason_code
from schemas.stock import AdjustStock, ReceiveStock, SkuQuantity, StockCommand
from schemas.stock_forms import CountDecision, CountOpening, CountReport, StockAdjustment, StockForm, StockReceipt
from services.allocation.domain.pools import pool_of

PUBLISHES = (ReceiveStock, AdjustStock, OpenCount, ReportCount, DecideCount)


def commands(form: Foreign, _tools: DoorTools) -> tuple[Command, ...]:
    """One command a form; its id is the site's own name of it. Raises Unreadable."""
    if not isinstance(form, StockForm):
        raise Unreadable(f"kind: {type(form).__name__} is not a form of the stock door")
    name, message = _read(form)
    return (Command(outside_id(form.site, form.kind, name), message),)


def _read(form: StockForm) -> tuple[str, StockCommand]:
    match form:
        case StockReceipt():
            return form.receipt, _receipt(form)
        case StockAdjustment():
            return form.adjustment, _adjustment(form)
        case CountOpening():
            return form.count, _opening(form)
        case CountReport():
            return form.report, _report(form)
        case CountDecision():
            return form.decision, _decision(form)


def _receipt(form: StockReceipt) -> ReceiveStock:
    return ReceiveStock(
        pool=pool_of(form.site),
        receipt_id=form.receipt,
        site=form.site,
        lines=tuple(SkuQuantity(sku=line.sku, quantity=line.quantity) for line in form.lines),
    )


def _adjustment(form: StockAdjustment) -> AdjustStock:
    if not form.change:
        raise Unreadable("change: zero adjusts nothing")
    return AdjustStock(
        pool=pool_of(form.site),
        adjustment_id=form.adjustment,
        site=form.site,
        sku=form.sku,
        change=form.change,
        reason=reason_code(form.reason),
    )


def _opening(form: CountOpening) -> OpenCount:
    limit = form.approve_above
    return OpenCount(
        pool=pool_of(form.site),
        count_id=form.count,
        site=form.site,
        skus=form.skus,
        approve_above=Money(amount=limit.amount, currency=limit.currency) if limit else None,
    )


def _report(form: CountReport) -> ReportCount:
    return ReportCount(
        pool=pool_of(form.site),
        report_id=form.report,
        count_id=form.count,
        site=form.site,
        lines=tuple(CountedUnits(sku=line.sku, counted=line.counted) for line in form.lines),
    )


def _decision(form: CountDecision) -> DecideCount:
    return DecideCount(
        pool=pool_of(form.site),
        decision_id=form.decision,
        count_id=form.count,
        site=form.site,
        approved=form.approved,
    )
