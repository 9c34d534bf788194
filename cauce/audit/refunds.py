"""Laws 6 and 7 by refund: what is due is taken on, what is taken on is paid, or waits for somebody who is named."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from cauce.audit.record import Entry, Gap, Violation
from cauce.audit.states import State, Waiting
from schemas.orders import OrderChanged
from schemas.payments import PaymentFailed, PaymentRefunded, RefundOwed, RefundPayment
from schemas.returns import RefundRequested

Refund = tuple[str, str]  # order and refund id


class Refunds:
    """Per refund: due = taken on; paid + failed ≤ asked ≤ taken on. What is not paid is asked, failed or short."""

    def __init__(self) -> None:
        self._sums: dict[Refund, Counter[str]] = defaultdict(Counter)
        self._places: dict[Refund, str] = {}

    def see(self, entry: Entry) -> None:
        """Who owes it, intake or returns, says so; all else is said by payments."""
        match entry.message:
            case OrderChanged() as change:
                self._add(entry, "due", f"{change.order_id}:v{change.version}", change.taken_off.amount)
            case RefundRequested() as request:
                self._add(entry, "due", request.refund_id, request.amount.amount)
            case RefundOwed() as owed:
                self._add(entry, "taken on", owed.refund_id, owed.amount.amount)
            case RefundPayment() as asked:
                self._add(entry, "asked", asked.refund_id, asked.amount.amount)
            case PaymentRefunded() as refunded:
                self._add(entry, "paid", refunded.refund_id, refunded.amount.amount)
            case PaymentFailed() as failed:
                self._add(entry, "failed", failed.refund_id, failed.amount.amount)
            case _:
                pass

    def violations(self) -> list[Violation]:
        """See Check."""
        return [found for refund, sums in self._sums.items() if (found := self._wrong(refund, sums))]

    def waiting(self) -> Iterable[Waiting]:
        """See Waits."""
        return [Waiting(state, refund) for (_, refund), sums in self._sums.items() for state in _states(sums)]

    def _add(self, entry: Entry, kind: str, refund_id: str, amount: int) -> None:
        if amount:
            refund = entry.message.order_id, refund_id
            self._sums[refund][kind] += amount
            self._places.setdefault(refund, entry.place)

    def _wrong(self, refund: Refund, sums: Counter[str]) -> Violation | None:
        order, name = refund
        place, due, taken_on = self._places[refund], sums["due"], sums["taken on"]
        if due != taken_on:
            kind = Violation if taken_on else Gap
            return kind(6, place, order, f"refund {name}: {due} due, {taken_on} taken on")
        if sums["paid"] > due:
            return Violation(6, place, order, f"refund {name}: {sums['paid']} paid of {due} due")
        settled = sums["paid"] + sums["failed"]
        if not settled <= sums["asked"] <= taken_on:
            detail = f"refund {name}: {settled} paid or refused, {sums['asked']} asked, {taken_on} taken on"
            return Violation(6, place, order, detail)
        return None


def _states(sums: Counter[str]) -> Iterator[State]:
    if sums["asked"] > sums["paid"] + sums["failed"]:
        yield State.REFUND_ASKED
    if sums["failed"]:
        yield State.REFUND_FAILED
    if sums["taken on"] > sums["asked"]:
        yield State.REFUND_SHORT
