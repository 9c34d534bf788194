"""The doors' reading of foreign bytes: bounded, strict, and never a crash."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cauce.runtime.doors.foreign import MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS, check_json, read_form
from cauce.runtime.service import Unreadable
from cauce.runtime.settings import CHECKOUT
from schemas.raw import ChannelOrder, RawTopic
from schemas.stock_forms import StockAdjustment

DATA = Path(os.environ.get("CAUCE_DATA", CHECKOUT.parent / "shared" / "data")) / "json"
CORPUS = sorted((DATA / "test_parsing").glob("*.json"))
STRICTER = {  # valid JSON that parsers read in different ways, or that no text column holds
    "y_object_duplicated_key.json",
    "y_object_duplicated_key_and_value.json",
    "y_object_escaped_null_in_key.json",
    "y_string_null_escape.json",
}
ORDER = {
    "kind": "order",
    "channel": "web",
    "order": "1001",
    "customer": "c-7",
    "placed_at": "2026-03-02T10:00:00Z",
    "currency": "GBP",
    "ship_to": {"name": "Ada Lovelace", "street": "12 St James's Square", "country": "GB"},
    "lines": [{"sku": "MUG", "quantity": 2, "unit_price": 450, "amount": 900}],
}


def order(**fields):
    return json.dumps({**ORDER, **fields}).encode()


def reason(value, topic=RawTopic.CHANNEL_ORDERS):
    with pytest.raises(Unreadable) as refused:
        read_form(topic, value)
    return str(refused.value)


def is_json(value):
    try:
        check_json(value)
    except Unreadable:
        return False
    return True


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_the_json_corpus_is_read_as_it_must_be_and_is_no_order(path):
    value = path.read_bytes()
    verdict = is_json(value)
    if path.name.startswith("y_"):
        assert verdict is (path.name not in STRICTER)
    if path.name.startswith("n_"):
        assert verdict is False
    assert reason(value)


def test_the_corpus_is_there():
    assert len(CORPUS) == 318


@pytest.mark.parametrize("text", json.loads((DATA / "blns.json").read_text()))
def test_naughty_strings_are_texts_like_others(text):
    form = read_form(RawTopic.CHANNEL_ORDERS, order(ship_to={"name": text[:500], "country": "GB"}))
    assert form.ship_to.name == text[:500]


@pytest.mark.parametrize("text", json.loads((DATA / "blns.json").read_text()))
def test_a_naughty_string_in_place_of_a_form_is_refused_and_not_quoted(text):
    told = reason(json.dumps(text).encode())
    assert told in {"the record: dict_type", "a text with U+0000 or half of a surrogate pair"}
    assert reason(order(**{f"<{text}>": 1})) == "order.a field of another name: extra_forbidden"


def test_an_order_is_read_into_its_form():
    form = read_form(RawTopic.CHANNEL_ORDERS, order())
    assert isinstance(form, ChannelOrder)
    assert form.lines[0].quantity == 2


def test_each_topic_has_forms_of_its_own():
    value = b'{"kind":"adjustment","adjustment":"a1","site":"S","sku":"MUG","change":-3}'
    assert isinstance(read_form(RawTopic.STOCK_REPORTS, value), StockAdjustment)
    assert reason(value) == "the record: union_tag_invalid"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"currency": "pounds"}, "order.currency: string_pattern_mismatch"),
        ({"lines": [{"sku": "MUG"}]}, "order.lines.0.quantity: missing"),
        (
            {"lines": [{"sku": "MUG", "quantity": "2", "unit_price": 1, "amount": 1}]},
            "order.lines.0.quantity: int_type",
        ),
        (
            {"lines": [{"sku": "MUG", "quantity": 2.0, "unit_price": 1, "amount": 1}]},
            "order.lines.0.quantity: int_type",
        ),
        ({"placed_at": "2026-03-02T10:00:00"}, "order.placed_at: timezone_aware"),
        ({"coupon": "x"}, "order.coupon: extra_forbidden"),
        ({"ada@example.org": "x"}, "order.a field of another name: extra_forbidden"),
    ],
)
def test_a_reason_names_the_field_and_no_value(fields, told):
    assert told in reason(order(**fields))


def test_all_wrong_fields_are_told_up_to_ten():
    told = reason(order(lines=[{"sku": "MUG", "quantity": "x", "unit_price": "y", "amount": "z"}] * 5))
    assert told.count("int_type") == 10
    assert told.endswith("and 5 more")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "no value"),
        (b"", "not JSON: line 1, column 1"),
        (b'{"kind":\n "order",}', "not JSON: line 2, column 10"),
        (b"\xff\xfe", "not UTF-8"),
        (b"\xef\xbb\xbf{}", "not JSON: line 1, column 1"),
        (b'"\xed\xa0\x80"', "not UTF-8"),
        (b'{"a":"\\ud800"}', "surrogate"),
        (b'{"\\udfff":1}', "surrogate"),
        (b'{"a":"\\u0000"}', "U+0000"),
        (b'{"order":"1","order":"2"}', "order: named twice"),
        (b'{"a":{"Ada":1,"Ada":1}}', "a field of another name: named twice"),
        (b'{"a":NaN}', "no numbers of JSON"),
        (b'{"a":-Infinity}', "no numbers of JSON"),
        (b'{"a":9007199254740992}', "beyond what every reader can hold"),
        (b'{"a":' + b"9" * 100_000 + b"}", "beyond what every reader can hold"),
        (b'"' + b"x" * MAX_BYTES + b'"', f"{MAX_BYTES} at most"),
        (b"[" * 500_000, "nested deeper than"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "nested deeper than"),
        (b"[" + b"1," * MAX_ELEMENTS + b"1]", "elements"),
    ],
    ids=range(19),
)
def test_what_is_not_bounded_strict_json_is_refused(value, told):
    assert told in reason(value)


@pytest.mark.parametrize(
    "value",
    [
        b"[" * MAX_DEPTH + b"]" * MAX_DEPTH,
        b"[" + b"1," * (MAX_ELEMENTS - 2) + b"1]",
        b'"' + b"x" * (MAX_BYTES - 2) + b'"',
        b'{"a":9007199254740991,"b":-9007199254740991}',
        '{"a":"\U0001f600","b":"\\ud83d\\ude00"}'.encode(),
    ],
    ids=range(5),
)
def test_what_is_just_within_bounds_is_read(value):
    check_json(value)


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reader(value):
    assert reason(value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda some: st.lists(some) | st.dictionaries(st.text(), some),
    )
)
def test_no_json_crashes_the_reader(parsed):
    assert reason(json.dumps(parsed).encode())
