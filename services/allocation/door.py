"""The door: what a site's desk reports and asks, each numbered by its site, into commands to the keeper of its pool."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, NamedTuple

from cauce.ids import outside_id
from cauce.money import Money
from cauce.runtime.service import Command, DoorTools, Unreadable
from schemas.closures import CloseSite, OpenSite
from schemas.counts import CountedUnits, DecideCount, OpenCount, ReportCount
from schemas.foreign import Foreign, reason_code
from schemas.inbound import AnswerPurchase, ExpectedUnits, ExpectStock, ReceivePurchase, SupplierAnswer, SupplierWord
from schemas.lots import RecallLot
from schemas.movements import MoveStock, ReceiveTransfer, SendTransfer, TransferredUnits
from schemas.stock import AdjustStock, ReceiveStock, SkuQuantity, StockCommand
from schemas.stock_forms import (
    CountDecision,
    CountOpening,
    CountReport,
    Purchase,
    PurchaseAnswer,
    PurchaseReceipt,
    ReceiptLine,
    SiteClosure,
    SiteOpening,
    StockAdjustment,
    StockMovement,
    StockRecall,
    StockReceipt,
    StockWave,
    TransferReceipt,
    TransferSending,
)
from schemas.waves import DecideWave
from services.allocation.domain.pools import FIRST_POOL, pool_of

PUBLISHES = (
    *(CloseSite, OpenSite, RecallLot),
    *(ReceiveStock, AdjustStock, OpenCount, ReportCount, DecideCount, MoveStock, SendTransfer, ReceiveTransfer),
    *(ExpectStock, AnswerPurchase, ReceivePurchase, DecideWave),
)


def commands(form: Foreign, _tools: DoorTools) -> tuple[Command, ...]:
    """One command a form; its id is the site's own name of it. Raises Unreadable."""
    reading = _READ.get(type(form))
    if reading is None:
        raise Unreadable(f"kind: {type(form).__name__} is not a form of the stock door")
    site, kind, name = reading.called(form)
    return (Command(outside_id(site, kind, name), reading.read(form)),)


def _receipt(form: StockReceipt) -> ReceiveStock:
    return ReceiveStock(
        pool=pool_of(form.site),
        receipt_id=form.receipt,
        site=form.site,
        lines=_units(form.lines),
    )


def _units(lines: Iterable[ReceiptLine]) -> tuple[SkuQuantity, ...]:
    return tuple(
        SkuQuantity(sku=line.sku, quantity=line.quantity, lot=line.lot, expires_on=_last_day(line)) for line in lines
    )


def _last_day(line: ReceiptLine | StockAdjustment) -> str | None:
    if line.expires_on and not line.lot:
        raise Unreadable("expires_on: a lot's units expire on a day; name the lot as well, or leave the day out")
    return line.expires_on.isoformat() if line.expires_on else None


def _wave(form: StockWave) -> DecideWave:
    return DecideWave(pool=FIRST_POOL, wave_id=form.wave, order_ids=form.orders, nodes=form.nodes)


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
        lot=form.lot,
        expires_on=_last_day(form),
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


def _movement(form: StockMovement) -> MoveStock:
    return MoveStock(
        pool=pool_of(form.site),
        movement_id=form.movement,
        site=form.site,
        sku=form.sku,
        movement=form.step,
        quantity=form.quantity,
        reason=reason_code(form.reason),
        lot=form.lot,
    )


def _sending(form: TransferSending) -> SendTransfer:
    return SendTransfer(
        pool=pool_of(form.site),
        transfer_id=form.transfer,
        site=form.site,
        to_site=form.to_site,
        lines=tuple(SkuQuantity(sku=line.sku, quantity=line.quantity, lot=line.lot) for line in form.lines),
    )


def _unpacking(form: TransferReceipt) -> ReceiveTransfer:
    return ReceiveTransfer(
        pool=pool_of(form.site),
        receipt_id=form.receipt,
        transfer_id=form.transfer,
        from_site=form.from_site,
        site=form.site,
        lines=tuple(TransferredUnits(sku=line.sku, quantity=line.quantity) for line in form.lines),
    )


def _purchase(form: Purchase) -> ExpectStock:
    _each_once(line.sku for line in form.lines)
    return ExpectStock(
        pool=pool_of(form.site),
        purchase_id=form.purchase,
        site=form.site,
        lines=tuple(ExpectedUnits(sku=line.sku, quantity=line.quantity, due_on=line.due_on) for line in form.lines),
    )


def _purchase_answer(form: PurchaseAnswer) -> AnswerPurchase:
    _each_once(line.sku for line in form.lines)
    for line in form.lines:
        if line.word is SupplierWord.PART and line.quantity is None:
            raise Unreadable("quantity: a part is so many units")
        if line.word is SupplierWord.DATE and line.due_on is None:
            raise Unreadable("due_on: another date is a day")
    return AnswerPurchase(
        pool=pool_of(form.site),
        answer_id=form.answer,
        purchase_id=form.purchase,
        site=form.site,
        answers=tuple(
            SupplierAnswer(sku=line.sku, word=line.word, quantity=line.quantity, due_on=line.due_on)
            for line in form.lines
        ),
    )


def _each_once(skus: Iterable[str]) -> None:
    if max(Counter(skus).values()) > 1:
        raise Unreadable("lines: each sku once; another date of it is another purchase")


def _purchase_receipt(form: PurchaseReceipt) -> ReceivePurchase:
    return ReceivePurchase(
        pool=pool_of(form.site),
        receipt_id=form.receipt,
        purchase_id=form.purchase,
        site=form.site,
        lines=_units(form.lines),
    )


def _closure(form: SiteClosure) -> CloseSite:
    if form.begins_on and form.ends_on and form.ends_on < form.begins_on:
        raise Unreadable("ends_on: before the day on which it begins")
    return CloseSite(
        pool=pool_of(form.site),
        closure_id=form.closure,
        site=form.site,
        reason=form.reason,
        begins_on=form.begins_on.isoformat() if form.begins_on else None,
        ends_on=form.ends_on.isoformat() if form.ends_on else None,
    )


def _site_opening(form: SiteOpening) -> OpenSite:
    return OpenSite(pool=pool_of(form.site), opening_id=form.opening, site=form.site)


def _recall(form: StockRecall) -> RecallLot:
    return RecallLot(
        pool=FIRST_POOL, recall_id=form.recall, sku=form.sku, lot=form.lot, reason=reason_code(form.reason)
    )


class Reading(NamedTuple):
    """How a kind of form is read: what its site calls it, and the command in it."""

    called: Callable[[Any], tuple[str, str, str]]
    read: Callable[[Any], StockCommand]


_READ: Mapping[type[Foreign], Reading] = {
    StockReceipt: Reading(attrgetter("site", "kind", "receipt"), _receipt),
    StockAdjustment: Reading(attrgetter("site", "kind", "adjustment"), _adjustment),
    CountOpening: Reading(attrgetter("site", "kind", "count"), _opening),
    CountReport: Reading(attrgetter("site", "kind", "report"), _report),
    CountDecision: Reading(attrgetter("site", "kind", "decision"), _decision),
    StockMovement: Reading(attrgetter("site", "kind", "movement"), _movement),
    TransferSending: Reading(attrgetter("site", "kind", "transfer"), _sending),
    Purchase: Reading(attrgetter("site", "kind", "purchase"), _purchase),
    PurchaseAnswer: Reading(attrgetter("site", "kind", "answer"), _purchase_answer),
    PurchaseReceipt: Reading(attrgetter("site", "kind", "receipt"), _purchase_receipt),
    TransferReceipt: Reading(attrgetter("site", "kind", "receipt"), _unpacking),
    StockRecall: Reading(attrgetter("sku", "kind", "recall"), _recall),
    SiteClosure: Reading(attrgetter("site", "kind", "closure"), _closure),
    SiteOpening: Reading(attrgetter("site", "kind", "opening"), _site_opening),
    StockWave: Reading(lambda form: ("wave", form.kind, form.wave), _wave),
}
