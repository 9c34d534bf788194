"""Counts: blind, compared with the book as it was when the count was opened, and approved where they cost much.

The row of an open count keeps the book's figures; no fact says them before the count is reported. A difference is
taken into whatever the book says by then: what moved since the opening has moved for the counter too. Units that
orders were promised and nobody found are called back, to be promised from elsewhere.
"""

from collections.abc import Iterable, Mapping

from cauce.money import Money
from schemas import counts
from schemas.counts import (
    CountApproved,
    CountOpened,
    CountRefused,
    CountReported,
    CountShort,
    DecideCount,
    OpenCount,
    ReportCount,
)
from services.allocation.domain import missing
from services.allocation.domain import rows as kinds
from services.allocation.domain.backlog import serve
from services.allocation.domain.draft import Draft
from services.allocation.domain.requests import refused
from services.allocation.domain.rows import Count, CountLine, CountStage, site_key
from services.allocation.domain.steps import COUNT_FOUND, COUNT_LOST
from services.allocation.domain.stock import Stock, StockEvent, mark_seen


def open_count(stock: Stock, command: OpenCount) -> tuple[StockEvent, ...]:
    """The skus to count; nothing for a count that was opened."""
    if _row(stock, command.site, command.count_id):
        return ()
    limit = command.approve_above
    opened = CountOpened(
        pool=command.pool,
        count_id=command.count_id,
        site=command.site,
        skus=tuple(dict.fromkeys(command.skus)),
        approve_above=Money(amount=limit.amount, currency=limit.currency) if limit else None,
    )
    return (opened,)


def report(stock: Stock, command: ReportCount) -> tuple[StockEvent, ...]:
    """The differences, and their entries unless they wait. Refused where it is no report of an open count."""
    if stock.has_seen(command.type, command.site, command.report_id):
        return ()
    count = _row(stock, command.site, command.count_id)
    counted = {line.sku: line.counted for line in command.lines}
    unfit = _unfit(count, counted, len(command.lines))
    if count is None or unfit:
        code, detail = unfit
        return (refused(command, site=command.site, request_id=command.report_id, code=code, detail=detail),)
    lines = tuple(line._replace(counted=counted[line.sku]) for line in count.lines)
    waits = _waits(stock, count, lines)
    draft = Draft(stock, command.pool)
    draft.say(
        CountReported(
            pool=command.pool,
            count_id=command.count_id,
            report_id=command.report_id,
            site=command.site,
            lines=tuple(_told(stock, line) for line in lines),
            waits=waits,
        )
    )
    if not waits:
        _adjust(stock, draft, command, lines)
    return tuple(draft.events)


def _unfit(count: Count | None, counted: Mapping[str, int], told: int) -> tuple[str, ...]:
    if count is None:
        return "unknown_count", "no such count was opened at this site"
    if count.stage is not CountStage.OPEN:
        return "count_reported", "the count was reported before; open another to count again"
    wanted = {line.sku for line in count.lines}
    if wanted != counted.keys() or told != len(wanted):
        wrong = ", ".join(sorted(wanted ^ counted.keys())) or "a sku twice"
        return "other_skus", f"report each sku of the count once, with zero where there is none: {wrong}"
    return ()


def _waits(stock: Stock, count: Count, lines: Iterable[CountLine]) -> bool:
    """Whether the differences are worth more than the count allows; what has no known worth is worth too much."""
    if count.limit is None:
        return False
    allowed, currency = count.limit
    worth = 0
    for line in lines:
        if line.counted == line.book:
            continue
        value = _unit_value(stock, line.sku)
        if value is None or value.currency != currency:
            return True
        worth += abs(line.counted - line.book) * value.amount
    return worth > allowed


def _unit_value(stock: Stock, sku: str) -> Money | None:
    stocking = stock.reference.item("stocking", sku)
    return Money(amount=stocking.unit_value.amount, currency=stocking.unit_value.currency) if stocking else None


def _told(stock: Stock, line: CountLine) -> counts.CountLine:
    return counts.CountLine(sku=line.sku, book=line.book, counted=line.counted, unit_value=_unit_value(stock, line.sku))


def settle(stock: Stock, command: DecideCount) -> tuple[StockEvent, ...]:
    """The differences of a count that waits, taken into the book or not."""
    if stock.has_seen(command.type, command.site, command.decision_id):
        return ()
    count = _row(stock, command.site, command.count_id)
    if count is None or count.stage is not CountStage.WAITS:
        detail = "no count of this name waits for approval at this site"
        about = {"site": command.site, "request_id": command.decision_id}
        return (refused(command, **about, code="no_such_wait", detail=detail),)
    said = {
        "pool": command.pool,
        "count_id": command.count_id,
        "decision_id": command.decision_id,
        "site": command.site,
    }
    if not command.approved:
        return (CountRefused(**said),)
    draft = Draft(stock, command.pool)
    draft.say(CountApproved(**said))
    _adjust(stock, draft, command, count.lines)
    return tuple(draft.events)


def _adjust(stock: Stock, draft: Draft, command: ReportCount | DecideCount, lines: Iterable[CountLine]) -> None:
    """Found units are free; lost ones are taken from what is free, and those that are promised are called back."""
    site, count_id = command.site, command.count_id
    found, short = [], {}
    for line in lines:
        difference = line.counted - line.book
        if difference > 0:
            draft.move(COUNT_FOUND, line.sku, site, difference, reference=count_id)
            found.append(line.sku)
        lost = min(-difference, draft.free(line.sku, site))
        if lost > 0:
            draft.move(COUNT_LOST, line.sku, site, lost, reference=count_id)
        if max(lost, 0) < -difference:
            short[line.sku] = -difference - max(lost, 0)
    for sku, units in short.items():
        draft.say(CountShort(pool=draft.pool, count_id=count_id, site=site, sku=sku, missing=units))
    missing.recall(stock, draft, site, count_id, short)
    serve(stock, draft, found, f"{command.type}/{command.natural_key()}")


def _row(stock: Stock, site: str, count_id: str) -> Count | None:
    found: Count | None = stock.rows.get(kinds.COUNTS, site_key(site, count_id))
    return found


def fold_opened(stock: Stock, event: CountOpened) -> None:
    """The book's figures of this moment are the count's."""
    limit = (event.approve_above.amount, event.approve_above.currency) if event.approve_above else None
    lines = tuple(CountLine(sku, _shelf(stock, sku, event.site)) for sku in event.skus)
    stock.rows.put(kinds.COUNTS, site_key(event.site, event.count_id), Count(CountStage.OPEN, limit, lines))


def _shelf(stock: Stock, sku: str, site: str) -> int:
    position = stock.position(sku, site)
    return position.free + position.reserved - missing.outstanding(stock, sku, site)


def fold_reported(stock: Stock, event: CountReported) -> None:
    """The count is done, or waits with what was counted."""
    lines = tuple(CountLine(line.sku, line.book, line.counted) for line in event.lines)
    row = Count(CountStage.WAITS, None, lines) if event.waits else Count(CountStage.DONE)
    stock.rows.put(kinds.COUNTS, site_key(event.site, event.count_id), row)
    mark_seen(stock, ReportCount.type, event.site, event.report_id)


def fold_settled(stock: Stock, event: CountApproved | CountRefused) -> None:
    """A person has spoken: the count is done."""
    stock.rows.put(kinds.COUNTS, site_key(event.site, event.count_id), Count(CountStage.DONE))
    mark_seen(stock, DecideCount.type, event.site, event.decision_id)
