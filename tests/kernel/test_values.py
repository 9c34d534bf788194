"""Ids that follow from their causes, distances that are whole metres, days that carriers count."""

from datetime import date
from uuid import NAMESPACE_URL, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cauce.calendars import add_working_days, is_working_day
from cauce.ids import digest, event_id, is_uuid, order_id, outside_id
from cauce.places import EARTH_RADIUS_METERS, Coordinates, distance_meters

places = st.builds(Coordinates, latitude=st.floats(-90, 90), longitude=st.floats(-180, 180))
names = st.text(st.characters(blacklist_characters="\x1f", blacklist_categories=("Cs",)), max_size=20)


@given(names, names, names, names)
def test_the_same_cause_gives_the_same_id_and_another_natural_key_another(cause, service, kind, key):
    one = event_id(cause, service, kind, key)

    assert is_uuid(one)
    assert one == event_id(cause, service, kind, key) != event_id(cause, service, kind, key + "x")


@given(names, names, names, names)
def test_an_event_id_is_what_the_standard_library_makes_of_it(cause, service, kind, key):
    name = f"{cause}\x1f{service}\x1f{kind}\x1f{key}"
    assert event_id(cause, service, kind, key) == str(uuid5(uuid5(NAMESPACE_URL, "cauce:events"), name))


@given(names, names)
def test_an_order_id_needs_the_secret(channel, order):
    assert order_id(b"one", channel, order) == order_id(b"one", channel, order) != order_id(b"two", channel, order)


def test_names_cannot_be_shifted_between_the_parts_of_an_id():
    assert outside_id("ab", "c", "d") != outside_id("a", "bc", "d")
    assert order_id(b"s", "ab", "c") != order_id(b"s", "a", "bc")


def test_an_order_id_is_24_characters_that_a_scanner_reads():
    assert len(order_id(b"s", "web", "1")) == 24
    assert order_id(b"s", "web", "1").isalnum()
    assert len(digest(b"")) == 16
    assert not is_uuid("web-1")


@pytest.mark.parametrize(
    ("start", "end", "kilometers"),
    [((52.5200, 13.4050), (48.8566, 2.3522), 877.5), ((51.5074, -0.1278), (40.7128, -74.0060), 5570.2)],
)
def test_distances_agree_with_known_ones(start, end, kilometers):
    meters = distance_meters(
        Coordinates(latitude=start[0], longitude=start[1]), Coordinates(latitude=end[0], longitude=end[1])
    )

    assert meters / 1000 == pytest.approx(kilometers, abs=0.5)


@given(places, places)
def test_a_distance_is_the_same_both_ways_and_never_more_than_half_the_earth(start, end):
    there, back = distance_meters(start, end), distance_meters(end, start)

    assert abs(there - back) <= 1
    assert 0 <= there <= 3.1416 * EARTH_RADIUS_METERS
    assert distance_meters(start, start) == 0


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 40))
def test_working_days_are_counted_from_monday_to_friday(day, count):
    arrives = add_working_days(day, count)

    assert is_working_day(arrives)
    between = sum(is_working_day(date.fromordinal(n)) for n in range(day.toordinal() + 1, arrives.toordinal() + 1))
    assert between == count or (count == 0 and not is_working_day(day) and between == 1) or not is_working_day(day)


def test_two_working_days_after_a_thursday_is_a_monday():
    assert add_working_days(date(2026, 3, 5), 2) == date(2026, 3, 9)
