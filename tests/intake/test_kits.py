"""Kits at intake: a line becomes its components, worth what it was, and is changed and canceled as one."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.changing import ChangeOrder, ChangeRefused, ChangeRequested, LineTarget, OrderSupplemented
from schemas.holding import HoldOrder
from schemas.holds import HoldKind
from schemas.kits import KitComponent
from schemas.orders import OrderPlaced, OrderRefused
from services.intake.domain.commands import AskForHold, AskForQuantities
from services.intake.domain.kits import Recipe, exploded

TEA = (
    KitComponent(id="tea-1", kit="TEA", component="POT", quantity=1, share=60),
    KitComponent(id="tea-2", kit="TEA", component="CUP", quantity=2, share=30),
    KitComponent(id="tea-3", kit="TEA", component="CARD", quantity=1, share=0),
)


@pytest.fixture
def take(channel):
    """The command to take an order of `(sku, quantity, pence)`, of which TEA is a kit."""

    def taken(*lines, unknown=(), components=TEA):
        order = channel.with_lines(*((quantity, pence) for _, quantity, pence in lines))
        named = (line.model_copy(update={"sku": sku}) for line, (sku, *_) in zip(order.lines, lines, strict=True))
        order = order.model_copy(update={"lines": tuple(named), "charges": (), "payments": ()})
        command = channel.take(order, unknown=unknown)
        return replace(command, recipes={"TEA": Recipe("v1", tuple(components))})

    return taken


@pytest.fixture
def story(story, take):
    """Three mugs, two tea kits for 19.99 and a lamp."""
    story.tell(take(("MUG", 3, 300), ("TEA", 2, 1999), ("LAMP", 1, 500)))
    return story


def lines_of(placed):
    return [(line.line_id, line.sku, line.quantity, line.amount.amount) for line in placed.lines]


def test_a_kit_s_first_component_takes_its_line_and_the_others_come_last(story):
    (placed,) = story.said(OrderPlaced)
    assert lines_of(placed) == [
        ("1", "MUG", 3, 300), ("2", "POT", 2, 1332), ("3", "LAMP", 1, 500), ("4", "CUP", 4, 667), ("5", "CARD", 2, 0),
    ]  # fmt: skip
    (kit,) = placed.kits
    assert (kit.line_id, kit.sku, kit.quantity, kit.amount.amount, kit.version) == ("2", "TEA", 2, 1999, "v1")
    assert [(part.line_id, part.quantity) for part in kit.parts] == [("2", 1), ("4", 2), ("5", 1)]


def test_an_order_without_kits_says_nothing_of_them(begin, take):
    story = begin()
    (placed,) = story.tell(take(("MUG", 1, 100)))
    assert placed.kits is None
    assert b"kits" not in placed.to_bytes()


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4)), min_size=1, max_size=5),
    st.integers(1, 5),
    st.integers(0, 2000),
    st.integers(0, 100),
)
def test_the_components_are_worth_what_the_kit_was_to_the_penny(golden, shares, kits, pence, percent):
    rows = tuple(
        KitComponent(id=str(at), kit="TEA", component=f"S{at}", quantity=units, share=share)
        for at, (share, units) in enumerate(shares)
    )
    asked = golden("order.place.v1", "two-lines").lines[0]
    money = asked.amount
    asked = asked.model_copy(
        update={
            "line_id": "1",
            "sku": "TEA",
            "quantity": kits,
            "amount": money.model_copy(update={"amount": pence}),
            "tax": money.model_copy(update={"amount": pence * percent // 100}),
        }
    )
    lines, (kit,) = exploded((asked,), {"TEA": Recipe("v1", rows)})
    assert sum(line.amount.amount for line in lines) == kit.amount.amount == pence
    assert sum(line.tax.amount for line in lines) == kit.tax.amount
    assert all(0 <= line.tax.amount <= line.amount.amount for line in lines)
    assert [line.quantity for line in lines] == [kits * part.quantity for part in kit.parts]
    if any(share for share, _ in shares):
        assert all(line.amount.amount == 0 for line, (share, _) in zip(lines, shares, strict=True) if not share)


def test_two_kits_of_one_sku_are_two_sets_of_lines(begin, take):
    (placed,) = begin().tell(take(("TEA", 1, 900), ("TEA", 1, 1000)))
    assert [line.sku for line in placed.lines] == ["POT", "POT", "CUP", "CARD", "CUP", "CARD"]
    assert [[part.line_id for part in kit.parts] for kit in placed.kits] == [["1", "3", "4"], ["2", "5", "6"]]


@pytest.mark.parametrize("line_id", ["2", "4"])
def test_canceling_a_line_of_a_kit_cancels_the_kit(story, channel, line_id):
    (asked,) = story.tell(channel.cancel(line_id))
    assert isinstance(asked, ChangeRequested)
    assert {line.line_id: line.quantity for line in asked.lines} == {"2": 2, "4": 4, "5": 2}


def test_what_a_kit_cost_is_taken_off_with_its_last_component(story, channel):
    story.tell(channel.cancel("2"))
    (changed,) = story.tell(channel.answer({"2": 2, "4": 4, "5": 2}))
    assert changed.taken_off.amount == 1999


def test_a_component_that_was_stopped_alone_is_worth_its_share(story, channel):
    story.tell(channel.cancel("2"))
    (changed,) = story.tell(channel.answer({"4": 4}))
    assert changed.taken_off.amount == 667


@pytest.fixture
def want(channel):
    def wanted(line_id, kits, **fields):
        request = ChangeOrder(
            order_id=channel.order_id,
            request_id="change-1",
            quantities=(LineTarget(line_id=line_id, quantity=kits), *fields.pop("beside", ())),
            supplement_id="mfzxi2lpn5xge4lumfzxi2lp",
            supplement="1+change-1",
            reason="changed-mind",
            asked_by="ana",
            **fields,
        )
        return AskForQuantities(at=channel.at, request=request)

    return wanted


@pytest.mark.parametrize("line_id", ["2", "5"])
def test_fewer_of_a_kit_is_counted_in_kits(story, want, line_id):
    (asked,) = story.tell(want(line_id, 1))
    assert {line.line_id: line.quantity for line in asked.lines} == {"2": 1, "4": 2, "5": 1}


def test_more_of_a_kit_is_an_order_of_kits_beside_it(story, want):
    (beside,) = story.tell(want("2", 3))
    assert isinstance(beside, OrderSupplemented)
    (line,) = beside.supplement.lines
    assert (line.sku, line.quantity, line.amount.amount) == ("TEA", 1, 1000)


def test_two_lines_of_one_kit_are_the_same_line_twice(story, want):
    (refused,) = story.tell(want("2", 1, beside=(LineTarget(line_id="4", quantity=1),)))
    assert isinstance(refused, ChangeRefused)
    assert refused.reason.code == "repeated"


def test_a_hold_on_a_line_of_a_kit_is_on_all_of_it(story, channel):
    request = HoldOrder(
        order_id=channel.order_id, request_id="hold-1", kind=HoldKind.MANUAL, line_ids=("4",), reason="", asked_by="ana"
    )
    (held,) = story.tell(AskForHold(at=channel.at, request=request))
    assert held.hold.line_ids == ("2", "4", "5")


def test_kits_that_come_to_more_units_than_a_line_may_have_are_refused(begin, take):
    many = [KitComponent(id="1", kit="TEA", component="CUP", quantity=1000, share=1)]
    (refused,) = begin().tell(take(("TEA", 1001, 100), components=many))
    assert isinstance(refused, OrderRefused)
    assert [(reason.field, reason.code) for reason in refused.reasons] == [("lines.0.quantity", "too-large")]


def test_kits_that_come_to_too_many_lines_are_refused(begin, take):
    rows = [KitComponent(id=f"{at:03}", kit="TEA", component=f"S{at}", quantity=1, share=1) for at in range(50)]
    (refused,) = begin().tell(take(*[("TEA", 1, 100)] * 41, components=rows))
    assert [(reason.field, reason.code) for reason in refused.reasons] == [("lines", "too-many")]


def test_a_row_of_an_order_with_kits_reads_as_it_was_written(story, encoded):
    decode, row = encoded(story)
    assert decode(row).state == story.order
