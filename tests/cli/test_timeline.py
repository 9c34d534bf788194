"""The timeline of an order: what happened at one time stands in the order of cause and consequence."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

from cauce.cli.order_timeline import in_order_of_cause

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def event(name, cause="", *, source="a", sequence=1, at=AT):
    return {"event_id": name, "cause_id": cause, "source": source, "sequence": sequence, "at": at}


def names(events):
    return [event["event_id"] for event in in_order_of_cause(events)]


def test_what_was_caused_stands_after_its_cause_however_it_was_found():
    events = [event("placed"), event("promised", "placed", source="b"), event("packed", "promised", source="c")]
    assert {tuple(names(list(order))) for order in permutations(events)} == {("placed", "promised", "packed")}


def test_one_decider_is_told_in_the_order_in_which_it_published():
    events = [event("third", sequence=12), event("first", sequence=9), event("second", sequence=10)]
    assert names(events) == ["first", "second", "third"]


def test_what_nothing_orders_keeps_its_place():
    events = [event("b", source="b"), event("a", source="a"), event("c", source="c")]
    assert names(events) == ["b", "a", "c"]


def test_times_come_before_causes():
    events = [event("late", at=AT + timedelta(seconds=1)), event("early", "late", source="b")]
    assert names(sorted(events, key=lambda one: one["at"])) == ["early", "late"]


def test_links_that_contradict_each_other_lose_no_line():
    events = [event("a", "b", source="a"), event("b", "a", source="b")]
    assert names(events) == ["a", "b"]
