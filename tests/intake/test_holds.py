"""Holds at intake: which orders stand still, who lets them go, and when time does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from cauce.runtime.reference.mappings import read_mapping
from cauce.runtime.settings import CHECKOUT
from schemas.holding import HoldOrder, HoldRefused, OrderHeld, OrderReleased, ReleaseHold
from schemas.holds import STOPS, HeldStage, HoldKind, HoldRule, HoldRules
from schemas.orders import Destination
from services.intake.domain import DECIDER
from services.intake.domain.commands import AskForHold, AskForRelease, TimePassed

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
LIMIT = {"amount": 1_000, "currency": "GBP"}


def rule(kind=HoldKind.CREDIT, rule_id="rule", **said):
    return HoldRule(id=rule_id, kind=kind, release_by=("finance",), **(said or {"at_least": LIMIT}))


@pytest.fixture
def hold(channel):
    def asked(kind=HoldKind.MANUAL, request_id="hold-1", **fields):
        said = {"order_id": channel.order_id, "request_id": request_id, "kind": kind, "reason": "", "asked_by": "ana"}
        return AskForHold(at=channel.at, request=HoldOrder(**said | fields))

    return asked


@pytest.fixture
def release(channel):
    def asked(what, role, request_id="release-1"):
        said = {"order_id": channel.order_id, "request_id": request_id, "hold": what, "role": role}
        return AskForRelease(at=channel.at, request=ReleaseHold(**said, reason="", asked_by="bo"))

    return asked


@pytest.fixture
def taken(channel, story):
    """The order, taken under rules."""

    def take(*rules, order=None, home=frozenset({"GB"})):
        (placed,) = story.tell(replace(channel.take(order), rules=rules, home=home))
        return [hold.hold_id for hold in placed.holds or ()]

    return take


def test_an_order_that_no_rule_is_for_says_nothing_of_holds(taken, story):
    assert taken(rule(at_least={"amount": 10**9, "currency": "GBP"})) == []
    assert b"holds" not in story.events[0].to_bytes()


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ({"at_least": {"amount": 1, "currency": "GBP"}}, True),
        ({"at_least": {"amount": 1, "currency": "EUR"}}, False),
        ({"unpaid_at_least": {"amount": 1, "currency": "GBP"}}, True),
        ({"countries": ("GB",)}, True),
        ({"countries": ("FR",)}, False),
        ({"channels": ("other",)}, False),
        ({"profile": "b2b"}, False),
        ({"risk_at_least": 70}, True),
        ({"risk_at_least": 71}, False),
        ({"export": True}, False),
        ({"unlocated": True}, False),
        ({"profile": "b2c", "risk_at_least": 70}, True),
        ({"profile": "b2b", "risk_at_least": 70}, False),
    ],
)
def test_a_rule_holds_the_orders_of_which_all_is_so(taken, channel, said, held):
    order = channel.order.model_copy(update={"risk_score": 70, "payments": ()})
    assert taken(rule(**said), order=order) == (["rule"] if held else [])


def test_an_order_to_a_country_without_a_site_is_an_export(taken):
    assert taken(rule(HoldKind.EXPORT, export=True), home=frozenset({"FR"})) == ["rule"]


def test_an_address_that_nobody_could_locate_is_held(taken, channel):
    there = Destination.model_validate(channel.order.destination.model_dump() | {"located_by": "capital"})
    order = channel.order.model_copy(update={"destination": there})
    assert taken(rule(HoldKind.ADDRESS, unlocated=True), order=order) == ["rule"]


def test_every_rule_puts_its_own_hold(taken):
    assert taken(rule(rule_id="one"), rule(HoldKind.RISK, rule_id="two")) == ["one", "two"]


def test_a_rule_must_say_which_orders_it_is_for():
    with pytest.raises(ValidationError, match="would hold every order"):
        HoldRule(id="all", kind=HoldKind.RISK, release_by=("risk",))


def test_two_rules_of_one_name_are_refused():
    with pytest.raises(ValidationError, match="two rules are called rule"):
        HoldRules(rules=(rule(), rule()))


def test_the_rules_that_come_with_the_product_can_be_published():
    (rules,) = read_mapping(CHECKOUT / "deploy" / "reference" / "holds.yaml", HoldRules)
    assert {one.kind for one in rules.rules} == set(HoldKind) - {HoldKind.MANUAL}


def test_a_hold_by_hand_says_what_it_stops_and_who_may_release_it(taken, story, hold):
    taken()
    (held,) = story.tell(hold(HoldKind.EXPORT))
    assert isinstance(held, OrderHeld)
    assert (held.hold.stops, held.hold.release_by) == (STOPS[HoldKind.EXPORT], ("compliance",))


def test_a_credit_hold_on_one_line_stops_its_packing_alone(taken, story, hold):
    taken()
    (held,) = story.tell(hold(HoldKind.CREDIT, line_ids=("1",)))
    assert held.hold.stops is HeldStage.PACK


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"line_ids": ("9",)}, "unknown-line"), ({"until": MONDAY}, "past"), ({"request_id": "rule"}, "name-taken")],
)
def test_a_hold_that_cannot_be_is_refused(taken, story, hold, fields, code):
    taken(rule())
    (refused,) = story.tell(hold(**fields))
    assert isinstance(refused, HoldRefused)
    assert refused.reason.code == code


def test_an_order_that_was_never_sent_cannot_be_held(story, hold, release):
    assert [story.tell(asked)[0].reason.code for asked in (hold(), release("manual", "lead"))] == ["unknown-order"] * 2


def test_a_request_that_comes_again_changes_nothing(taken, story, hold, release):
    taken()
    for asked in (hold(), release("manual", "nobody", "release-0"), release("manual", "lead")):
        assert story.tell(asked)
        assert not story.tell(asked)


def test_only_who_may_releases(taken, story, hold, release):
    taken()
    story.tell(hold())
    (refused,) = story.tell(release("manual", "finance", "release-0"))
    assert refused.reason.code == "not-allowed"
    (released,) = story.tell(release("hold-1", "lead"))
    assert (released.released_by, released.hold_id, released.claim) == ("lead", "hold-1", None)


def test_what_is_not_held_cannot_be_released(taken, story, release):
    taken()
    (refused,) = story.tell(release("manual", "lead"))
    assert refused.reason.code == "not-held"


def test_a_kind_releases_all_holds_of_it(taken, story, hold, release):
    taken()
    story.tell(hold(), hold(request_id="hold-2"))
    assert [one.hold_id for one in story.tell(release("manual", "lead"))] == ["hold-1", "hold-2"]
    assert not story.order.open.holds


def test_the_last_hold_that_kept_it_from_the_stock_gives_it_the_claim(taken, story, release, channel):
    taken(rule(rule_id="one"), rule(rule_id="two"), rule(HoldKind.RISK, rule_id="three"))
    (first,) = story.tell(release("one", "finance"))
    (second,) = story.tell(release("two", "finance", "release-2"))
    assert first.claim is None
    assert [line.quantity for line in second.claim.lines] == [line.quantity for line in channel.order.lines]
    assert [hold.hold_id for hold in second.claim.holds] == ["three"]


def test_time_ends_a_hold_and_no_earlier(taken, story, channel):
    timed = rule(at_least=LIMIT, release_after_hours=4)
    taken(timed)
    end = channel.at + timedelta(hours=4)
    assert DECIDER.due(story.order) == end
    assert story.tell(TimePassed(at=end - timedelta(seconds=1))) == ()
    (released,) = story.tell(TimePassed(at=end))
    assert isinstance(released, OrderReleased)
    assert (released.because, released.released_by, bool(released.claim)) == ("time", "clock", True)
    assert DECIDER.due(story.order) is None


def test_an_order_that_is_canceled_whole_is_held_no_more(taken, story, channel, release):
    taken(rule())
    (asked,) = story.tell(channel.cancel())
    story.tell(channel.answer({line.line_id: line.quantity for line in asked.lines}))
    assert story.order.open is None
    assert story.tell(release("rule", "finance"))[0].reason.code == "nothing-left"
