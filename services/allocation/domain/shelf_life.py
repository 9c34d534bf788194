"""How long units must last to be promised on a day: what `lots.csv` asks of a sku. Without it, nothing."""

from collections.abc import Iterable
from datetime import date, timedelta

from cauce.decider import Reference, Rows
from schemas.reference import Kind, LotKept
from services.allocation.domain import lot_rows


class LotRules:
    """The skus of one version that are kept by lot."""

    def __init__(self, kept: tuple[LotKept, ...]) -> None:
        self._least_days = {one.id: one.least_days for one in kept}
        self.longest = max(self._least_days.values(), default=0)

    def is_kept(self, sku: str) -> bool:
        """Whether it is kept by lot."""
        return sku in self._least_days

    def least_days(self, sku: str) -> int:
        """How many days beyond the day of a decision a unit must last to be promised."""
        return self._least_days.get(sku, 0)


class ShelfLife:
    """The day of one decision, and until when units of each sku must last."""

    def __init__(self, rules: LotRules, day: date) -> None:
        self.rules, self.day, self._date = rules, day.isoformat(), day

    def until(self, sku: str) -> str:
        """The first day of expiry (ISO 8601) with which units are promised."""
        return (self._date + timedelta(days=self.rules.least_days(sku))).isoformat()


def rules_of(reference: Reference) -> LotRules | None:
    """Which skus are kept by lot, where any are."""
    return reference.derived(Kind.LOTS, LotRules) if reference.version(Kind.LOTS) else None


def shelf_life(rows: Rows, reference: Reference, day: date) -> ShelfLife | None:
    """That of a decision on a day; a record that is late counts on the day that has begun."""
    rules = rules_of(reference)
    if rules is None:
        return None
    begun: str = rows.get(lot_rows.TURNED, lot_rows.TODAY) or ""
    return ShelfLife(rules, max(day, date.fromisoformat(begun)) if begun else day)


def faults(reference: Reference, lines: Iterable[object]) -> str:
    """What is wrong with the lots of goods that came in; empty where nothing is."""
    rules, unnamed, unkept = rules_of(reference), set[str](), set[str]()
    for line in lines:
        sku, lot = getattr(line, "sku", ""), getattr(line, "lot", None)
        if rules is not None and rules.is_kept(sku):
            unnamed |= {sku} if lot is None else set()  # a what-if names none on purpose
        elif lot:
            unkept.add(sku)
    if unnamed:
        return f"name the lot of {', '.join(sorted(unnamed))}, and hand it in again under another name"
    return f"{', '.join(sorted(unkept))}: not kept by lot; publish lots.csv, or leave the lot out" if unkept else ""
