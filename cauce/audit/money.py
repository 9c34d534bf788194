"""Law 6: money is conserved per order and payment, in minor units of one currency.

captured - refunded = what was delivered, or is still on its way to be delivered, and kept, plus charges, plus what is
still owed. What is kept is counted in units, so the equality holds two ways of counting against each other: the units
that intake, the crew and the returns desk speak of, and the sums that payments speaks of.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cauce.audit.record import Entry, Gap, Violation
from cauce.money import Money as Amount
from cauce.money import share_of_units
from schemas.orders import CanceledUnits, OrderChanged, OrderPlaced
from schemas.payments import PaymentCaptured, PaymentRefunded
from schemas.returns import DisposedUnits, GoodsReturned, RefundRequested


@dataclass(slots=True)
class Account:
    """What the topics say of one order's money."""

    order: OrderPlaced | None = None
    place: str = ""
    canceled: Counter[str] = field(default_factory=Counter)
    returned: Counter[str] = field(default_factory=Counter)
    captured: Counter[str] = field(default_factory=Counter)
    refunded: Counter[str] = field(default_factory=Counter)
    due: int = 0
    currencies: set[str] = field(default_factory=set)

    def worth_kept(self, order: OrderPlaced) -> int:
        """What the units are worth that were neither canceled nor sent back.

        Cancellations take units of a line from the first on, returns from the last.
        """
        return sum(
            share_of_units(
                worth.amount,
                line.quantity,
                taken=self.canceled[line.line_id],
                taking=line.quantity - self.canceled[line.line_id] - self.returned[line.line_id],
            )
            for line, worth in zip(order.lines, order.worths(), strict=True)
        )

    def charges(self, order: OrderPlaced) -> int:
        """What the order is worth beside its lines: ours, unless nothing was ever sent because all was canceled."""
        if all(self.canceled[line.line_id] == line.quantity for line in order.lines):
            return 0
        return order.amount().amount - sum(worth.amount for worth in order.worths())


class Money:
    """Captures are the order's payments, no payment is overdrawn, and the equality above holds."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = defaultdict(Account)

    def see(self, entry: Entry) -> None:
        """Facts of intake, returns and payments; each order's on several topics."""
        message = entry.message
        match message:
            case OrderPlaced():
                self._placed(message, entry.place)
            case GoodsReturned():
                _count(self._accounts[message.order_id].returned, message.units)
            case OrderChanged():
                _count(self._accounts[message.order_id].canceled, message.canceled)
                self._owe(message.order_id, message.taken_off)
            case RefundRequested():
                self._owe(message.order_id, message.amount)
            case PaymentCaptured() | PaymentRefunded():
                self._paid(message)
            case _:
                pass

    def violations(self) -> list[Violation]:
        """See Check."""
        return [found for order_id, account in self._accounts.items() for found in _wrong(order_id, account)]

    def _placed(self, order: OrderPlaced, place: str) -> None:
        account = self._accounts[order.order_id]
        account.order, account.place = order, place
        account.currencies.add(order.currency)

    def _owe(self, order_id: str, amount: Amount) -> None:
        account = self._accounts[order_id]
        account.due += amount.amount
        account.currencies.add(amount.currency)

    def _paid(self, paid: PaymentCaptured | PaymentRefunded) -> None:
        account = self._accounts[paid.order_id]
        sums = account.captured if isinstance(paid, PaymentCaptured) else account.refunded
        sums[paid.payment_id] += paid.amount.amount
        account.currencies.add(paid.amount.currency)


def _count(units: Counter[str], lines: Iterable[CanceledUnits | DisposedUnits]) -> None:
    for line in lines:
        units[line.line_id] += line.quantity


def _wrong(order_id: str, account: Account) -> list[Violation]:
    """The payments one by one; where each is right, the equality of the order."""
    order = account.order
    if order is None:
        return [Violation(6, "order-placed", order_id, "money of an order that was never placed")]
    if len(account.currencies) > 1:
        return [Violation(6, account.place, order_id, f"money in {' and '.join(sorted(account.currencies))}")]
    found = [*_payments(order, account)]
    detail = "" if found else _balance(order, account)
    return [*found, Violation(6, account.place, order_id, detail)] if detail else found


def _payments(order: OrderPlaced, account: Account) -> Iterator[Violation]:
    authorized = {payment.payment_id: payment.amount.amount for payment in order.payments if payment.amount.amount}
    for payment in {**authorized, **account.captured, **account.refunded}:
        captured, refunded = account.captured[payment], account.refunded[payment]
        if not 0 <= refunded <= captured:
            detail = f"payment {payment}: {refunded} paid back of {captured} captured"
            yield Violation(6, account.place, order.order_id, detail)
        elif captured != authorized.get(payment, 0):
            kind = Violation if captured else Gap
            detail = f"payment {payment}: {captured} captured of {authorized.get(payment, 0)} that the channel took"
            yield kind(6, account.place, order.order_id, detail)


def _balance(order: OrderPlaced, account: Account) -> str:
    """Orders that were sent without payments are paid elsewhere: what nobody took is not missing here."""
    held = account.captured.total() - account.refunded.total()
    elsewhere = order.amount().amount - sum(payment.amount.amount for payment in order.payments)
    kept, charges, owed = account.worth_kept(order), account.charges(order), account.due - account.refunded.total()
    if held + elsewhere == kept + charges + owed:
        return ""
    return f"{held + elsewhere} held, but {kept} kept by the customer, {charges} charges and {owed} still owed"
