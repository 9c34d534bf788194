"""What must never be decided: bytes that are no JSON, no form, no message, or too large. Pure, but for the corpus."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from cauce.demo.chance import draw, pick
from schemas.envelope import Envelope
from schemas.raw import RawTopic
from schemas.topics import BY_NAME

LARGEST_BYTES = 1_048_588 - 120  # what a broker takes, unless told otherwise, less what a batch and a record add
_DEEP = b"[" * 100_000
BAD_VALUES: dict[str, bytes | None] = {
    "nothing": None,
    "empty": b"",
    "no text": b"\xff\xfe\x00\xd8",
    "zeros": b"\x00" * 64,
    "half an object": b'{"kind": "order"',
    "a number": b"1e400",
    "not a number": b'{"kind": NaN}',
    "deep": _DEEP,
    "a name twice": b'{"kind": "order", "kind": "cancellation"}',
    "half a surrogate": b'{"kind": "\\ud800"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "of no kind": b'{"kind": "riddle"}',
    "wrong types": b'{"kind": "order", "channel": 7, "order": [], "lines": {}}',
    "fields missing": b'{"kind": "cancellation", "channel": "web"}',
    "fields too many": b'{"kind": "scan", "scan": "picked", "secret": "\xf0\x9f\xa4\xab"}',
    "huge": b'"' + b"x" * (LARGEST_BYTES - 200) + b'"',  # the key and the forged headers take their part
}
_ANY_TIME = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FORGED = [
    ("lane-retry", b"intake-orders/intake-commands/0/0"),
    ("topic", b"intake-commands"),
    ("offset", b"0"),
    ("subject", b"x"),
]  # an operator's word, which no outsider may say


class Poison(NamedTuple):
    """One record. `what` says in words what is wrong with it."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    what: str


@cache
def corpus(folder: Path) -> dict[str, bytes]:
    """JSONTestSuite by file name; empty where it is not there. Not one of its files is a form of ours."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.json"))}


def for_doors(seed: int, number: int, count: int, texts: dict[str, bytes]) -> list[Poison]:
    """Records for raw topics, of one injection."""
    values: dict[str, bytes | None] = {**BAD_VALUES, **texts}
    found = []
    for one in range(count):
        own = (str(seed), "raw", str(number), str(one))
        what = sorted(values)[pick(len(values), *own, "value")]
        topic = list(RawTopic)[pick(len(RawTopic), *own, "topic")]
        headers = FORGED if draw(*own, "forged") < 0.2 else []
        key = b"\xff\x00poison" if draw(*own, "keyed") < 0.8 else None
        found.append(Poison(topic, key, values[what], headers, what))
    return found


def for_lanes(seed: int, number: int, count: int, inputs: Sequence[str], keys: Sequence[bytes]) -> list[Poison]:
    """Records for the topics that lanes read of each other, under the keys of the living or of nobody."""
    found = []
    for one in range(count):
        own = (str(seed), "inputs", str(number), str(one))
        topic = inputs[pick(len(inputs), *own, "topic")]
        what, value, headers = _unreadable(topic, own)
        strange = b"poison-%d-%d" % (number, one)
        key = keys[pick(len(keys), *own, "whose")] if keys and draw(*own, "alive") < 0.3 else strange
        found.append(Poison(topic, key, value, headers, what))
    return found


def _unreadable(topic: str, own: tuple[str, ...]) -> tuple[str, bytes | None, list[tuple[str, bytes]]]:
    """What is wrong, the value and the headers."""
    messages = BY_NAME[topic].messages
    known = messages[pick(len(messages), *own, "type")].type.encode()
    strange = {
        "without headers": (b"{}", []),
        "of an unknown type": (b"{}", _headers(b"riddle.posed.v1")),
        "of a later version": (b"{}", _headers(known.rpartition(b".v")[0] + b".v99")),
        "with other fields": (json.dumps({"riddle": 1}).encode(), _headers(known)),
        "no JSON": (b'{"order_id": ', _headers(known)),
        "without a value": (None, _headers(known)),
        "huge": (_filled(_headers(known)), _headers(known)),
        "with a header that is no text": (b"{}", [*_headers(known), ("ce_id", b"\xff\xfe")]),
    }
    what = sorted(strange)[pick(len(strange), *own, "what")]
    value, headers = strange[what]
    return what, value, headers


def _filled(headers: list[tuple[str, bytes]]) -> bytes:
    """A value that makes the record as large as a broker takes it, with a key of up to fifty bytes."""
    beside = sum(len(name) + len(value) + 4 for name, value in headers) + 50
    return b"x" * (LARGEST_BYTES - beside)


def _headers(kind: bytes) -> list[tuple[str, bytes]]:
    envelope = Envelope(
        id="poison", type=kind.decode(), source="/nobody", subject="poison", sequence=1, at=_ANY_TIME, release="none"
    )
    return envelope.to_headers()
