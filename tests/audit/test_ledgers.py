"""What a channel does at its own provider for an order that was refused is known; the rest is not."""

from datetime import UTC, datetime

from cauce.audit.ledgers import LedgerLine, TwoLedgers
from cauce.audit.record import Entry
from cauce.money import Money
from cauce.runtime.settings import CHECKOUT
from schemas.envelope import Envelope
from schemas.orders import Payment, PlaceOrder
from schemas.payments import PaymentCaptured

EXAMPLES = CHECKOUT / "schemas" / "examples"
PRICE = Money(amount=1000, currency="GBP")
CHARGES = {name: LedgerLine("charge", name, "", 1000, "GBP") for name in ("ch_taken", "ch_refused")}


def entry(kind, **fields):
    example = kind.read(next(iter(sorted((EXAMPLES / kind.type).glob("*.json")))).read_bytes())
    envelope = Envelope("id", kind.type, "/test", "subject", 1, datetime(2026, 3, 2, tzinfo=UTC), "test")
    return Entry("topic", 0, 0, envelope, example.model_copy(update=fields))


def found(*refunds):
    ledgers = TwoLedgers({**CHARGES, **{refund.reference: refund for refund in refunds}})
    for reference in CHARGES:
        payment = Payment(payment_id="pay", provider="sandbox", reference=reference, amount=PRICE)
        ledgers.see(entry(PlaceOrder, payments=(payment,)))
    ledgers.see(entry(PaymentCaptured, provider_reference="ch_taken", amount=PRICE))
    return [violation.detail for violation in ledgers.violations()]


def test_the_charge_of_a_refused_order_is_known_and_so_is_giving_it_back():
    assert found() == []
    assert found(LedgerLine("refund", "re_1", "refused-1", 1000, "GBP", charge="ch_refused")) == []


def test_giving_back_what_is_ours_to_pay_back_is_named():
    back = LedgerLine("refund", "re_1", "refused-1", 400, "GBP", charge="ch_taken")
    unknown = LedgerLine("refund", "re_2", "k", 300, "GBP", charge="ch_unknown")

    assert found(back, unknown) == ["refund of 400 is in no fact of ours", "refund of 300 is in no fact of ours"]


def test_a_charge_that_was_never_ours_is_paid_back_up_to_what_was_taken():
    half, more = (LedgerLine("refund", f"re_{sum_}", "", sum_, "GBP", charge="ch_refused") for sum_ in (500, 501))
    euros = LedgerLine("refund", "re_eur", "", 5, "EUR", charge="ch_refused")
    assert found(half) == []
    assert found(half, more, euros) == [
        "1001 GBP paid back of 1000, of a charge that was never ours",
        "5 EUR paid back of 0, of a charge that was never ours",
    ]
