"""Law 6 seen from outside: our payments and the provider's own ledger agree entry by entry."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cauce.audit.record import Entry, Violation
from schemas.changing import ChangeOrder
from schemas.orders import PlaceOrder
from schemas.payments import PaymentCaptured, PaymentRefunded


class LedgerLine(NamedTuple):
    """A line of a provider's own ledger: what it did, under which idempotency key; a refund names its charge."""

    kind: str
    reference: str
    key: str
    amount: int
    currency: str
    charge: str = ""


class TwoLedgers:
    """Each capture and refund of ours is the provider's, and each of the provider's is known to us.

    A charge is known, too, when a channel named it in an order or a change that was refused or came again: it was never
    ours to capture, and the channel that took it gives it back. Whether it did is in no topic of ours, so its refunds
    of such a charge are known, up to the charge; of a charge that is ours to capture, only we pay back.
    """

    def __init__(self, ledger: Mapping[str, LedgerLine]) -> None:
        self._ledger = dict(ledger)
        self._ours: set[str] = set()
        self._named: set[str] = set()
        self._captured: set[str] = set()
        self._found: list[Violation] = []

    def see(self, entry: Entry) -> None:
        """A refund of ours names the provider's."""
        match entry.message:
            case PaymentRefunded() as refund:
                self._match(entry, "refund", refund)
            case PaymentCaptured() as capture:
                self._captured.add(capture.provider_reference)
                self._match(entry, "charge", capture)
            case PlaceOrder() | ChangeOrder() as asked:
                self._named.update(payment.reference for payment in asked.payments)
            case _:
                pass

    def violations(self) -> list[Violation]:
        """See Check: what the provider did and we do not know of comes last."""
        unknown = [
            Violation(6, "the provider's ledger", line.reference, f"{line.kind} of {line.amount} is in no fact of ours")
            for line in self._ledger.values()
            if not self._is_known(line)
        ]
        return [*self._found, *unknown, *self._overpaid()]

    def _overpaid(self) -> Iterator[Violation]:
        """Charges that were never ours, of which more was paid back than taken, or in another currency."""
        paid: dict[str, Counter[str]] = defaultdict(Counter)
        for line in self._ledger.values():
            if self._is_of_others(line):
                paid[line.charge][line.currency] += line.amount
        for reference, sums in paid.items():
            charge = self._ledger.get(reference)
            taken = {charge.currency: charge.amount} if charge else {}
            for currency, amount in sums.items():
                most = taken.get(currency, 0)
                if amount > most:
                    detail = f"{amount} {currency} paid back of {most}, of a charge that was never ours"
                    yield Violation(6, "the provider's ledger", reference, detail)

    def _is_known(self, line: LedgerLine) -> bool:
        return self._is_of_others(line) or line.reference in self._ours or line.reference in self._named

    def _is_of_others(self, line: LedgerLine) -> bool:
        return line.charge in self._named and line.charge not in self._captured

    def _match(self, entry: Entry, kind: str, ours: PaymentCaptured | PaymentRefunded) -> None:
        reference = ours.provider_reference
        self._ours.add(reference)
        detail = _difference(kind, ours, self._ledger.get(reference))
        if detail:
            self._found.append(Violation(6, entry.place, ours.order_id, detail))


def _difference(kind: str, ours: PaymentCaptured | PaymentRefunded, line: LedgerLine | None) -> str:
    reference, amount = ours.provider_reference, ours.amount
    if line is None:
        return f"the provider does not know {reference}"
    if line.kind != kind:
        return f"{reference}: a {kind} by us, a {line.kind} by the provider"
    if line.currency != amount.currency:
        return f"{reference}: {amount.currency} by us, {line.currency} by the provider"
    return f"{reference}: {amount.amount} by us, {line.amount} by the provider" if line.amount != amount.amount else ""
