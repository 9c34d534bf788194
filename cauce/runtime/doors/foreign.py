"""Reading what outsiders write: bounded, strict JSON (RFC 8259), then one of the declared forms.

Strict where parsers differ or forgive: duplicate names, NaN and Infinity, lone surrogates, U+0000, integers that not
every reader can hold, and a byte order mark are refused. A reason names fields of ours and quotes nothing else.
"""

import json
import re
from collections import deque
from collections.abc import Iterable
from typing import Any, NoReturn

from pydantic import ValidationError

from cauce.runtime.service import Unreadable
from schemas.foreign import Foreign
from schemas.raw import FORMS, RawTopic

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
MAX_ELEMENTS = 10_000  # values of all kinds, the names of objects not counted
MAX_INTEGER = 2**53 - 1  # RFC 7493: what a double holds exactly
_REASONS_SHOWN = 10
_FIELD = re.compile(r"[a-z][a-z_]{0,30}")
_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")


def read_form(topic: RawTopic, value: bytes | None) -> Foreign:
    """The form in a raw record. Raises Unreadable with a reason for each field, and nothing else."""
    if value is None:
        raise Unreadable("no value")
    check_json(value)
    try:
        return FORMS[topic].validate_json(value, strict=True)
    except ValidationError as wrong:
        raise Unreadable("; ".join(_reasons(wrong))) from None


def check_json(value: bytes) -> None:
    """Raises Unreadable for what is not bounded, strict JSON."""
    if len(value) > MAX_BYTES:
        raise Unreadable(f"{len(value)} bytes, {MAX_BYTES} at most")
    try:
        text = value.decode("utf-8")
        parsed = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number, parse_int=_integer)
    except UnicodeDecodeError:
        raise Unreadable("not UTF-8") from None
    except json.JSONDecodeError as wrong:
        raise Unreadable(f"not JSON: line {wrong.lineno}, column {wrong.colno}") from None
    except RecursionError:
        raise Unreadable(f"nested deeper than {MAX_DEPTH}") from None
    if _may_break_bounds(value):
        _check_bounds(parsed)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise Unreadable(f"{_named(next(name for name in names if names.count(name) > 1))}: named twice in one object")
    return found


def _no_number(_text: str) -> NoReturn:
    raise Unreadable("NaN and Infinity are no numbers of JSON")


def _integer(text: str) -> int:
    number = int(text) if len(text) <= 17 else MAX_INTEGER + 1
    if abs(number) > MAX_INTEGER:
        raise Unreadable("an integer beyond what every reader can hold")
    return number


def _may_break_bounds(value: bytes) -> bool:
    """Most records are too small to, as bytes show: walking through each would double the time of reading."""
    brackets = value.count(b"[") + value.count(b"{")
    return brackets > MAX_DEPTH or brackets + value.count(b",") >= MAX_ELEMENTS or b"\\u" in value


def _check_bounds(parsed: Any) -> None:
    waiting, elements = deque([(parsed, 1)]), 0
    while waiting:
        value, depth = waiting.popleft()
        elements += 1
        if elements > MAX_ELEMENTS:
            raise Unreadable(f"more than {MAX_ELEMENTS} elements")
        if isinstance(value, str):
            _check_texts([value])
        elif isinstance(value, dict | list):
            if depth > MAX_DEPTH:
                raise Unreadable(f"nested deeper than {MAX_DEPTH}")
            waiting.extend((child, depth + 1) for child in _children(value))


def _children(value: dict[str, Any] | list[Any]) -> Iterable[Any]:
    if isinstance(value, list):
        return value
    _check_texts(value)
    return value.values()


def _check_texts(texts: Iterable[str]) -> None:
    if any(map(_FORBIDDEN.search, texts)):
        raise Unreadable("a text with U+0000 or half of a surrogate pair")


def _reasons(wrong: ValidationError) -> list[str]:
    errors = wrong.errors(include_url=False, include_context=False, include_input=False)
    reasons = [f"{_path(error['loc'])}: {error['type']}" for error in errors[:_REASONS_SHOWN]]
    rest = len(errors) - len(reasons)
    return [*reasons, f"and {rest} more"] if rest else reasons


def _path(places: tuple[int | str, ...]) -> str:
    return ".".join(str(place) if isinstance(place, int) else _named(place) for place in places) or "the record"


def _named(name: str) -> str:
    """A name as ours are; any other is an outsider's text and might be about a person."""
    return name if _FIELD.fullmatch(name) else "a field of another name"
