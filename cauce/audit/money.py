"""Law 6: money is conserved per order and payment, in minor units, and what is still owed is known."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from cauce.audit.record import Entry, Violation
from schemas.orders import OrderChanged, OrderPlaced
from schemas.payments import PaymentCaptured, PaymentFailed, PaymentRefunded, RefundOwed
from schemas.returns import RefundRequested


class Money:
    """Per payment at every prefix, per order at the end."""

    def __init__(self) -> None:
        self._captured: Counter[tuple[str, str]] = Counter()
        self._refunded: Counter[tuple[str, str]] = Counter()
        self._refunds: dict[str, Counter[str]] = defaultdict(Counter)
        self._taken_on: dict[str, Counter[str]] = defaultdict(Counter)
        self._due: dict[str, Counter[str]] = defaultdict(Counter)
        self._failed: Counter[str] = Counter()
        self._total: dict[str, int] = {}
        self._places: dict[str, str] = {}

    def see(self, entry: Entry) -> None:
        """Facts of intake, returns and payments; each order's on three topics."""
        match entry.message:
            case OrderPlaced() as order:
                self._total[order.order_id] = order.amount().amount
                self._places.setdefault(order.order_id, entry.place)
            case OrderChanged() as change if change.taken_off.amount:
                self._due[change.order_id][f"{change.order_id}:v{change.version}"] += change.taken_off.amount
            case RefundRequested() as request if request.amount.amount:
                self._due[request.order_id][request.refund_id] += request.amount.amount
            case PaymentCaptured() as capture:
                self._captured[capture.order_id, capture.payment_id] += capture.amount.amount
            case PaymentRefunded() as refund:
                self._refunded[refund.order_id, refund.payment_id] += refund.amount.amount
                self._refunds[refund.order_id][refund.refund_id] += refund.amount.amount
                self._places[refund.order_id] = entry.place
            case RefundOwed() as owed:
                self._taken_on[owed.order_id][owed.refund_id] += owed.amount.amount
            case PaymentFailed() as failed:
                self._failed[failed.order_id] += failed.amount.amount
            case _:
                pass

    def violations(self) -> list[Violation]:
        """See Check."""
        found = [
            self._say(order, f"payment {payment}: {paid} paid back of {self._captured[order, payment]} captured")
            for (order, payment), paid in self._refunded.items()
            if not 0 <= paid <= self._captured[order, payment]
        ]
        for order in self._total:
            found += self._order(order)
        return found

    def _order(self, order: str) -> list[Violation]:
        due, taken, paid = self._due[order], self._taken_on[order], self._refunds[order]
        found = []
        if sum(due.values()) > self._total[order]:
            found.append(self._say(order, f"{sum(due.values())} is due back of {self._total[order]} ordered"))
        for refund in sorted({*due, *taken, *paid}):
            if due[refund] != taken[refund]:
                found.append(self._say(order, f"refund {refund}: {due[refund]} due, {taken[refund]} taken on"))
            if paid[refund] > due[refund]:
                found.append(self._say(order, f"refund {refund}: {paid[refund]} paid of {due[refund]} due"))
        return found

    def _say(self, order: str, detail: str) -> Violation:
        return Violation(6, self._places.get(order, "order-placed"), order, detail)


class LedgerLine(NamedTuple):
    """A line of a provider's own ledger: what it did, under which idempotency key."""

    kind: str
    reference: str
    key: str
    amount: int
    currency: str


class TwoLedgers:
    """Law 6 seen from outside: our payments and the provider's ledger agree entry by entry."""

    def __init__(self, ledger: Mapping[str, LedgerLine]) -> None:
        self._ledger = dict(ledger)
        self._ours: dict[str, tuple[str, str, int]] = {}
        self._found: list[Violation] = []

    def see(self, entry: Entry) -> None:
        """A refund of ours names the provider's."""
        match entry.message:
            case PaymentRefunded() as refund:
                self._match(entry, refund.order_id, refund.provider_reference, refund.amount.amount)
            case PaymentCaptured() as capture:
                self._match(entry, capture.order_id, capture.provider_reference, capture.amount.amount)
            case _:
                pass

    def violations(self) -> list[Violation]:
        """See Check: what the provider did and we do not know of comes last."""
        unknown = [
            Violation(6, "the provider's ledger", line.reference, f"{line.kind} of {line.amount} is in no fact of ours")
            for reference, line in self._ledger.items()
            if line.kind == "refund" and reference not in self._ours
        ]
        return [*self._found, *unknown]

    def _match(self, entry: Entry, order: str, reference: str, amount: int) -> None:
        self._ours[reference] = (order, entry.place, amount)
        line = self._ledger.get(reference)
        if line is None:
            self._found.append(Violation(6, entry.place, order, f"the provider does not know {reference}"))
        elif line.amount != amount:
            detail = f"{reference}: {amount} by us, {line.amount} by the provider"
            self._found.append(Violation(6, entry.place, order, detail))
