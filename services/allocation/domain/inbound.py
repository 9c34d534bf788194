"""Purchases: what is to come and when, moved by suppliers' answers and ended by receipts.

Goods of a purchase are free at once and go to those who wait by the same decision.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from schemas.inbound import (
    AnswerPurchase,
    ExpectStock,
    InboundChanged,
    InboundLine,
    ReceivePurchase,
    SupplierAnswer,
    SupplierWord,
)
from services.allocation.domain import rows as kinds
from services.allocation.domain.backlog import serve
from services.allocation.domain.demand import fold_supply
from services.allocation.domain.draft import Draft
from services.allocation.domain.inflow import is_known, not_taken_in, take_in
from services.allocation.domain.requests import refused
from services.allocation.domain.rows import InboundUnits, Purchase, arrival_key, site_key
from services.allocation.domain.shelf_life import faults
from services.allocation.domain.sourcing import units_by_sku
from services.allocation.domain.stock import Stock, StockEvent, mark_seen

Request = ExpectStock | AnswerPurchase | ReceivePurchase


def expect(stock: Stock, command: ExpectStock) -> tuple[StockEvent, ...]:
    """What is to come; nothing for a purchase that is known."""
    if _row(stock, command.site, command.purchase_id):
        return ()
    lines = tuple(
        InboundLine(sku=line.sku, quantity=line.quantity, due_on=line.due_on, confirmed=False) for line in command.lines
    )
    return (_changed(command, command.purchase_id, 1, lines),)


def answer(stock: Stock, command: AnswerPurchase) -> tuple[StockEvent, ...]:
    """What is to come by the supplier's word. Refused where it is about no line of the purchase."""
    if stock.has_seen(command.type, command.site, command.answer_id):
        return ()
    purchase = _row(stock, command.site, command.purchase_id)
    answers = {one.sku: one for one in command.answers}
    unknown = sorted(answers.keys() - {line.sku for line in purchase.lines}) if purchase else []
    if purchase is None or unknown:
        about = {"site": command.site, "request_id": command.answer_id}
        detail = f"it has no line of {', '.join(unknown)}" if unknown else "no such purchase was sent for this site"
        return (refused(command, **about, code="unknown_purchase", detail=detail),)
    lines = tuple(_answered(line, answers.get(line.sku)) for line in purchase.lines)
    return (_changed(command, command.answer_id, purchase.version + 1, lines),)


def _answered(line: InboundUnits, said: SupplierAnswer | None) -> InboundLine:
    if said is None:
        return _still(line, line.quantity)
    quantity = {SupplierWord.REFUSE: 0, SupplierWord.PART: said.quantity}.get(said.word)
    dated = said.due_on if said.word is SupplierWord.DATE else None
    return InboundLine(
        sku=line.sku,
        quantity=line.quantity if quantity is None else min(quantity, line.quantity),
        due_on=dated or date.fromisoformat(line.due_on),
        confirmed=True,
    )


def receive(stock: Stock, command: ReceivePurchase) -> tuple[StockEvent, ...]:
    """The goods are free at their site, and so much less is to come. A purchase that nobody knows is told."""
    if is_known(stock, command):
        return ()
    if fault := faults(stock.reference, command.lines):
        return not_taken_in(command, fault)
    draft = Draft(stock, command.pool)
    came = units_by_sku(command.lines)
    purchase = _row(stock, command.site, command.purchase_id)
    if purchase is None:
        about = {"site": command.site, "request_id": command.receipt_id}
        detail = "the goods are taken in, but no such purchase was sent for this site"
        draft.say(refused(command, **about, code="unknown_purchase", detail=detail))
    else:
        lines = tuple(_still(line, max(0, line.quantity - came.get(line.sku, 0))) for line in purchase.lines)
        draft.say(_changed(command, command.receipt_id, purchase.version + 1, lines))
    for sku in came:
        take_in(draft, sku, command.site, command.lines, reference=command.receipt_id)
    serve(stock, draft, came, f"{command.type}/{command.natural_key()}")
    return tuple(draft.events)


def _still(line: InboundUnits, quantity: int) -> InboundLine:
    return InboundLine(
        sku=line.sku, quantity=quantity, due_on=date.fromisoformat(line.due_on), confirmed=line.confirmed
    )


def _changed(command: Request, reference: str, version: int, lines: tuple[InboundLine, ...]) -> InboundChanged:
    return InboundChanged(
        pool=command.pool,
        purchase_id=command.purchase_id,
        site=command.site,
        version=version,
        request=command.type,
        reference=reference,
        lines=lines,
    )


def _row(stock: Stock, site: str, purchase: str) -> Purchase | None:
    found: Purchase | None = stock.rows.get(kinds.PURCHASES, site_key(site, purchase))
    return found


def fold_changed(stock: Stock, event: InboundChanged) -> None:
    """What is to come, by purchase and by sku and day; the request was decided on."""
    before = _row(stock, event.site, event.purchase_id) or Purchase(0, ())
    lines = tuple(
        InboundUnits(line.sku, line.quantity, line.due_on.isoformat(), line.confirmed) for line in event.lines
    )
    stock.rows.put(kinds.PURCHASES, site_key(event.site, event.purchase_id), Purchase(event.version, lines))
    arrivals = _arrivals(event, lines)
    for key in _arrivals(event, before.lines).keys() - arrivals.keys():
        stock.rows.put(kinds.ARRIVALS, key, None)
    for key, units in arrivals.items():
        stock.rows.put(kinds.ARRIVALS, key, units)
    opened = bool(arrivals) - bool(_arrivals(event, before.lines))
    if opened:
        count = stock.rows.get(kinds.COUNTERS, kinds.OPEN_PURCHASES) or 0
        stock.rows.put(kinds.COUNTERS, kinds.OPEN_PURCHASES, count + opened)
    fold_supply(stock, (line.sku for line in lines))
    mark_seen(stock, event.request, event.site, event.reference)


def _arrivals(event: InboundChanged, lines: Iterable[InboundUnits]) -> Mapping[str, int]:
    return {
        arrival_key(line.sku, line.due_on, event.site, event.purchase_id): line.quantity
        for line in lines
        if line.quantity
    }
