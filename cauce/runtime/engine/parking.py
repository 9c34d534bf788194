"""The forms of a parked record, of the control record that sends it back to its lane, and of an operator's note."""

from hashlib import sha256
from typing import NamedTuple

from cauce.runtime.lane import Headers, Lane, Output, Record

_NAMES = ("lane", "reason", "topic", "partition", "offset", "subject", "turn")
PARKED_HEADERS = len(_NAMES)  # then the record's own
_CONTROL_HEADERS = 4  # the verb, topic, offset, subject; then the record's own

BEHIND = "waits behind a parked record"
LONGEST_SUBJECT = 1024  # bytes; it stands in a row's key and in headers, beside a record that is as large as any may be

_NOTE = "parked-note"  # first header of a note
RETRIED, DROPPED = b"retried", b"dropped"


class About(NamedTuple):
    """What the headers of a parked record say."""

    lane: str
    reason: str
    topic: str
    partition: int
    offset: int
    subject: bytes
    turn: str

    @property
    def place(self) -> str:
        """Where the record lay among the inputs."""
        return f"{self.topic}/{self.partition}/{self.offset}"


class Control(NamedTuple):
    """An operator's word about one parked record, as the lane meets it among its inputs."""

    verb: str
    turn: bytes
    subject: bytes
    record: Record  # as it first came, with the value to use now


def alone(record: Record) -> bytes:
    """The subject of a record that has none: nothing else ever waits behind it."""
    return f"\0{record.topic}/{record.offset}".encode()


def named(subject: bytes) -> bytes:
    """The subject as it is remembered: a longer one, as outsiders' keys may be, by its digest."""
    return subject if len(subject) <= LONGEST_SUBJECT else b"\0sha256/" + sha256(subject).hexdigest().encode()


def parked(lane: Lane, record: Record, *, reason: str, subject: bytes, turn: bytes) -> Output:
    """The record as it goes to the service's parked topic, which has one partition."""
    about = (
        lane.id.encode(),
        reason.encode(),
        record.topic.encode(),
        b"%d" % record.partition,
        b"%d" % record.offset,
        subject,
        turn,
    )
    headers = [*zip((f"parked-{name}" for name in _NAMES), about, strict=True), *record.headers]
    return Output(lane.parked, record.key, record.value, headers, 0)


def about(headers: Headers) -> About:
    """What was written by `parked`."""
    lane, reason, topic, partition, offset, subject, turn = (value for _, value in headers[:PARKED_HEADERS])
    return About(lane.decode(), reason.decode(), topic.decode(), int(partition), int(offset), subject, turn.decode())


def control(verb: str, record: Record, value: bytes | None) -> Output:
    """The control record for one parked record.

    It goes in by the topic of its episode: if the records of one episode came back by several topics, their order
    would be lost.
    """
    what = about(record.headers)
    episode, _, _ = what.turn.split("/")
    headers = [
        (verb, f"{what.lane}/{what.turn}".encode()),
        ("topic", what.topic.encode()),
        ("offset", b"%d" % what.offset),
        ("subject", what.subject),
        *record.headers[PARKED_HEADERS:],
    ]
    return Output(episode, record.key, value, headers, what.partition)


def read_control(lane: Lane, record: Record) -> Control | None:
    """The operator's word, or None where it is meant for another lane that reads the same topic."""
    (verb, address), (_, topic), (_, offset), (_, subject) = record.headers[:_CONTROL_HEADERS]
    name, _, turn = address.partition(b"/")
    if name != lane.id.encode():
        return None
    origin = record._replace(topic=topic.decode(), offset=int(offset), headers=record.headers[_CONTROL_HEADERS:])
    return Control(verb, turn, subject, origin)


def note(word: bytes, record: Record, *more: tuple[str, bytes]) -> Output:
    """An operator's note that a record was seen to: it lies behind it, in the parked topic.

    Doors know of no other word. Lanes take theirs from their inputs; the note tells of a drop before they have.
    """
    about_which = ("number", b"%d" % record.offset)
    return Output(record.topic, None, b"", [(_NOTE, word), about_which, *more], record.partition)


def is_note(headers: Headers) -> bool:
    """Whether a record of a parked topic is a note; who reads parked records passes over it."""
    return bool(headers) and headers[0][0] == _NOTE


def noted(headers: Headers) -> int:
    """The number of the record that a note is about."""
    _, (_, number) = headers[:2]
    return int(number)
