"""Why an order is not taken, with the field that the channel knows."""

import pytest

from cauce.money import Money
from schemas.orders import Charge, OrderPlaced, OrderRefused, Payment, ShipOption
from services.intake.domain.refusals import MOST_MINOR_UNITS, MOST_UNITS


def money(amount):
    return Money(amount=amount, currency="GBP")


def charge(amount):
    return Charge(code="postage", amount=money(amount))


def payment(amount, payment_id="p1"):
    return Payment(payment_id=payment_id, provider="bank", reference="r", amount=money(amount))


@pytest.fixture
def reasons(channel, begin):
    """The reasons, as `field: code`, for which an order is refused; none if it is placed."""

    def judged(order, **terms):
        (event,) = begin().tell(channel.take(order, **terms))
        if isinstance(event, OrderPlaced):
            return []
        assert isinstance(event, OrderRefused)
        return [f"{reason.field}: {reason.code}" for reason in event.reasons]

    return judged


@pytest.fixture
def line(channel):
    """An order of one line with these fields."""

    def one(quantity=1, unit_price=100, amount=100, tax=0, **fields):
        asked = (
            channel.with_lines((quantity, 0))
            .lines[0]
            .model_copy(update={"unit_price": money(unit_price), "amount": money(amount), "tax": money(tax)})
        )
        return channel.order.model_copy(update={"lines": (asked,), **fields})

    return one


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"amount": 0}, []),
        ({"unit_price": 0, "amount": 0}, []),
        ({"quantity": MOST_UNITS, "unit_price": 1, "amount": MOST_UNITS}, []),
        ({"quantity": 3, "unit_price": 33, "amount": 100}, []),  # a price that was rounded
        ({"unit_price": 100, "amount": 120, "tax": 20}, []),  # a net price
        ({"quantity": 0}, ["lines.0.quantity: not-positive"]),
        ({"quantity": -1}, ["lines.0.quantity: not-positive"]),
        ({"quantity": MOST_UNITS + 1}, ["lines.0.quantity: too-large"]),
        ({"amount": -1}, ["lines.0.amount: negative", "charges: negative"]),
        ({"unit_price": -5, "amount": 0}, ["lines.0.unit_price: negative", "lines.0.amount: exceeds-price"]),
        ({"tax": -1}, ["lines.0.tax: negative"]),
        ({"tax": 101}, ["lines.0.tax: exceeds-amount"]),
        ({"amount": 102}, ["lines.0.amount: exceeds-price"]),
        ({"unit_price": MOST_MINOR_UNITS + 1}, ["lines.0.unit_price: too-large"]),
    ],
    ids=str,
)
def test_a_line_must_make_sense(reasons, line, fields, expected):
    assert reasons(line(**fields)) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"charges": (charge(50),)}, []),
        ({"charges": (charge(-100),)}, []),  # an adjustment by hand may make it free
        ({"charges": (charge(-101),)}, ["charges: negative"]),
        ({"charges": (charge(MOST_MINOR_UNITS + 1),)}, ["charges.0.amount: too-large"]),
        ({"payments": (payment(100),)}, []),
        ({"payments": (payment(60), payment(40, "p2"))}, []),
        ({"payments": (payment(150),), "charges": (charge(50),)}, []),
        ({"payments": (payment(99),)}, ["payments: sum"]),
        ({"payments": (payment(50), payment(50))}, ["payments: repeated"]),
        ({"payments": (payment(101), payment(-1, "p2"))}, ["payments.1.amount: negative"]),
        ({"currency": "GBP", "ship_option": ShipOption.EXPRESS}, []),
        ({"destination": None}, ["ship_to.country: unknown"]),
        ({"address_gaps": ("name", "street")}, ["ship_to.name: required", "ship_to.street: required"]),
        ({"lines": ()}, ["lines: required"]),
    ],
    ids=str,
)
def test_an_order_must_make_sense(reasons, line, fields, expected):
    assert reasons(line(**fields)) == expected


def test_every_reason_is_told_at_once(reasons, line):
    wrong = line(quantity=-2, amount=-5, destination=None, payments=(payment(7),))
    assert reasons(wrong, unknown=["85123A"]) == [
        "ship_to.country: unknown",
        "lines.0.sku: unknown",
        "lines.0.quantity: not-positive",
        "lines.0.amount: negative",
        "charges: negative",
        "payments: sum",
    ]


def test_the_policy_says_which_money_and_which_speed(channel, reasons, line):
    policy = channel.policy.model_copy(update={"currencies": ("EUR",), "deliver_within_days": {ShipOption.STANDARD: 5}})
    assert reasons(line(ship_option=ShipOption.EXPRESS), policy=policy) == [
        "currency: not-accepted",
        "ship_option: not-offered",
    ]
    assert reasons(line(ship_option=ShipOption.EXPRESS), policy=None) == []


def test_a_sku_may_come_in_several_lines_but_must_be_known(channel, reasons):
    order = channel.with_lines((1, 10), (2, 20))
    assert {line.sku for line in order.lines} == {"85123A"}
    assert reasons(order) == []
    assert reasons(order, unknown=["85123A"]) == ["lines.0.sku: unknown", "lines.1.sku: unknown"]


def test_lines_are_numbered_as_they_were_sent(channel, reasons):
    order = channel.with_lines((1, 10), (2, 20))
    assert reasons(order.model_copy(update={"lines": order.lines[::-1]})) == ["lines: numbering"]


def test_a_refusal_tells_numbers_and_nothing_of_the_person(channel, story, line):
    (refused,) = story.tell(channel.take(line(amount=102, payments=(payment(99),))))
    assert [reason.detail for reason in refused.reasons] == [
        "1.02 GBP for 1 at 1.00 GBP: prices may be lowered, not raised",
        "0.99 GBP paid, the order is 1.02 GBP",
    ]
