"""Light forms: what msgspec reads and writes is what pydantic does, to the byte, and pydantic alone refuses."""

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError, field_validator

from cauce.runtime.settings import CHECKOUT
from schemas.light import NoLightForm, has_light_form, light, lightened, read_light, replace
from schemas.orders import OrderPlaced
from schemas.stock import DemandLine, ReserveStock, StockCommand, StockMoved
from schemas.topics import MESSAGES
from schemas.upcasts import UnknownType, read_message

EXAMPLES = CHECKOUT / "schemas" / "examples"
LIGHT = sorted(name for name, model in MESSAGES.items() if has_light_form(model))
GOLDEN = [path for name in LIGHT for path in sorted((EXAMPLES / name).glob("*.json"))]
KEEPERS = [name for name in LIGHT if name.startswith(("stock.", "order.allocated", "order.backordered"))]

# What tells two readers of JSON apart: other kinds, borders of the declared ones, and odd spellings.
WORDS = [
    *(
        "",
        " ",
        "1",
        "0",
        "-1",
        "GB",
        "GB\n",
        "gb",
        "é",
        "\x00",
        "\x1f",
        "\x7f",
        "\u2028",
        "\U0001f600",
        "standard",
        "free",
    ),
    *("QQ==", "QR==", "QUE=", "QUF=", "QUJD", "QUJ", "QUJD\n", "Q_-D", "Q+/D", "QQ", "=", "AAAA=", "x" * 64, "x" * 65),
    *("2026-03-09T23:59:59Z", "2026-03-09T23:59:59.5+02:00", "2026-03-09T23:59:59.1234567Z", "2026-03-09 23:59Z"),
    *("2026-03-09T23:59:59", "2026-03-09T23:59:60Z", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+14:00", "2026-03-09"),
    *("1773100799", "2026-03-09T23:59:59,5Z", "9999-12-31T23:59:59.9999999Z", "2026-03-09t23:59:59z"),
]
NUMBERS = [
    0,
    1,
    -1,
    2**31,
    2**53 + 1,
    2**63,
    2**64,
    -(2**63) - 1,
    10**30,
    0.0,
    -0.0,
    1.0,
    1.5,
    1e-7,
    5e-324,
    1e16,
    1e22,
]
LITERALS = ["1E2", "1e400", "-0", "1.0e0", "01", "+1", ".5", "NaN", "Infinity", "-Infinity", "0x1", "nul", "'a'", "1_0"]
ESCAPES = [
    r'"\ud800"',
    r'"\udc00\ud800"',
    r'"\ud83d\ude00"',
    r'"\u0000"',
    r'"\/"',
    r'"\x41"',
    '"\t"',
    '"\\"',
    '"a',
    '""""',
]
SCALARS = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(NUMBERS),
    st.sampled_from([True, False, None, [], {}, [1], {"a": 1}]),
    st.text(max_size=5),
    st.integers(-180, 180),
    st.floats(-180, 180),
    st.datetimes().map(lambda at: at.isoformat() + "Z"),
)


@cache
def golden(name: str) -> list[Any]:
    return [json.loads(path.read_bytes()) for path in sorted((EXAMPLES / name).glob("*.json"))]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, inner in items for place in places(inner, (*path, key)))]


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The value with `new` at a place."""
    if not path:
        return new
    key, *rest = path
    if isinstance(value, dict):
        return {**value, key: changed(value.get(key), tuple(rest), new)}
    return [changed(inner, tuple(rest), new) if at == key else inner for at, inner in enumerate(value)]


def assert_alike(name: str, text: bytes) -> None:
    try:
        full = read_message(name, text)
    except ValidationError:
        with pytest.raises(ValidationError):
            read_light(name, text)
        return
    form = read_light(name, text)
    assert form.to_bytes() == full.to_bytes()
    assert (form.natural_key(), form.key_value(), form.type) == (full.natural_key(), full.key_value(), name)


@st.composite
def spoiled(draw: st.DrawFn) -> tuple[str, bytes]:
    """A golden message with something else in one or two places, or something more."""
    name = draw(st.sampled_from(LIGHT))
    value = draw(st.sampled_from(golden(name)))
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from(places(value)[1:]))
        if draw(st.booleans()):
            value = changed(value, path, draw(SCALARS))
        elif isinstance(path[-1], str):
            value = changed(value, (*path[:-1], "more"), draw(SCALARS))
    return name, json.dumps(value, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


@st.composite
def misspelled(draw: st.DrawFn) -> tuple[str, bytes]:
    """A golden message whose text, rather than value, is odd: a literal, an escape, a double field, a byte."""
    name = draw(st.sampled_from(LIGHT))
    value = draw(st.sampled_from(golden(name)))
    text = json.dumps(changed(value, draw(st.sampled_from(places(value)[1:])), "@@")).encode()
    odd = draw(st.one_of(st.sampled_from(LITERALS + ESCAPES).map(str.encode), st.binary(max_size=3)))
    text = text.replace(b'"@@"', odd, 1)
    return name, draw(
        st.sampled_from(
            [text, b" " + text + b"\n", text[:-1] + b',"order_id":"1"}', text + b"x", b"\xef\xbb\xbf" + text]
        )
    )


@pytest.mark.parametrize("path", GOLDEN, ids=[f"{path.parent.name}/{path.stem}" for path in GOLDEN])
def test_a_light_form_reads_and_writes_a_golden_message_as_pydantic_does(path):
    assert_alike(path.parent.name, path.read_bytes())


@pytest.mark.parametrize("name", KEEPERS)
def test_golden_messages_of_the_keeper_are_read_without_pydantic(name, monkeypatch):
    monkeypatch.setattr(MESSAGES[name], "model_validate_json", None)
    for value in golden(name):
        assert read_light(name, json.dumps(value).encode()).to_bytes()


@given(spoiled())
def test_whatever_stands_in_a_field_both_take_it_alike_or_both_refuse_it(case):
    assert_alike(*case)


@given(misspelled())
def test_however_json_is_spelled_both_take_it_alike_or_both_refuse_it(case):
    assert_alike(*case)


@given(st.floats(-90, 90), st.floats(-180, 180))
@example(1e-5, 1e-7)
@example(-0.0, 5e-324)
def test_both_write_a_place_with_the_same_digits(latitude, longitude):
    path = ("destination", "coordinates")
    value = changed(golden("stock.reserve.v1")[0], path, {"latitude": latitude, "longitude": longitude})
    assert_alike("stock.reserve.v1", json.dumps(value).encode())


@given(st.binary(max_size=300))
def test_both_pass_on_a_seal_as_it_came(content):
    full = MESSAGES["stock.reserve.v1"].model_validate(golden("stock.reserve.v1")[0])
    sealed = full.customer.personal.model_copy(update={"content": content})
    full = full.model_copy(update={"customer": full.customer.model_copy(update={"personal": sealed})})
    assert lightened(full).to_bytes() == full.to_bytes()


def test_a_light_form_is_an_instance_of_its_declaration_and_what_that_is():
    (form, *_) = (read_light("stock.reserve.v1", json.dumps(value).encode()) for value in golden("stock.reserve.v1"))
    assert isinstance(form, ReserveStock)
    assert isinstance(form, StockCommand)
    assert isinstance(form.lines[0], DemandLine)
    assert not isinstance(form, StockMoved)
    assert not isinstance(form.lines[0], ReserveStock)


def test_a_light_form_does_not_change_but_gives_a_changed_copy():
    line = light(DemandLine)(line_id="1", sku="cup", quantity=2)
    with pytest.raises(AttributeError):
        line.quantity = 3
    assert replace(line, quantity=3) == light(DemandLine)(line_id="1", sku="cup", quantity=3)


def test_defaults_are_those_of_the_declaration():
    said = {"pool": 0, "sku": "cup", "site": "lyon", "move": "received", "quantity": 1, "source": "outside"}
    said |= {"target": "free", "on_hand": 1, "free": 1}
    assert light(StockMoved)(**said).to_bytes() == StockMoved(**said).to_bytes()


def test_a_model_that_msgspec_might_read_otherwise_has_no_light_form():
    class Free(BaseModel):
        about: dict[str, int]

    class Null(BaseModel):
        name: str | None

    class Either(BaseModel):
        name: str | int | None = None

    class Checked(BaseModel):
        name: str

        @field_validator("name")
        @classmethod
        def _named(cls, name: str) -> str:
            return name.strip()

    for model in (Free, Null, Either, Checked):
        with pytest.raises(NoLightForm):
            light(model)


def test_messages_without_a_light_form_come_as_they_are():
    (path, *_) = sorted((EXAMPLES / "reference.published.v1").glob("*.json"))
    assert type(read_light("reference.published.v1", path.read_bytes())) is MESSAGES["reference.published.v1"]
    assert isinstance(
        lightened(OrderPlaced.read((EXAMPLES / "order.placed.v1").glob("*.json").__next__().read_bytes())), OrderPlaced
    )


def test_a_type_that_nobody_knows_is_refused_as_ever():
    with pytest.raises(UnknownType):
        read_light("stock.unheard-of.v1", b"{}")
