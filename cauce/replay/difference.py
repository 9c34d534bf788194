"""Where two records or two rows part: the first field that differs, and both of its values, for a person to read."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from cauce.replay.fingerprint import Fact

_FIRST = ("ce_type", "ce_id")  # who differs in these is another event, and its fields say nothing
_LONGEST = 300
_BEFORE = 20  # bytes shown before the first that differs
_NOTHING = object()


class Difference(NamedTuple):
    """A field, as a path of names and places in lists, with what it was and what it is."""

    field: str
    then: str
    now: str

    def __str__(self) -> str:
        return f"{self.field} was {self.then}, is now {self.now}"


def of_facts(then: Fact, now: Fact) -> Difference:
    """Of two facts that are not equal: another event, another key, another field, or else another header."""
    mine, yours = dict(then.headers), dict(now.headers)
    names = dict.fromkeys([*_FIRST, *mine, *yours])
    headers = [(name, mine.get(name), yours.get(name)) for name in names]
    for name, was, becomes in (*headers[: len(_FIRST)], ("key", then.key, now.key)):
        if was != becomes:
            return Difference(name, _shown(was), _shown(becomes))
    if then.value != now.value:
        return of_values(then.value, now.value)
    differing = (Difference(name, _shown(was), _shown(is_)) for name, was, is_ in headers if was != is_)
    return next(differing, Difference("the order of headers", str([*mine]), str([*yours])))


def of_values(then: bytes | None, now: bytes | None) -> Difference:
    """Of two values or rows that are not equal; those that are no JSON are shown from where they part."""
    if then is None or now is None:
        return Difference("the row", _shown(then), _shown(now))
    was, becomes = _parsed(then), _parsed(now)
    if was is not _NOTHING and becomes is not _NOTHING:
        for path, mine, yours in _fields("", was, becomes):
            return Difference(path or "the value", _written(mine), _written(yours))
    at = next((at for at, (a, b) in enumerate(zip(then, now, strict=False)) if a != b), min(len(then), len(now)))
    start = max(0, at - _BEFORE)
    return Difference(f"the value, from byte {start} on,", _shown(then[start:]), _shown(now[start:]))


def _parsed(value: bytes) -> Any:
    """JSON; before that of an entity's row stands the number of its facts."""
    number, space, rest = value.partition(b" ")
    try:
        if space and number.isdigit():
            return {"sequence": int(number), "state": orjson.loads(rest)}
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return _NOTHING


def _fields(path: str, then: Any, now: Any) -> Iterator[tuple[str, Any, Any]]:
    """Every field that differs, in the order of writing."""
    if isinstance(then, dict) and isinstance(now, dict):
        for name in dict.fromkeys([*then, *now]):
            yield from _fields(f"{path}.{name}".lstrip("."), then.get(name, _NOTHING), now.get(name, _NOTHING))
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for at, (was, becomes) in enumerate(zip(then, now, strict=True)):
            yield from _fields(f"{path}.{at}".lstrip("."), was, becomes)
    elif then != now:
        yield path, then, now


def _written(value: Any) -> str:
    return "nothing" if value is _NOTHING else _short(orjson.dumps(value).decode())


def _shown(value: bytes | None) -> str:
    return "nothing" if value is None else _short(repr(value.decode(errors="backslashreplace")))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\N{HORIZONTAL ELLIPSIS}"
