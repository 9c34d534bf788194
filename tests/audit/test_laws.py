"""A healthy log breaks no law; each kind of violation, planted in it, is named with the first record that shows it."""

from cauce.audit.auditor import Auditor
from cauce.audit.ledgers import LedgerLine
from cauce.audit.record import Place
from cauce.money import Money
from schemas.effects import EffectAnswered
from schemas.notices import SendMail, TellCustomer
from schemas.orders import OrderPlaced
from schemas.payments import PaymentCaptured, PaymentRefunded, RefundOwed
from schemas.returns import GoodsReturned, RefundRequested
from schemas.stock import Allocated, Bucket, Move, StockMoved


def money(amount):
    return Money(amount=amount, currency="GBP")


def test_a_healthy_log_breaks_no_law_and_nothing_waits(log, raw, ledger):
    verdict = log.verdict(raw=raw, provider=ledger)

    assert (verdict.violations, verdict.waiting, verdict.records) == ((), {}, len(log.entries))


def test_law_4_an_id_that_its_cause_does_not_give_is_named(log):
    log.entries[1] = log.entries[1]._replace(envelope=log.entries[1].envelope._replace(id="invented"))

    assert any(detail.startswith("its id is invented, its cause gives") for law, detail in log.audit() if law == 4)


def test_law_4_a_fact_that_stands_twice_is_named(log):
    log.entries.append(log.entries[-1]._replace(offset=9))

    assert any("stands twice" in detail for law, detail in log.audit() if law == 4)


def test_law_4_a_number_that_a_writer_lost_is_named(log):
    log.drop(StockMoved, move=Move.PACKED)

    assert any("/cauce/allocation/keeper/0 lost number 6" in detail for law, detail in log.audit() if law == 4)


def test_law_4_the_lanes_of_notify_are_numbered_too(log):
    log.entries = [_numbered(entry, 3) if isinstance(entry.message, SendMail) else entry for entry in log.entries]
    log.entries = [_numbered(entry, 2) if isinstance(entry.message, TellCustomer) else entry for entry in log.entries]

    found = [detail for law, detail in log.audit() if law == 4]
    assert found == [
        "/cauce/notify/router/0 lost number 1: the log goes on after it",
        "/cauce/notify/notices/0 lost number 1: the log goes on after it",
    ]


def test_law_4_what_a_runner_lost_is_named(log):
    log.entries = [_numbered(entry, 2) if isinstance(entry.message, EffectAnswered) else entry for entry in log.entries]

    assert log.audit() == [(4, "/cauce/payments/runner/0 lost number 1: the log goes on after it")]


def _numbered(entry, sequence):
    return entry._replace(envelope=entry.envelope._replace(sequence=sequence))


def test_law_5_units_below_zero_are_named(log):
    log.replace(StockMoved, quantity=1, on_hand=1, free=1)

    assert any("would be -1" in detail for law, detail in log.audit() if law == 5)


def test_law_5_a_stated_total_that_the_ledger_does_not_give_is_named(log):
    log.replace(StockMoved, free=4)

    assert any("the ledger gives 5 and 5" in detail for law, detail in log.audit() if law == 5)


def test_law_5_a_move_that_no_ledger_knows_is_named(log):
    log.replace(StockMoved, target=Bucket.PACKED, free=0)

    assert any("cannot move units" in detail for law, detail in log.audit() if law == 5)


def test_law_5_a_promise_without_reserved_units_is_named(log):
    shipment = next(entry.message.shipments[0] for entry in log.entries if isinstance(entry.message, Allocated))
    lines = (shipment.lines[0].model_copy(update={"quantity": 3}),)
    log.replace(Allocated, shipments=(shipment.model_copy(update={"lines": lines}),))

    assert any("3 promised, 2 reserved" in detail for law, detail in log.audit() if law == 5)


def test_law_6_more_paid_back_than_captured_is_named(log):
    log.replace(PaymentCaptured, amount=money(400))

    assert log.audit() == [(6, "payment pay: 500 paid back of 400 captured")]


def test_law_6_a_capture_that_is_not_the_orders_payment_is_named(log):
    log.replace(PaymentCaptured, amount=money(900))

    assert log.audit() == [(6, "payment pay: 900 captured of 1000 that the channel took")]


def test_law_6_a_payment_that_was_never_captured_is_named(empty):
    empty.order().ask_for_stock().queue().drop(PaymentCaptured)

    assert empty.audit() == [(6, "payment pay: 0 captured of 1000 that the channel took")]


def test_law_6_sums_that_the_units_do_not_bear_out_are_named(log):
    for kind in (RefundRequested, RefundOwed, PaymentRefunded):
        log.replace(kind, amount=money(300))

    assert (6, "700 held, but 500 kept by the customer, 0 charges and 0 still owed") in log.audit()


def test_law_6_money_of_another_currency_is_named(log):
    log.replace(PaymentCaptured, amount=Money(amount=1000, currency="EUR"))

    assert log.audit() == [(6, "money in EUR and GBP")]


def test_law_6_goods_that_came_back_and_gave_no_refund_are_named(empty):
    empty.order().ask_for_stock().receive().promise().work().pack().ship().deliver().authorize().take_back()
    empty.drop(RefundRequested)

    assert empty.audit() == [(6, "1000 held, but 500 kept by the customer, 0 charges and 0 still owed")]


def test_law_6_a_refund_that_nobody_owes_is_named(log):
    log.drop(RefundRequested)

    assert (6, "refund R1:1: 0 due, 500 taken on") in log.audit()


def test_law_6_a_refund_that_was_due_and_forgotten_is_named(log):
    log.drop(RefundOwed)

    assert (6, "refund R1:1: 500 due, 0 taken on") in log.audit()


def test_law_6_a_provider_that_paid_twice_is_named(log, raw, ledger):
    ledger["re_2"] = LedgerLine("refund", "re_2", "k2", 500, "GBP")

    assert log.audit(raw=raw, provider=ledger) == [(6, "refund of 500 is in no fact of ours")]


def test_law_6_a_charge_that_we_do_not_know_of_is_named(log, raw, ledger):
    ledger["ch_2"] = LedgerLine("charge", "ch_2", "", 700, "GBP")

    assert log.audit(raw=raw, provider=ledger) == [(6, "charge of 700 is in no fact of ours")]


def test_law_6_two_ledgers_that_disagree_are_named(log, raw, ledger):
    ledger["re_1"] = LedgerLine("refund", "re_1", "k", 400, "GBP")
    ledger["ch_1"] = LedgerLine("charge", "ch_1", "", 1000, "EUR")

    assert log.audit(raw=raw, provider=ledger) == [
        (6, "ch_1: GBP by us, EUR by the provider"),
        (6, "re_1: 500 by us, 400 by the provider"),
    ]


def test_law_8_a_raw_record_that_no_door_read_is_named(log, raw):
    unread = Place("channel-orders", 0, 1)

    assert log.audit(raw=[*raw, unread]) == [(8, "no door read it or set it aside")]
    assert log.audit(raw=[*raw, unread], parked=[unread]) == []


def test_law_8_a_record_that_is_no_message_and_that_no_lane_set_aside_is_named():
    place = Place("intake-commands", 0, 3)

    def found(**options):
        auditor = Auditor(**options)
        auditor.see_unreadable(place, b"for ana@example.org")
        return [(violation.law, violation.place) for violation in auditor.verdict().violations]

    assert found() == [(8, "intake-commands/0@3"), (10, "intake-commands/0@3")]
    assert found(parked=[place]) == [(10, "intake-commands/0@3")]


def test_law_10_a_mail_address_in_the_clear_is_named(log):
    log.replace(OrderPlaced, order_number="ana@example.org")

    assert log.audit() == [(10, "a mail address in the clear")]


def test_law_10_a_planted_detail_in_the_clear_is_named(log):
    log.replace(GoodsReturned, operator="Ana Canary")

    assert log.audit(canaries=[b"Ana Canary"]) == [(10, "a person's detail in the clear")]
