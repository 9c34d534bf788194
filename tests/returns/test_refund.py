"""What returned and canceled units of a line are worth together."""

from hypothesis import given
from hypothesis import strategies as st

from cauce.money import Money, share_of_units
from schemas.returns import PurchasedLine
from services.returns.domain.refund import refund_line


def line_of(quantity, amount, tax, deducted=0):
    return PurchasedLine(
        line_id="1",
        sku="LAMP",
        quantity=quantity,
        amount=Money(amount=amount, currency="EUR"),
        tax=Money(amount=tax, currency="EUR"),
        deducted=Money(amount=deducted, currency="EUR"),
    )


def test_units_are_worth_what_rounding_leaves_them():
    line = line_of(3, 1000, 200)
    worth = [refund_line(line, units=1, before=before).amount.amount for before in range(3)]
    assert worth == [334, 333, 333]


def test_what_was_taken_off_the_order_is_not_paid_back_and_its_tax_neither():
    line = line_of(2, 6000, 1000, deducted=3000)
    parts = [refund_line(line, units=1, before=before) for before in range(2)]
    assert [(part.amount.amount, part.tax.amount) for part in parts] == [(1500, 250), (1500, 250)]


@given(st.data())
def test_cancellations_and_returns_in_any_order_never_pay_more_than_the_line_and_exactly_it_in_the_end(data):
    quantity, amount = data.draw(st.integers(1, 12)), data.draw(st.integers(0, 100_000))
    line = line_of(quantity, amount, data.draw(st.integers(0, amount)))
    canceled = returned = paid = tax = 0
    while canceled + returned < quantity:
        units = data.draw(st.integers(1, quantity - canceled - returned))
        if data.draw(st.booleans()):
            paid += share_of_units(line.amount.amount, quantity, taken=canceled, taking=units)
            tax += share_of_units(line.tax.amount, quantity, taken=canceled, taking=units)
            canceled += units
        else:
            part = refund_line(line, units=units, before=returned)
            paid += part.amount.amount
            tax += part.tax.amount
            returned += units
        assert 0 <= paid <= line.amount.amount
        assert 0 <= tax <= line.tax.amount
    assert (paid, tax) == (line.amount.amount, line.tax.amount)


@given(st.integers(1, 12), st.integers(0, 100_000), st.data())
def test_a_refund_does_not_depend_on_how_units_are_split_over_receipts(quantity, amount, data):
    line = line_of(quantity, amount, 0)
    units = data.draw(st.integers(1, quantity))
    at_once = refund_line(line, units=units, before=0).amount.amount
    one_by_one = sum(refund_line(line, units=1, before=before).amount.amount for before in range(units))
    assert at_once == one_by_one
