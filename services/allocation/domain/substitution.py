"""Substitutes: another sku for a line that cannot be sent whole, where the shop and the order allow it.

A line is of one sku, so it is replaced whole or not at all. What the customer pays stays what was agreed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from schemas.light import light, replace
from schemas.reference import Kind, Substitute
from schemas.sourcing import Explanation, OrderTerms, SubstituteSeen, Substitution, SubstitutionAsked
from schemas.stock import DemandLine
from services.allocation.domain.sourcing import Pick
from services.allocation.domain.stock import Stock
from services.allocation.domain.together import kits_of

_line = light(DemandLine)
_seen, _tried = light(SubstituteSeen), light(Substitution)


class Sourced(NamedTuple):
    """Lines and where they come from, what is missing of them, and why."""

    demands: tuple[DemandLine, ...]
    picks: Sequence[Pick]
    missing: tuple[DemandLine, ...]
    explanation: Explanation


Source = Callable[[tuple[DemandLine, ...]], Sourced]
Free = Callable[[str], int]


def substitutes_of(rows: Iterable[Substitute]) -> dict[str, tuple[Substitute, ...]]:
    """Those of each sku, the first choice first."""
    found: dict[str, tuple[Substitute, ...]] = {}
    for row in sorted(rows, key=lambda row: (row.rank, row.id)):
        found[row.sku] = (*found.get(row.sku, ()), row)
    return found


def with_substitutes(stock: Stock, terms: OrderTerms | None, first: Sourced, source: Source, free: Free) -> Sourced:
    """As sourced `first`, or with other skus for missing lines: if they come whole, and no other line gets less."""
    book = stock.reference.derived(Kind.SUBSTITUTES, substitutes_of)
    lacking = list(_lacking(terms, first, book, free))
    best, verdicts = first, dict[tuple[str, str], str]()
    for line in lacking:
        for row in book[line.sku]:
            verdict = _barred(terms, row, line.line_id) or _too_few(free(row.substitute), line)
            if not verdict:
                tried = source(_swapped(best.demands, line.line_id, row.substitute))
                verdict = "used" if _is_better(best, tried, line.line_id) else "the rule cannot send all of it"
                best = tried if verdict == "used" else best
            verdicts[line.line_id, row.substitute] = verdict
            if verdict == "used":
                break
    told = tuple(_told(line, book[line.sku], verdicts, free) for line in lacking)
    version = stock.reference.version(Kind.SUBSTITUTES)
    said = replace(best.explanation, substitutes_version=version, substitutes=told) if told else best.explanation
    return best._replace(explanation=said)


def _lacking(
    terms: OrderTerms | None, first: Sourced, book: Mapping[str, tuple[Substitute, ...]], free: Free
) -> Iterator[DemandLine]:
    """Lines that have substitutes and are missing for want of them; what is part of a kit has none."""
    within = {part.line_id for kit in kits_of(terms) for part in kit.parts}
    wanted: dict[str, int] = {}
    for line in first.demands:
        wanted[line.sku] = wanted.get(line.sku, 0) + line.quantity
    missing = {line.line_id for line in first.missing}
    for line in first.demands:
        is_short = first.picks or free(line.sku) < wanted[line.sku]  # of all or nothing, another may be what lacks
        if is_short and line.line_id in missing and line.line_id not in within and line.sku in book:
            yield line


def _barred(terms: OrderTerms | None, row: Substitute, line_id: str) -> str:
    asked = next((one.asked for one in (terms and terms.substitutes) or () if one.line_id == line_id), None)
    if asked is SubstitutionAsked.REFUSED:
        return "the order refuses substitutes"
    if row.consent and asked is not SubstitutionAsked.ALLOWED:
        return "it needs the customer's consent"
    return ""


def _too_few(units: int, line: DemandLine) -> str:
    return f"{units} free of {line.quantity}" if units < line.quantity else ""


def _swapped(demands: Iterable[DemandLine], line_id: str, sku: str) -> tuple[DemandLine, ...]:
    return tuple(
        _line(line_id=line_id, sku=sku, quantity=one.quantity, instead_of=one.sku) if one.line_id == line_id else one
        for one in demands
    )


def _is_better(best: Sourced, tried: Sourced, line_id: str) -> bool:
    """The line is whole, and no line lacks more than it did."""
    before = {line.line_id: line.quantity for line in best.missing}
    after = {line.line_id: line.quantity for line in tried.missing}
    return line_id not in after and all(units <= before.get(line, 0) for line, units in after.items())


def _told(
    line: DemandLine, rows: Iterable[Substitute], verdicts: Mapping[tuple[str, str], str], free: Free
) -> Substitution:
    seen = (
        _seen(sku=row.substitute, free=free(row.substitute), verdict=verdicts[line.line_id, row.substitute])
        for row in rows
        if (line.line_id, row.substitute) in verdicts
    )
    return _tried(line_id=line.line_id, sku=line.sku, quantity=line.quantity, candidates=tuple(seen))
