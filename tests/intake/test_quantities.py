"""Other quantities and another way: fewer is asked of fulfillment, more is an order beside it, each with its answer."""

from datetime import timedelta

import pytest

from cauce.money import Money
from schemas.base import Sealed
from schemas.changing import (
    ChangeOrder,
    ChangeRefused,
    ChangeRequested,
    LineTarget,
    NewLine,
    OrderRedirected,
    OrderSupplemented,
    Outcome,
    RedirectAnswered,
    RedirectOrder,
    RedirectRequested,
)
from schemas.orders import Destination, OrderPlaced, Payment, ShipOption
from schemas.sourcing import SubstitutionAsked
from services.intake.domain.commands import AskForQuantities, AskForRedirect, SettleRedirect, TakeOrder


def pounds(pence):
    return Money(amount=pence, currency="GBP")


def payment(pence, currency="GBP"):
    amount = Money(amount=pence, currency=currency)
    return Payment(payment_id="pay-2", provider="sandbox", reference="ch_2", amount=amount)


@pytest.fixture
def change(channel):
    def asked(quantities=(), *, request_id="change-1", **fields):
        request = ChangeOrder(
            order_id=channel.order_id,
            request_id=request_id,
            quantities=tuple(LineTarget(line_id=name, quantity=units) for name, units in dict(quantities).items()),
            supplement_id="mfzxi2lpn5xge4lumfzxi2lp",
            supplement=f"{channel.order.channel_order}+{request_id}",
            reason="changed-mind",
            asked_by="ana",
            **fields,
        )
        return AskForQuantities(at=channel.at, request=request)

    return asked


@pytest.fixture
def redirect(channel):
    def asked(request_id="redirect-1", **fields):
        request = RedirectOrder(order_id=channel.order_id, request_id=request_id, reason="", asked_by="ana", **fields)
        return AskForRedirect(at=channel.at + timedelta(days=1), request=request, policy=channel.policy)

    return asked


@pytest.fixture
def answered(channel):
    def said(outcome=Outcome.ACCEPTED, request_id="redirect-1", **fields):
        answer = RedirectAnswered(order_id=channel.order_id, request_id=request_id, outcome=outcome, **fields)
        return SettleRedirect(at=channel.at, answer=answer)

    return said


@pytest.fixture
def taken(channel, story):
    """An order of five units for 10.00 and one for 3.00, on account or paid."""
    story.tell(channel.take(channel.with_lines((5, 1000), (1, 300), charges=(), payments=())))
    return story


def test_fewer_units_are_asked_of_fulfillment_with_what_was_ordered(taken, change):
    (asked,) = taken.tell(change({"1": 2}))
    assert isinstance(asked, ChangeRequested)
    assert [(line.line_id, line.quantity) for line in asked.lines] == [("1", 3)]
    assert [(line.line_id, line.quantity) for line in asked.ordered] == [("1", 5)]


def test_a_line_of_none_is_removed(taken, change):
    (asked,) = taken.tell(change({"2": 0}))
    assert [(line.line_id, line.quantity) for line in asked.lines] == [("2", 1)]
    assert asked.ordered is None


def test_units_that_are_to_be_canceled_already_do_not_count(taken, change, channel):
    taken.tell(change({"1": 2}))
    (refused,) = taken.tell(change({"1": 2}, request_id="change-2"))
    assert refused.reason.code == "nothing-to-change"
    (rest,) = taken.tell(channel.cancel("1", request_id="cancel-1"))
    assert [(line.line_id, line.quantity) for line in rest.lines] == [("1", 2)]
    assert [(line.line_id, line.quantity) for line in rest.ordered] == [("1", 5)]


def test_what_fewer_units_take_off_is_their_share(taken, change, channel):
    taken.tell(change({"1": 2}))
    (changed,) = taken.tell(channel.answer({"1": 3}, request_id="change-1"))
    assert (changed.taken_off.amount, changed.amount.amount) == (600, 700)


def test_more_units_are_an_order_beside_it_at_the_line_s_price(taken, change, channel):
    (more,) = taken.tell(change({"1": 7}))
    assert isinstance(more, OrderSupplemented)
    (line,) = more.supplement.lines
    assert (line.line_id, line.quantity, line.amount.amount) == ("1", 2, 400)
    assert (more.supplement.supplements, more.supplement.customer) == (channel.order_id, channel.order.customer)
    assert more.supplement.channel_order == f"{channel.order.channel_order}+change-1"


def test_a_supplement_is_taken_as_any_order(taken, change, channel, begin):
    (more,) = taken.tell(change({"1": 7}, added=(NewLine(sku="MUG", quantity=3, unit_price=pounds(250)),)))
    beside = begin()
    (placed,) = beside.tell(TakeOrder(at=channel.at, order=more.supplement, policy=channel.policy))
    assert isinstance(placed, OrderPlaced)
    assert [(line.line_id, line.amount.amount) for line in placed.lines] == [("1", 400), ("2", 750)]


@pytest.mark.parametrize(
    ("asked", "fields", "code"),
    [
        ({"9": 1}, {}, "unknown-line"),
        ({"1": 5}, {}, "nothing-to-change"),
        ({}, {}, "nothing-to-change"),
        ({"1": 7, "2": 0}, {}, "both-ways"),
        ({"1": 7}, {"payments": (payment(399),)}, "payment-required"),
        ({"1": 7}, {"payments": (payment(400, "EUR"),)}, "other-currency"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(taken, change, asked, fields, code):
    (refused,) = taken.tell(change(asked, **fields))
    assert isinstance(refused, ChangeRefused)
    assert refused.reason.code == code


def test_a_line_named_twice_is_refused(taken, change):
    twice = change({"1": 7})
    again = twice.request.model_copy(update={"quantities": twice.request.quantities * 2})
    (refused,) = taken.tell(AskForQuantities(at=twice.at, request=again))
    assert refused.reason.code == "repeated"


def test_what_was_paid_at_once_must_be_paid_at_once(channel, story, change):
    paid = channel.with_lines((5, 1000), charges=(), payments=(payment(1000),))
    story.tell(channel.take(paid))
    (refused,) = story.tell(change({"1": 6}))
    assert refused.reason.code == "payment-required"
    (more,) = story.tell(change({"1": 6}, request_id="change-2", payments=(payment(200),)))
    assert more.supplement.payments[0].amount == pounds(200)


def test_a_request_that_comes_again_changes_nothing(taken, change, redirect):
    for asked in (change({"1": 7}), change({"1": 2}, request_id="b"), redirect(ship_option=ShipOption.EXPRESS)):
        assert taken.tell(asked)
        assert not taken.tell(asked)


def test_an_order_that_was_never_sent_cannot_be_changed(story, change, redirect):
    assert [story.tell(asked)[0].reason.code for asked in (change({"1": 2}), redirect())] == ["unknown-order"] * 2


def test_another_way_is_promised_from_now_on(taken, redirect, answered):
    (asked,) = taken.tell(redirect(ship_option=ShipOption.EXPRESS))
    assert isinstance(asked, RedirectRequested)
    assert (asked.ship.ship_option, asked.ship.deliver_by.day) == (ShipOption.EXPRESS, 6)
    assert [(line.line_id, line.quantity) for line in asked.left] == [("1", 5), ("2", 1)]
    (redirected,) = taken.tell(answered(passed=("one",)))
    assert isinstance(redirected, OrderRedirected)
    assert (redirected.version, redirected.ship, redirected.passed) == (2, asked.ship, ("one",))
    assert taken.order.open.terms.ship_option is ShipOption.EXPRESS


def test_another_address_keeps_the_promise_and_goes_into_the_next_supplement(
    taken, redirect, answered, change, channel
):
    moved = channel.order.customer.model_copy(
        update={"personal": Sealed(person_id=channel.order.customer.person_id, content=b"elsewhere")}
    )
    (asked,) = taken.tell(redirect(customer=moved, destination=channel.order.destination))
    assert asked.ship.deliver_by == taken.events[0].deliver_by
    taken.tell(answered())
    (more,) = taken.tell(change({"1": 6}))
    assert more.supplement.customer == moved


def test_a_redirect_that_fulfillment_refuses_changes_nothing(taken, redirect, answered):
    taken.tell(redirect(ship_option=ShipOption.EXPRESS))
    (refused,) = taken.tell(answered(Outcome.REFUSED))
    assert refused.reason.code == "already-packed"
    assert taken.order.open.terms.ship_option is ShipOption.STANDARD


def test_one_redirect_at_a_time(taken, redirect):
    taken.tell(redirect(ship_option=ShipOption.EXPRESS))
    (refused,) = taken.tell(redirect("redirect-2", ship_option=ShipOption.STANDARD))
    assert refused.reason.code == "already-asked"


def test_a_redirect_is_over_when_all_is_canceled(taken, redirect, answered, channel):
    taken.tell(redirect(ship_option=ShipOption.EXPRESS), channel.cancel())
    changed, refused = taken.tell(channel.answer({"1": 5, "2": 1}))
    assert changed.whole
    assert (refused.request_id, refused.reason.code) == ("redirect-1", "nothing-left")
    assert taken.tell(answered()) == ()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "nothing-to-change"),
        ({"customer": "other"}, "other-person"),
        ({"customer": "same"}, "unknown"),
        ({"customer": "same", "destination": "there", "address_gaps": ("street",)}, "required"),
    ],
)
def test_an_address_that_cannot_be_is_refused(taken, redirect, channel, fields, code):
    customer = channel.order.customer
    known = {"same": customer, "other": customer.model_copy(update={"person_id": "x"})}
    there = Destination.model_validate(channel.order.destination.model_dump())
    said = fields | {name: known[fields[name]] for name in ("customer",) if name in fields}
    said |= {"destination": there} if "destination" in fields else {}
    (refused,) = taken.tell(redirect(**said))
    assert refused.reason.code == code


def test_more_of_a_line_says_of_substitutes_what_the_line_did(story, channel, change):
    order = channel.with_lines((2, 400), charges=(), payments=())
    lines = tuple(line.model_copy(update={"substitutes": SubstitutionAsked.REFUSED}) for line in order.lines)
    story.tell(channel.take(order.model_copy(update={"lines": lines})))
    (beside,) = story.tell(change({"1": 3}))
    assert [line.substitutes for line in beside.supplement.lines] == [SubstitutionAsked.REFUSED]
