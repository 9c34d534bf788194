"""Nothing is accounted for but by a fact: take any away, or say it twice, and something is named."""

from datetime import UTC, datetime

import pytest
from day.facts import CHARGED, DAY, GIVEN_BACK, of_day

from cauce.demo.accounting import Sums, account
from cauce.demo.channel import amount_of
from cauce.demo.scoreboard import Scoreboard
from cauce.runtime.service import Received
from schemas.envelope import Envelope

FACTS = of_day()


@pytest.fixture
def judge(read):
    plan = read(*DAY)
    asked = {order.order: amount_of(order) for order in plan.orders}

    def judge(facts, *, charged=CHARGED, given_back=GIVEN_BACK, settled=True):
        score = Scoreboard()
        for fact in facts:
            at = datetime(2010, 12, 1, tzinfo=UTC)
            score.see(Received("topic", Envelope("id", fact.type, "/test", "subject", 1, at, "test"), fact))
        return account(plan.lines, score.tally, Sums(asked, charged, given_back), settled=settled)

    return judge


def without(place):
    return [*FACTS[:place], *FACTS[place + 1 :]]


def test_each_line_of_a_day_has_the_one_end_that_facts_give_it(judge):
    found = judge(FACTS)

    assert found.wrong == []
    assert dict(found.lines) == {
        "delivered": 2,
        "charges": 1,
        "refused": 1,
        "adjustments": 1,
        "adjustments_refused": 1,
        "returned_in_part": 1,
        "returns_refused": 1,
    }
    assert found.units["returns_refused"] == 2 + 1
    assert (found.units["adjusted"], found.units["adjustments_refused"]) == (5, 1)
    assert (found.units["unaccounted"], found.money) == (0, 0)


@pytest.mark.parametrize("place", range(len(FACTS)), ids=[f"{n}-{fact.type}" for n, fact in enumerate(FACTS)])
def test_a_fact_that_is_withheld_leaves_something_unaccounted_for(judge, place):
    found = judge(without(place))

    assert found.wrong
    assert found.lines["unaccounted"] or found.money


@pytest.mark.parametrize("place", range(1, len(FACTS)), ids=[fact.type for fact in FACTS[1:]])
def test_a_fact_that_is_said_twice_is_named(judge, place):
    if FACTS[place].type in ("parcel.packed.v1", "return.authorized.v1"):  # its end is told by the next step
        return
    assert judge([*FACTS, FACTS[place]]).wrong


def test_what_is_unaccounted_for_is_named_with_its_place_in_the_file(judge):
    found = judge(without(6))  # the delivery

    assert [what.partition(": ")[0] for what in found.wrong] == ["day.csv:2", "day.csv:3"]
    assert found.units["unaccounted"] == 8


def test_before_all_is_settled_what_has_no_end_is_open_and_nothing_is_wrong(judge):
    found = judge(FACTS[:1], settled=False)

    assert (found.lines["open"], found.lines["charges"], found.wrong) == (7, 1, [])


@pytest.mark.parametrize(
    ("charged", "given_back"),
    [({"1": 2000}, GIVEN_BACK), (CHARGED, {}), (CHARGED, {"2": 899}), ({**CHARGED, "1": 1999}, GIVEN_BACK)],
)
def test_money_at_the_provider_that_is_not_the_orders_is_named(judge, charged, given_back):
    assert judge(FACTS, charged=charged, given_back=given_back).money > 0


def test_an_order_that_was_placed_with_other_units_is_named(judge):
    placed = FACTS[0]
    other = placed.model_copy(update={"lines": (placed.lines[0], placed.lines[1].model_copy(update={"quantity": 2}))})

    assert judge([other, *FACTS[1:]]).lines["unaccounted"] == 1
