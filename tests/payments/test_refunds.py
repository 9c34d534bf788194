"""What payments decides about the money of one order."""

import pytest

from cauce.money import CurrencyMismatch, Money
from schemas.effects import EffectOutcome
from schemas.payments import PaymentCaptured, PaymentFailed, PaymentRefunded, RefundCause, RefundOwed, RefundPayment
from services.payments.domain import NeverAsked
from services.payments.domain.account import Standing


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


def pence(events):
    return [event.amount.amount for event in events]


def test_what_the_channel_captured_is_captured(facts, lane):
    captured = lane.receive(facts.placed(2000, 500))
    assert [(e.payment_id, e.amount.amount, e.captured_by) for e in captured] == [
        ("pay-1", 2000, "channel"),
        ("pay-2", 500, "channel"),
    ]


def test_an_order_that_nobody_paid_captures_nothing(facts, lane):
    assert lane.receive(facts.placed()) == []


def test_canceled_units_are_owed_back_under_the_version(facts, lane):
    lane.receive(facts.placed(2000))
    owed, ask = lane.receive(facts.changed(700, version=3))
    assert (owed.refund_id, owed.because, owed.short.amount) == (f"{facts.order_id}:v3", RefundCause.CANCELED, 0)
    assert (ask.refund_id, ask.payment_id, ask.provider_reference) == (owed.refund_id, "pay-1", "ch_1")
    assert ask.amount.amount == 700


def test_returned_goods_are_owed_back_under_the_id_that_returns_gave(facts, lane):
    lane.receive(facts.placed(2000))
    requested = facts.returned(700)
    owed, ask = lane.receive(requested)
    assert (owed.refund_id, owed.because, owed.order_number) == (
        requested.refund_id,
        RefundCause.RETURNED,
        "C-104211",
    )
    assert owed.customer == facts.customer
    assert ask.refund_id == requested.refund_id


def test_a_refund_is_spread_over_the_payments_in_order(facts, lane):
    lane.receive(facts.placed(500, 1000, 1000))
    events = lane.receive(facts.returned(1800))
    assert [(e.payment_id, e.amount.amount) for e in of(RefundPayment, events)] == [
        ("pay-1", 500),
        ("pay-2", 1000),
        ("pay-3", 300),
    ]


def test_what_another_refund_asked_for_is_not_asked_for_again(facts, lane):
    lane.receive(facts.placed(500, 1000))
    lane.receive(facts.changed(400))
    events = lane.receive(facts.returned(400))
    assert [(e.payment_id, e.amount.amount) for e in of(RefundPayment, events)] == [("pay-1", 100), ("pay-2", 300)]


def test_more_than_was_captured_is_owed_and_short(facts, lane):
    lane.receive(facts.placed(500))
    events = lane.receive(facts.returned(800))
    assert of(RefundOwed, events)[0].short.amount == 300
    assert pence(of(RefundPayment, events)) == [500]


def test_a_refund_before_the_order_is_short_until_the_capture_is_known(facts, lane):
    (owed,) = lane.receive(facts.returned(800))
    assert owed.short == owed.amount
    captured, ask = lane.receive(facts.placed(2000))
    assert isinstance(captured, PaymentCaptured)
    assert (ask.refund_id, ask.amount.amount) == (owed.refund_id, 800)


def test_a_refund_that_the_provider_made_is_refunded(facts, lane):
    lane.receive(facts.placed(2000))
    _, ask = lane.receive(facts.returned(700))
    (refunded,) = lane.receive(facts.answer(ask))
    assert isinstance(refunded, PaymentRefunded)
    assert (refunded.provider_reference, refunded.amount.amount, refunded.because) == ("re_1", 700, "returned")
    assert (refunded.order_number, refunded.customer) == ("C-104211", facts.customer)


def test_a_refund_that_the_provider_refused_waits_for_a_person(facts, lane):
    lane.receive(facts.placed(2000))
    _, ask = lane.receive(facts.returned(700))
    (failed,) = lane.receive(facts.answer(ask, EffectOutcome.DECLINED))
    assert isinstance(failed, PaymentFailed)
    assert (failed.amount.amount, failed.detail) == (700, "amount_too_large")
    assert lane.state.refunds[0].shares[0].standing is Standing.FAILED


def test_what_was_refused_stays_claimed_for_the_person_who_settles_it(facts, lane):
    lane.receive(facts.placed(1000))
    _, ask = lane.receive(facts.returned(700))
    lane.receive(facts.answer(ask, EffectOutcome.DECLINED))
    events = lane.receive(facts.returned(500, number=2))
    assert pence(of(RefundPayment, events)) == [300]


def test_a_second_answer_changes_nothing(facts, lane):
    lane.receive(facts.placed(2000))
    _, ask = lane.receive(facts.returned(700))
    lane.receive(facts.answer(ask))
    assert lane.receive(facts.answer(ask), facts.answer(ask, EffectOutcome.DECLINED)) == []


def test_an_answer_that_nobody_asked_for_is_an_error(facts, lane):
    lane.receive(facts.placed(2000))
    _, ask = lane.receive(facts.returned(700))
    with pytest.raises(NeverAsked):
        lane.receive(facts.answer(ask.model_copy(update={"refund_id": "another"})))


def test_answers_to_other_effects_are_passed_over(facts, lane):
    lane.receive(facts.placed(2000))
    _, ask = lane.receive(facts.returned(700))
    assert lane.receive(facts.answer(ask).model_copy(update={"effect": "mail.send.v1"})) == []


def test_nothing_is_owed_for_units_that_cost_nothing(facts, lane):
    lane.receive(facts.placed(2000))
    assert lane.receive(facts.changed(0)) == []


def test_two_currencies_never_meet(facts, lane):
    lane.receive(facts.placed(2000))
    euros = facts.returned(700).model_copy(update={"amount": Money(amount=700, currency="EUR")})
    with pytest.raises(CurrencyMismatch):
        lane.receive(euros)
