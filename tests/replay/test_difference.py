"""Where today's decision parts from the recorded one: the record, its id, the first field, and both of its values."""

import pytest

from cauce.replay.compare import Decided, _streams, of_tables, told
from cauce.replay.difference import of_facts, of_values
from cauce.replay.fingerprint import Fact, Stream
from cauce.runtime.lane import Lane, Output

LANE = Lane("returns", "boxes", ("boxes",), ("shipped",), (), lambda *_: None)
PLACE = ("shipped", 2)
HEADERS = (("ce_id", b"e1"), ("ce_type", b"parcel.shipped.v1"), ("ce_release", b"1"))


def fact(value=b'{"lines":[{"sku":"mug","quantity":2}],"carrier":"Road"}', key=b"o1", headers=HEADERS):
    return Fact(key, value, headers)


@pytest.mark.parametrize(
    ("now", "field", "then_is", "now_is"),
    [
        (fact(b'{"lines":[{"sku":"mug","quantity":3}],"carrier":"Air"}'), "lines.0.quantity", "2", "3"),
        (fact(b'{"lines":[{"sku":"mug"}],"carrier":"Road"}'), "lines.0.quantity", "2", "nothing"),
        (fact(b'{"lines":[],"carrier":"Road"}'), "lines", '[{"sku":"mug","quantity":2}]', "[]"),
        (fact(b'{"lines":[{"sku":"mug","quantity":2}],"carrier":"Road","x":null}'), "x", "nothing", "null"),
        (fact(key=b"o2"), "key", "'o1'", "'o2'"),
        (fact(headers=(HEADERS[0], HEADERS[1], ("ce_release", b"2"))), "ce_release", "'1'", "'2'"),
        (fact(b"{}", headers=(("ce_id", b"e2"), *HEADERS[1:])), "ce_id", "'e1'", "'e2'"),
        (fact(headers=HEADERS[:2]), "ce_release", "'1'", "nothing"),
    ],
)
def test_the_first_field_that_differs_is_named_with_both_values(now, field, then_is, now_is):
    assert of_facts(fact(), now) == (field, then_is, now_is)


def test_equal_fields_written_otherwise_are_shown_from_where_they_part():
    found = of_facts(fact(b'{"a":1,"b":2}'), fact(b'{"a":1, "b":2}'))
    assert (found.then, found.now) == ("""'{"a":1,"b":2}'""", """'{"a":1, "b":2}'""")


def test_headers_in_another_order_are_a_difference():
    assert of_facts(fact(), fact(headers=HEADERS[::-1])).field == "the order of headers"


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        (b'3 {"state":{"a":1}}', b'4 {"state":{"a":1}}', "sequence was 3, is now 4"),
        (b'3 {"held":1}', b'3 {"held":2}', "state.held was 1, is now 2"),
        (b"7", b"8", "the value was 7, is now 8"),
        (None, b"8", "the row was nothing, is now '8'"),
        (b"\xff\x00a", b"\xff\x00b", "the value, from byte 0 on, was '\\\\xff\\x00a', is now '\\\\xff\\x00b'"),
    ],
)
def test_rows_of_tables_are_told_by_their_fields(then, now, said):
    assert str(of_values(then, now)) == said


def test_a_very_long_value_is_shown_in_part():
    assert len(of_values(b'"' + b"a" * 5000 + b'"', b'"b"').then) < 400


def stream(facts, origins):
    found = Stream()
    for one, origin in zip(facts, origins, strict=True):
        found.add(one, origin)
    return found


async def streams(recorded, decided):
    """The rows for facts that lie at the offsets 10, 20, ... and for those decided now."""
    lying = {(at + 1) * 10: one for at, one in enumerate(recorded)}

    async def again(_, offset):
        return lying[offset]

    outputs = [Output("shipped", one.key, one.value, list(one.headers), 2) for one in decided]
    now = Decided({PLACE: stream(decided, range(len(decided)))} if decided else {}, outputs)
    return [row async for row in _streams(LANE, 2, {PLACE: stream(recorded, lying)}, now, again)]


async def test_the_record_is_named_by_its_place_and_its_id():
    (row,) = await streams([fact(), fact()], [fact(), fact(b'{"carrier":"Air"}')])
    assert not row.equal
    assert row.difference.startswith("shipped/2@20: parcel.shipped.v1 with the id e1: lines was [")


async def test_a_fact_that_is_not_decided_any_more_is_named():
    (row,) = await streams([fact(), fact()], [fact()])
    assert row.difference == "shipped/2@20: parcel.shipped.v1 with the id e1 is not decided any more"


async def test_a_fact_that_was_never_recorded_is_named():
    (row,) = await streams([fact()], [fact(), fact()])
    assert row.difference == (
        "shipped/2: parcel.shipped.v1 with the id e1 is decided now and was never recorded; it would be the next"
    )


async def test_equal_streams_say_nothing():
    (row,) = await streams([fact(), fact()], [fact(), fact()])
    assert (row.equal, row.difference, row.then) == (True, "", row.now)


def test_a_row_of_a_table_is_named_by_its_key():
    lane = LANE
    (row,) = of_tables(lane, 2, {"standing": {b"a": b"1", b"b": b"1"}}, {"standing": {b"a": b"1", b"b": b"2"}})
    assert row.difference == (
        "returns-boxes-standing-changelog/2, key 'b': the value was 1, is now 2; rows that differ: 1"
    )


def test_hashes_are_whole():
    assert len(stream([fact()], [0]).hash) == 16
    assert "shipped/2@5" in told(PLACE, 5, fact(), fact(key=b"x"))


def test_the_form_that_is_hashed_stays_as_it_was():
    fact = Fact.of(b"k", None, [("a", b"bc"), ("traceparent", b"x"), ("\u00e9", b"")])
    assert fact.bytes() == b"1:k0:1:a2:bc2:\xc3\xa90:"
