"""Goods that came back, and what is owed for them."""

from datetime import timedelta

import pytest

from schemas.returns import GoodsReturned, ReceiptRefused, RefundRequested, ReturnAuthorized, ReturnExpired
from schemas.stock import Disposition
from services.returns.domain.state import Phase, phase


@pytest.fixture
def expecting(delivered, shop):
    """A return of both lamps is authorized."""
    delivered.hear("returns-commands", shop.request(_1=2))
    return delivered


def phase_of(lane, shop):
    return phase(lane.state.returns[f"R{shop.order_id}-1"])


def test_goods_are_taken_in_and_their_refund_is_asked_for(expecting, shop):
    goods, refund = expecting.hear("returns-commands", shop.receipt(_1=2))
    assert isinstance(goods, GoodsReturned)
    assert isinstance(refund, RefundRequested)
    assert (refund.refund_id, refund.amount) == (f"{goods.return_id}:1", shop.euros(3999))
    assert [(line.quantity, line.amount, line.tax) for line in refund.lines] == [(2, shop.euros(3999), shop.euros(694))]


@pytest.mark.parametrize(
    ("grade", "disposition"),
    [("new", Disposition.RESTOCK), ("opened", Disposition.RESTOCK), ("damaged", Disposition.QUARANTINE)],
)
def test_the_grade_says_what_becomes_of_a_unit(expecting, shop, grade, disposition):
    goods, _ = expecting.hear("returns-commands", shop.receipt(grade=grade, _1=1))
    assert [units.disposition for units in goods.units] == [disposition]


def test_a_return_may_come_in_parts_that_sum_to_the_line(expecting, shop):
    _, first = expecting.hear("returns-commands", shop.receipt("17", _1=1))
    _, second = expecting.hear("returns-commands", shop.receipt("18", _1=1))
    assert (first.refund_id[-2:], second.refund_id[-2:]) == (":1", ":2")
    assert first.amount + second.amount == shop.euros(3999)


def test_more_than_was_expected_is_refused_whole(expecting, shop):
    (event,) = expecting.hear("returns-commands", shop.receipt(_1=3))
    assert isinstance(event, ReceiptRefused)
    assert event.reason.code == "too-many"
    assert event.units == shop.receipt(_1=3).units
    assert phase_of(expecting, shop) is Phase.AUTHORIZED


def test_a_line_that_is_not_part_of_the_return_is_refused(expecting, shop):
    (event,) = expecting.hear("returns-commands", shop.receipt(_1=1, _2=1))
    assert (event.reason.field, event.reason.code) == ("units.2", "line-unexpected")


def test_goods_of_no_return_are_refused(delivered, shop):
    (event,) = delivered.hear("returns-commands", shop.receipt(number=4, _1=1))
    assert event.reason.code == "return-unknown"


def test_a_repeated_receipt_adds_nothing(expecting, shop):
    expecting.hear("returns-commands", shop.receipt(_1=1))
    assert expecting.hear("returns-commands", shop.receipt(_1=1), shop.noon + timedelta(hours=1)) == ()


def test_a_refused_receipt_stays_refused(delivered, shop):
    delivered.hear("returns-commands", shop.receipt(_1=1))
    delivered.hear("returns-commands", shop.request(_1=1))
    assert delivered.hear("returns-commands", shop.receipt(_1=1)) == ()


def test_another_receipt_under_a_used_id_is_refused_once(expecting, shop):
    expecting.hear("returns-commands", shop.receipt(_1=1))
    (event,) = expecting.hear("returns-commands", shop.receipt(_1=2))
    assert event.reason.code == "receipt-differs"
    assert expecting.hear("returns-commands", shop.receipt(_1=2)) == ()


def test_goods_that_do_not_come_in_time_expire_and_may_be_asked_for_again(expecting, shop):
    end = shop.noon + timedelta(days=30)
    assert expecting.tick(end) == ()
    (event,) = expecting.tick(end + timedelta(minutes=15))
    assert isinstance(event, ReturnExpired)
    assert [(line.line_id, line.quantity) for line in event.lines] == [("1", 2)]
    assert phase_of(expecting, shop) is Phase.EXPIRED
    (late,) = expecting.hear("returns-commands", shop.receipt(_1=1), end)
    assert late.reason.code == "return-expired"
    (again,) = expecting.hear("returns-commands", shop.request("r2", _1=2), shop.noon + timedelta(days=3))
    assert isinstance(again, ReturnAuthorized)


def test_goods_received_in_time_are_taken_although_they_are_heard_of_late(expecting, shop):
    end = shop.noon + timedelta(days=30)
    expecting.tick(end + timedelta(minutes=10))
    assert len(expecting.hear("returns-commands", shop.receipt("17", _1=1), end)) == 2
    (late,) = expecting.hear("returns-commands", shop.receipt("18", _1=1), end + timedelta(minutes=1))
    assert late.reason.code == "return-expired"


def test_a_return_goes_from_authorized_to_refunded(expecting, shop):
    assert phase_of(expecting, shop) is Phase.AUTHORIZED
    _, first = expecting.hear("returns-commands", shop.receipt("17", _1=1))
    assert phase_of(expecting, shop) is Phase.PARTLY_RECEIVED
    _, second = expecting.hear("returns-commands", shop.receipt("18", _1=1))
    assert phase_of(expecting, shop) is Phase.REFUND_DUE
    expecting.hear("refunded", shop.refunded(first.refund_id, first.amount.amount))
    expecting.hear("refunded", shop.refunded(second.refund_id, 1000, "pay-1"))
    assert phase_of(expecting, shop) is Phase.REFUND_DUE
    expecting.hear("refunded", shop.refunded(second.refund_id, second.amount.amount - 1000, "pay-2"))
    assert phase_of(expecting, shop) is Phase.REFUNDED


def test_a_return_of_which_a_part_expired_still_waits_for_its_refund(expecting, shop):
    _, refund = expecting.hear("returns-commands", shop.receipt(_1=1))
    expecting.tick(shop.noon + timedelta(days=31))
    assert phase_of(expecting, shop) is Phase.REFUND_DUE
    expecting.hear("refunded", shop.refunded(refund.refund_id, refund.amount.amount))
    assert phase_of(expecting, shop) is Phase.REFUNDED


def test_refunds_of_others_and_repeated_ones_are_passed_over(expecting, shop):
    _, refund = expecting.hear("returns-commands", shop.receipt(_1=2))
    assert expecting.hear("refunded", shop.refunded("cancel:r1", 500)) == ()
    assert len(expecting.hear("refunded", shop.refunded(refund.refund_id, 3999))) == 1
    assert expecting.hear("refunded", shop.refunded(refund.refund_id, 3999)) == ()


def test_free_goods_come_back_without_a_refund(lane, shop):
    lane.hear("order-placed", shop.placed((1, 0, 0)))
    lane.hear("shipped", shop.shipped(_1=1))
    lane.hear("returns-commands", shop.request(_1=1))
    (goods,) = lane.hear("returns-commands", shop.receipt(_1=1))
    assert isinstance(goods, GoodsReturned)
    assert phase_of(lane, shop) is Phase.REFUNDED


def test_a_substitute_goes_back_to_its_own_shelf_and_is_worth_what_was_paid(lane, shop):
    shipped = shop.shipped(_1=2)
    sent = tuple(line.model_copy(update={"sku": "LAMP-9", "instead_of": "LAMP-1"}) for line in shipped.lines)
    lane.hear("order-placed", shop.placed((2, 5000, 0)))
    lane.hear("shipped", shipped.model_copy(update={"lines": sent}))
    lane.hear("delivered", shop.delivered(_1=2))
    told = lane.hear("returns-commands", shop.request(_1=2))
    (authorized,) = [fact for fact in told if isinstance(fact, ReturnAuthorized)]
    goods, refund = lane.hear("returns-commands", shop.receipt(_1=2))
    assert [line.sku for line in authorized.lines] == [unit.sku for unit in goods.units] == ["LAMP-9"]
    assert refund.amount.amount == 5000
